"""What holds for any policy: what is said to be dead is dead, and what is suggested ends what it is suggested for."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from kubewitness.auditpolicy import Level, Loaded, Policy, RequestAttributes, Rule, compile_policy, evaluate, load
from kubewitness.auditpolicy.lint import LintFinding
from kubewitness.auditpolicy.lint.reachability import rarest_requests, reach, replaces
from kubewitness.model import ServerVersion, Severity
from tests.unit.auditpolicy.lint.linting import NEWEST, linted, pasted
from tests.unit.auditpolicy.lint.policies import policies, requests, rules, text_of

BEFORE_ANY_GROUP = ServerVersion(1, 35)


@given(policies())
def test_a_rule_that_is_written_is_read_as_it_was(made: tuple[Rule, ...]) -> None:
    loaded = load(text_of(made), NEWEST)

    assert isinstance(loaded, Loaded)
    assert loaded.policy.rules == made
    assert loaded.ignored == ()


@settings(max_examples=200)
@given(policies(), st.lists(requests(), min_size=20, max_size=20), st.sampled_from((NEWEST, BEFORE_ANY_GROUP)))
def test_no_request_is_decided_by_a_rule_that_is_said_to_be_dead(
    made: tuple[Rule, ...], asked: list[RequestAttributes], version: ServerVersion
) -> None:
    policy = Policy(made)

    dead = reach(policy, compile_policy(policy, version)).dead

    assert not set(dead) & {evaluate(policy, item, version).rule for item in asked}


@settings(max_examples=200)
@given(policies())
def test_a_rule_that_is_not_said_to_be_dead_decides_of_something(made: tuple[Rule, ...]) -> None:
    policy = Policy(made)

    dead = reach(policy, compile_policy(policy, NEWEST)).dead

    for index in set(range(len(made))) - set(dead):
        asked = rarest_requests(made[index], "nobody-names-this-" * 4)
        assert index in {evaluate(policy, item, NEWEST).rule for item in asked}


@given(rules(), st.lists(rules(), min_size=1, max_size=3), st.lists(requests(), min_size=20, max_size=20))
def test_nothing_reaches_a_rule_behind_those_that_replace_it(
    rule: Rule, others: list[Rule], asked: list[RequestAttributes]
) -> None:
    policy = Policy((*others, rule))

    gone = replaces(rule, others, any_group=True)

    assert not gone or len(others) not in {evaluate(policy, item, NEWEST).rule for item in asked}


@settings(max_examples=60, deadline=None)
@given(policies())
def test_a_suggestion_ends_the_finding_that_it_is_made_for(made: tuple[Rule, ...]) -> None:
    policy = text_of(made)
    before = linted(policy).findings

    for finding in before:
        if finding.suggestion is None or finding.rule is None:
            continue
        after = linted(pasted(policy, finding))

        moved = finding.rule if finding.rule < 0 else finding.rule + (after.rules or 0) - len(made)
        same = [item for item in before if told(item) == told(finding)]
        left = [item for item in after.findings if told(item) == (finding.id, finding.probe, moved)]
        assert len(left) < len(same), finding


def told(finding: LintFinding) -> tuple[str, str | None, int | None]:
    return finding.id, finding.probe, finding.rule


@settings(max_examples=60, deadline=None)
@given(policies())
def test_a_finding_names_a_rule_that_is_there_and_no_cause_twice(made: tuple[Rule, ...]) -> None:
    findings = linted(text_of(made)).findings

    assert all(finding.rule is None or -1 <= finding.rule < len(made) for finding in findings)
    assert all(finding.line is not None and finding.column is not None for finding in findings)
    places = [(item.id, item.rule, item.line, item.column) for item in findings]
    assert len(places) == len(set(places))


@settings(max_examples=60, deadline=None)
@given(policies())
def test_what_records_everything_without_bodies_has_no_finding_about_what_is_recorded(made: tuple[Rule, ...]) -> None:
    rules = (*(replace(rule, level=Level.METADATA, omit_stages=()) for rule in made), Rule(Level.METADATA))

    found = linted(text_of(rules)).findings

    about_names = {"AP012", "AP013", "AP014", "AP015", "AP020", "AP021", "AP022", "AP056"}
    assert {item.id for item in found} <= about_names
    worst = {item.id for item in found if item.severity.rank >= Severity.MEDIUM.rank}
    assert worst <= {"AP012", "AP013", "AP014", "AP022"}


@settings(deadline=None)
@given(st.text(max_size=300))
def test_any_text_is_linted(text: str) -> None:
    result = linted(text)

    assert result.findings or result.unjudged or result.rules
