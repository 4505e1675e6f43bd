"""Why a rule does not match: the first condition that fails, with what would have been wanted."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kubewitness.auditpolicy import GroupResources, Level, Policy, RequestAttributes, Rule, Stage, evaluate
from kubewitness.auditpolicy.explanation import explain
from kubewitness.auditpolicy.query import parse_query
from kubewitness.model import ServerVersion
from kubewitness.report.policy.explanation import why_not
from tests.unit.auditpolicy.difference.generated import policies, requests

NEWEST = ServerVersion(1, 37)
V1_35 = ServerVersion(1, 35)
CATCH_ALL = Rule(Level.METADATA)


def asked(text: str) -> RequestAttributes:
    return parse_query(text, NEWEST).asked[0].attributes


def why(rule: Rule, text: str) -> str:
    [mismatch] = explain(Policy((rule, CATCH_ALL)), asked(text), NEWEST).passed
    return why_not(mismatch)


def core(*resources: str, group: str = "", names: tuple[str, ...] = ()) -> Rule:
    return Rule(Level.NONE, resources=(GroupResources(group, resources, names),))


@pytest.mark.parametrize(
    ("rule", "text", "expected"),
    [
        (Rule(Level.NONE, users=("a", "b")), "get pods x --as c", "users: c is not one of a, b"),
        (Rule(Level.NONE, users=("a",)), "get pods x", "users: somebody is not a"),
        (Rule(Level.NONE, users=("a",)), "get pods x --unauthenticated", "users: nobody (a failed login) is not a"),
        (Rule(Level.NONE, users=("*",)), "get pods x --as c", "users: c is not * (* is a name here, and no wildcard)"),
        (
            Rule(Level.NONE, users=("devs",)),
            "get pods x --as c --as-group devs",
            "users: c is not devs (devs is a group: it belongs into userGroups)",
        ),
        (
            Rule(Level.NONE, user_groups=("devs",)),
            "get pods x --as c --as-group ops",
            "userGroups: system:authenticated, ops are not devs",
        ),
        (
            Rule(Level.NONE, user_groups=("c",)),
            "get pods x --as c",
            "userGroups: system:authenticated is not c (c is a user: it belongs into users)",
        ),
        (
            Rule(Level.NONE, verbs=("create", "update")),
            "get pods x",
            "verbs: get is not one of create, update",
        ),
        (Rule(Level.NONE, verbs=("GET",)), "get pods x", "verbs: get is not GET (verbs are written small)"),
        (core("pods"), "get /healthz", "resources: /healthz is no resource"),
        (Rule(Level.NONE, namespaces=("x",)), "get /healthz", "namespaces: /healthz is no resource"),
        (Rule(Level.NONE, non_resource_urls=("/a*",)), "get pods x", "nonResourceURLs: pods is a resource"),
        (Rule(Level.NONE, non_resource_urls=("/a*",)), "get /b", "nonResourceURLs: /b is not /a*"),
        (
            Rule(Level.NONE, namespaces=("kube-system",)),
            "list pods -A",
            "namespaces: no namespace is not kube-system",
        ),
        (
            Rule(Level.NONE, namespaces=("",)),
            "get pods x -n prod",
            'namespaces: prod is not ""',
        ),
        (
            core("deployments", group=""),
            "get deployments x",
            "resources.group: apps is not the core group "
            "(deployments is looked for in the core group, and this request is for apps)",
        ),
        (core("pods"), "get secrets x", "resources.resources: secrets is not pods"),
        (
            core("pods"),
            "create pods/exec x",
            "resources.resources: pods/exec is not pods (pods does not stand for its subresources)",
        ),
        (core("*/*"), "create pods/exec x", "resources.resources: pods/exec is not */* (*/* matches nothing)"),
        (core("pods", names=("a", "b")), "get pods x", "resources.resourceNames: x is not one of a, b"),
        (core("*", names=("a",)), "list pods", "resources.resourceNames: no name is not a"),
    ],
)
def test_the_first_condition_that_fails(rule: Rule, text: str, expected: str) -> None:
    assert why(rule, text) == expected


def test_any_group_before_1_36_is_a_group_of_that_name() -> None:
    rule = core("pods", group="*")
    pods = asked("get pods x")

    [mismatch] = explain(Policy((rule, CATCH_ALL)), pods, V1_35).passed

    assert why_not(mismatch).startswith("resources.group: the core group is not *")
    assert explain(Policy((rule, CATCH_ALL)), pods, NEWEST).passed == ()


def test_of_many_wanted_the_first_are_named() -> None:
    text = why(Rule(Level.NONE, users=tuple(f"u{n}" for n in range(30))), "get pods x")

    assert text.endswith("u6, u7 and 22 more")


@pytest.mark.parametrize(
    ("text", "stages"),
    [
        ("get pods x", (Stage.RESPONSE_COMPLETE, Stage.PANIC)),
        ("watch pods", (Stage.RESPONSE_STARTED, Stage.RESPONSE_COMPLETE, Stage.PANIC)),
        ("create pods/exec x", (Stage.RESPONSE_STARTED, Stage.RESPONSE_COMPLETE, Stage.PANIC)),
        ("get /debug/pprof/profile", (Stage.RESPONSE_STARTED, Stage.RESPONSE_COMPLETE, Stage.PANIC)),
        ("get pods x --unauthenticated", (Stage.RESPONSE_STARTED,)),
    ],
)
def test_the_stages_at_which_such_a_request_is_written(text: str, stages: tuple[Stage, ...]) -> None:
    policy = Policy((CATCH_ALL,), (Stage.REQUEST_RECEIVED,))

    assert explain(policy, asked(text), NEWEST).stages == stages


def test_what_is_not_recorded_is_written_at_no_stage() -> None:
    assert explain(Policy((Rule(Level.NONE),)), asked("get pods x"), NEWEST).stages == ()


def test_where_no_rule_matches_each_says_why() -> None:
    policy = Policy((Rule(Level.METADATA, users=("a",)), Rule(Level.METADATA, verbs=("list",))))

    found = explain(policy, asked("get pods x"), NEWEST)

    assert found.decision.rule == -1
    assert [mismatch.condition for mismatch in found.passed] == ["users", "verbs"]


@settings(max_examples=300)
@given(policies(), requests(), st.sampled_from([NEWEST, V1_35]))
def test_every_rule_before_has_a_reason_that_is_true(
    policy: Policy, request: RequestAttributes, version: ServerVersion
) -> None:
    found = explain(policy, request, version)

    assert found.decision == evaluate(policy, request, version)
    assert len(found.passed) == (found.decision.rule if found.decision.rule >= 0 else len(policy.rules))
    for rule, mismatch in zip(policy.rules, found.passed, strict=False):
        assert _is_blamed_rightly(rule, mismatch.condition, request, version)


def _is_blamed_rightly(rule: Rule, condition: str, request: RequestAttributes, version: ServerVersion) -> bool:
    """Without the condition that is blamed, and those that are asked after it, the rule is for the request."""
    order = ("users", "userGroups", "verbs", "")
    kept = order[: order.index(condition)] if condition in order else order
    until = Rule(
        Level.REQUEST,
        users=rule.users if "users" in kept else (),
        user_groups=rule.user_groups if "userGroups" in kept else (),
        verbs=rule.verbs if "verbs" in kept else (),
    )
    return evaluate(Policy((until,)), request, version).rule == 0


@pytest.mark.parametrize(
    ("rule", "text", "hint"),
    [
        (core("pods/*"), "get pods x", "pods/* is pods too, not only their subresources"),
        (core("pods/*"), "get pods/log x", ""),
        (core("pods", "pods/*"), "get pods x", ""),
        (core("*"), "get pods x", ""),
        (core(), "get pods x", ""),
    ],
)
def test_a_rule_for_subresources_that_takes_the_object_is_told(rule: Rule, text: str, hint: str) -> None:
    assert explain(Policy((rule,)), asked(text), NEWEST).hint == hint
