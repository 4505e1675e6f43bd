from __future__ import annotations

from dataclasses import replace

import pytest

from kubewitness.auditpolicy import GroupResources, Level, Policy, RequestAttributes, Rule, Stage, evaluate
from kubewitness.model import ServerVersion

NEWEST = ServerVersion(1, 37)
V1_35 = ServerVersion(1, 35)

POD = RequestAttributes("jane", ("dev",), "get", resource="pods", name="web", namespace="prod")
EXEC = replace(POD, subresource="exec")
NODE = RequestAttributes("jane", ("dev",), "get", resource="nodes", name="n1")
HEALTH = RequestAttributes("jane", ("dev",), "get", resource_request=False, path="/healthz/etcd")
FAILED = replace(POD, user=None, groups=())


def matches(rule: Rule, attributes: RequestAttributes, version: ServerVersion = NEWEST) -> bool:
    return evaluate(Policy((rule,)), attributes, version).rule == 0


def resources(*names: str, group: str = "", only: tuple[str, ...] = ()) -> Rule:
    return Rule(Level.METADATA, resources=(GroupResources(group, names, only),))


def urls(*patterns: str) -> Rule:
    return Rule(Level.METADATA, non_resource_urls=patterns)


def test_the_first_rule_that_matches_decides() -> None:
    policy = Policy((Rule(Level.NONE, users=("joe",)), Rule(Level.REQUEST, verbs=("get",)), Rule(Level.METADATA)))

    decision = evaluate(policy, POD, NEWEST)

    assert (decision.level, decision.rule) == (Level.REQUEST, 1)


def test_what_no_rule_matches_is_not_recorded() -> None:
    policy = Policy((Rule(Level.REQUEST, users=("joe",)),), (Stage.PANIC,), omit_managed_fields=True)

    decision = evaluate(policy, POD, NEWEST)

    assert (decision.level, decision.rule) == (Level.NONE, -1)
    assert decision.omit_stages == {Stage.PANIC}
    assert decision.omit_managed_fields is True


def test_a_rule_adds_its_stages_to_those_of_the_policy() -> None:
    policy = Policy((Rule(Level.METADATA, omit_stages=(Stage.PANIC,)),), (Stage.REQUEST_RECEIVED, Stage.PANIC))

    assert evaluate(policy, POD, NEWEST).omit_stages == {Stage.REQUEST_RECEIVED, Stage.PANIC}


@pytest.mark.parametrize(("of_rule", "expected"), [(None, True), (True, True), (False, False)])
def test_a_rule_may_overrule_managed_fields(of_rule: bool | None, expected: bool) -> None:
    policy = Policy((Rule(Level.REQUEST, omit_managed_fields=of_rule),), omit_managed_fields=True)

    assert evaluate(policy, POD, NEWEST).omit_managed_fields is expected


@pytest.mark.parametrize(
    "rule",
    [
        Rule(Level.METADATA),
        Rule(Level.METADATA, users=("joe", "jane")),
        Rule(Level.METADATA, user_groups=("ops", "dev")),
        Rule(Level.METADATA, verbs=("list", "get")),
        Rule(Level.METADATA, namespaces=("prod",)),
        resources(),
        resources("pods"),
        resources("*"),
        resources("pods", only=("web",)),
        resources("pods/*"),
        Rule(Level.METADATA, resources=(GroupResources("apps"), GroupResources(""))),
    ],
)
def test_these_match_a_pod(rule: Rule) -> None:
    assert matches(rule, POD)


@pytest.mark.parametrize(
    "rule",
    [
        Rule(Level.METADATA, users=("*",)),
        Rule(Level.METADATA, user_groups=("*",)),
        Rule(Level.METADATA, verbs=("*",)),
        Rule(Level.METADATA, verbs=("GET",)),
        Rule(Level.METADATA, namespaces=("*",)),
        Rule(Level.METADATA, namespaces=("",)),
        Rule(Level.METADATA, users=("jane",), user_groups=("ops",)),
        resources("secrets"),
        resources("*/*"),
        resources("*/exec"),
        resources("pods/exec"),
        resources("pod*"),
        resources("pods", group="apps"),
        resources("pods", only=("*",)),
        urls("*"),
    ],
)
def test_these_do_not_match_a_pod(rule: Rule) -> None:
    assert not matches(rule, POD)


@pytest.mark.parametrize("pattern", ["pods/exec", "pods/*", "*/exec", "*"])
def test_these_match_exec(pattern: str) -> None:
    assert matches(resources(pattern), EXEC)


@pytest.mark.parametrize("pattern", ["pods", "*/*", "pods/log", "*/exe", "exec"])
def test_these_do_not_match_exec(pattern: str) -> None:
    assert not matches(resources(pattern), EXEC)


def test_a_whole_group_includes_subresources() -> None:
    assert matches(resources(), EXEC)


def test_any_group_is_a_wildcard_from_1_36_on() -> None:
    assert matches(resources(group="*"), POD)
    assert not matches(resources(group="*"), POD, V1_35)


def test_no_namespace_is_the_empty_one() -> None:
    assert matches(Rule(Level.METADATA, namespaces=("",)), NODE)
    assert not matches(Rule(Level.METADATA, namespaces=("prod",)), NODE)


@pytest.mark.parametrize("rule", [Rule(Level.METADATA, users=("",)), Rule(Level.METADATA, user_groups=("dev",))])
def test_a_failed_login_matches_no_rule_that_asks_who(rule: Rule) -> None:
    assert not matches(rule, FAILED)
    assert matches(Rule(Level.METADATA), FAILED)


@pytest.mark.parametrize("pattern", ["*", "/healthz/etcd", "/healthz*", "/healthz/*", "/*", "/healthz/etcd*"])
def test_these_match_a_path(pattern: str) -> None:
    assert matches(urls(pattern), HEALTH)


@pytest.mark.parametrize("pattern", ["/healthz", "/healthz/", "/livez*", "/healthz/etcd/*", "/HEALTHZ*"])
def test_these_do_not_match_a_path(pattern: str) -> None:
    assert not matches(urls(pattern), HEALTH)


def test_namespaces_and_resources_are_for_resource_requests_only() -> None:
    assert not matches(Rule(Level.METADATA, namespaces=("",)), HEALTH)
    assert not matches(resources("*"), HEALTH)
    assert matches(Rule(Level.METADATA), HEALTH)


def test_names_are_empty_for_create_and_deletecollection() -> None:
    rule = resources("pods", only=("web",))

    assert not matches(rule, replace(POD, verb="create", name=""))
