"""AP010 to AP012: whether anything is recorded at all, what no rule is for, and rules that no request reaches."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from kubewitness.auditpolicy.lint.rule import CODE, NO_RULE, Found, LintRule, lint_rule
from kubewitness.auditpolicy.lint.subject import PROBE
from kubewitness.auditpolicy.lint.words import rule_name, rule_names, titles
from kubewitness.auditpolicy.policyyaml import CATCH_ALL
from kubewitness.auditpolicy.types import Level, Stage
from kubewitness.model import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kubewitness.auditpolicy.lint.subject import Subject
    from kubewitness.auditpolicy.types import Rule

_TELLING: Final = ("secrets-get", "rbac-write", "exec-get", "pods-create", "crd-object-write", "path-unknown")
"""Those that say most come first."""


@lint_rule("AP010", "nothing is recorded", Severity.HIGH)
def nothing_recorded(subject: Subject) -> Iterator[Found]:
    """Every rule that a request can reach has level None: whatever the flags and the rotation are, the log is empty.

    RKE2 writes such a policy with ``profile: cis`` where it is given none. A rule of which every stage is left out
    (or all but Panic, which hardly any request comes to) records nothing either.
    """
    if not records_nothing(subject):
        return
    decided = subject.outcomes["secrets-get"].rule
    if all(rule.level is Level.NONE for _, rule in subject.acting):
        text = "Nothing is recorded: every rule that a request reaches has level None"
        yield Found(text, rule=decided, probe="secrets-get", suggestion=(CATCH_ALL,))
        return
    text = "Nothing is recorded: every stage at which a request is written is left out: take ResponseStarted and "
    text += "ResponseComplete out of omitStages"
    mark = subject.place("omitStages", *(f"rules[{index}].omitStages" for index, _ in subject.acting))
    yield Found(text, rule=decided, probe="secrets-get", mark=mark)


def records_nothing(subject: Subject) -> bool:
    """No request is recorded, whoever asks for what."""
    return not any(rule.level is not Level.NONE and _stages_of(subject, rule) for _, rule in subject.acting)


def _stages_of(subject: Subject, rule: Rule) -> set[Stage]:
    """Those at which what the rule decides is recorded, but for panics."""
    return {*Stage} - {Stage.PANIC, *subject.policy.omit_stages, *rule.omit_stages}


@lint_rule("AP011", "no rule for everything else", Severity.MEDIUM, source=CODE, by_outcome=True)
def no_catch_all(subject: Subject) -> Iterator[Found]:
    """A request that no rule matches is not recorded: the default is None, not Metadata.

    New resources, custom resources and aggregated APIs fall out of a policy that lists what it wants.
    """
    ids = (*_TELLING, *(probe_id for probe_id in PROBE if probe_id not in _TELLING))
    for rule, probes in subject.grouped(ids, lambda _, decision: decision.rule == NO_RULE):
        if all(probe.attributes.user is None for probe in probes):
            return  # failed logins, of which AP044 tells
        text = f"No rule matches {len(probes)} of {len(PROBE)} kinds of request, which are not recorded: "
        others = tuple(probe.id for probe in probes[1:])
        yield Found(text + titles(probes), rule, probes[0].id, others, (CATCH_ALL,))


@lint_rule("AP012", "a rule that no request reaches", Severity.HIGH, source=CODE)
def never_reached(subject: Subject) -> Iterator[Found]:
    """The first rule that matches decides. Everything that this one matches is decided before it.

    High where it would have decided otherwise, low where it only repeats. Worked out by construction from all rules
    before it, never by sampling.
    """
    by_cause: dict[tuple[int, ...], list[int]] = {}
    for index, deciding in subject.reach.dead.items():
        by_cause.setdefault(deciding, []).append(index)
    for deciding, dead in by_cause.items():
        before = [subject.rules[index] for index in deciding]
        differs = any(_effect(subject.rules[index]) != _effect(rule) for index in dead for rule in before)
        are, them = ("is", "it") if len(dead) == 1 else ("are", "them")
        decide = "decides" if len(deciding) == 1 else "decide"
        causes = f"{rule_names(subject, deciding)} {decide} all of it first"
        advice = f"remove {them}"
        if differs and all(_records_more(subject.rules[index], rule) for index in dead for rule in before):
            advice += f", or move {them} in front of {rule_name(subject, deciding[0])} to decide first"
        text = f"{rule_names(subject, dead)} {are} never reached, because {causes}"
        severity = Severity.HIGH if differs else Severity.LOW
        yield Found(f"{text}: {advice}", deciding[0], severity=severity, mark=subject.place_of(dead[0]))


def _records_more(rule: Rule, other: Rule) -> bool:
    """In front of ``other`` it would take nothing out of the log."""
    return rule.level.rank >= other.level.rank and set(rule.omit_stages) <= set(other.omit_stages)


def _effect(rule: Rule) -> tuple[object, ...]:
    return rule.level, frozenset(rule.omit_stages), rule.omit_managed_fields


RULES: Final[tuple[LintRule[Subject], ...]] = (nothing_recorded, no_catch_all, never_reached)
