"""Equal policies that are written differently are equal."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kubewitness.auditpolicy import GroupResources, Level, Policy, Rule, Stage
from kubewitness.auditpolicy.difference import difference
from kubewitness.model import ServerVersion
from tests.unit.auditpolicy.difference.generated import policies, rules

NEWEST = ServerVersion(1, 37)
V1_35 = ServerVersion(1, 35)
CATCH_ALL = Rule(Level.METADATA)
LISTS = ("users", "user_groups", "verbs", "resources", "namespaces", "non_resource_urls")


def core(*resources: str, names: tuple[str, ...] = (), group: str = "") -> GroupResources:
    return GroupResources(group, resources, names)


def none(**conditions: object) -> Rule:
    return replace(Rule(Level.NONE), **conditions)  # type: ignore[arg-type]


def policy(*written: Rule) -> Policy:
    return Policy((*written, CATCH_ALL))


def are_equal(one: Policy, two: Policy, version: ServerVersion = NEWEST) -> bool:
    found = difference(one, two, version)
    assert found.unfinished is None
    return not found.classes


@pytest.mark.parametrize(
    ("one", "two"),
    [
        (policy(none(resources=(core("pods/*"),))), policy(none(resources=(core("pods", "pods/*"),)))),
        (policy(none(resources=(core("*"),))), policy(none(resources=(core("*", "pods", "*/scale"),)))),
        (policy(none(resources=(core("*"),))), policy(none(resources=(core(),)))),
        (policy(none(resources=(core("*/*"),))), policy(none(resources=(core("*/*", "*/*"),)))),
        (policy(none(resources=(core("pods/", "a/b/c"),))), policy()),
        (policy(none(verbs=("get", "list"))), policy(none(verbs=("list",)), none(verbs=("get",)))),
        (policy(none(users=("a", "b"))), policy(none(users=("b",)), none(users=("a",)))),
        (policy(none(user_groups=("g", "h"))), policy(none(user_groups=("h",)), none(user_groups=("g",)))),
        (
            policy(none(resources=(core("pods"), core("jobs", group="batch")))),
            policy(none(resources=(core("jobs", group="batch"),)), none(resources=(core("pods"),))),
        ),
        (
            policy(none(namespaces=("", "prod"))),
            policy(none(namespaces=("prod",)), none(namespaces=("",))),
        ),
        (
            policy(none(non_resource_urls=("/healthz*",))),
            policy(none(non_resource_urls=("/healthz*", "/healthz", "/healthz/*", "/healthz/etcd"))),
        ),
        (policy(none(non_resource_urls=("*",))), policy(none(non_resource_urls=("/a", "*", "/b*")))),
        (
            policy(none(resources=(core("pods", names=("a", "b")),))),
            policy(none(resources=(core("pods", names=("b",)), core("pods", names=("a",))))),
        ),
        (policy(), policy(CATCH_ALL, none(users=("a",)))),
        (policy(), policy(replace(CATCH_ALL, verbs=("get",)))),
        (Policy((none(users=("a",)),)), Policy((Rule(Level.NONE),))),
    ],
)
def test_these_record_the_same(one: Policy, two: Policy) -> None:
    assert are_equal(one, two)


@pytest.mark.parametrize(
    ("one", "two"),
    [
        (policy(none(resources=(core("pods"),))), policy(none(resources=(core("pods/*"),)))),
        (policy(none(resources=(core("*"),))), policy(none(resources=(core("pods", "*/*"),)))),
        (policy(none(namespaces=("",))), policy(none(namespaces=("prod",)))),
        (policy(none(user_groups=("g",))), policy(none(users=("g",)))),
        (policy(none(user_groups=("g",), users=("a",))), policy(none(users=("a",)))),
        (policy(none(non_resource_urls=("/healthz",))), policy(none(non_resource_urls=("/healthz*",)))),
        (policy(none(verbs=("get",)), none(verbs=("list",))), policy(none(verbs=("get",)))),
        (policy(), Policy((none(users=("a",)),))),
    ],
)
def test_these_do_not(one: Policy, two: Policy) -> None:
    assert not are_equal(one, two)


def test_a_name_that_looks_like_a_wildcard_is_a_name() -> None:
    everybody = policy(none(verbs=("*",), users=("*",)))

    assert not are_equal(everybody, policy())
    assert not are_equal(everybody, policy(none()))


def test_any_group_is_a_wildcard_from_1_36_on() -> None:
    one = policy(none(resources=(core("pods", group="*"), core("pods", group="apps"))))
    two = policy(none(resources=(core("pods", group="*"),)))

    assert are_equal(one, two)
    assert not are_equal(one, two, V1_35)


def test_where_nothing_is_recorded_the_rest_does_not_matter() -> None:
    loud = Policy((none(omit_stages=(Stage.PANIC,), omit_managed_fields=True),))

    assert are_equal(loud, Policy((none(),)))
    assert difference(loud, Policy((none(),)), NEWEST, exact=True).classes


def test_managed_fields_are_in_bodies_only() -> None:
    metadata = Policy((Rule(Level.METADATA),))
    request = Policy((Rule(Level.REQUEST),))

    assert are_equal(metadata, replace(metadata, omit_managed_fields=True))
    assert not are_equal(request, replace(request, omit_managed_fields=True))


def test_a_rule_that_leaves_out_every_stage_records_nothing() -> None:
    assert are_equal(Policy((Rule(Level.REQUEST, omit_stages=tuple(Stage)),)), Policy((none(),)))


@settings(max_examples=80)
@given(policies(), st.data())
def test_rewritten_rules_are_equal(written: Policy, data: st.DataObject) -> None:
    other = written
    for _ in range(data.draw(st.integers(1, 3))):
        other = data.draw(st.sampled_from([split, repeated, shuffled, ended]))(other, data)

    assert are_equal(written, other)


def split(written: Policy, data: st.DataObject) -> Policy:
    """A rule as two, each with one half of what it lists."""
    at = data.draw(st.integers(0, len(written.rules) - 1))
    rule = written.rules[at]
    field = data.draw(
        st.sampled_from(["users", "user_groups", "verbs", "resources", "namespaces", "non_resource_urls"])
    )
    listed = getattr(rule, field)
    if len(listed) < 2:
        return written
    halves = (replace(rule, **{field: listed[:1]}), replace(rule, **{field: listed[1:]}))
    return replace(written, rules=(*written.rules[:at], *halves, *written.rules[at + 1 :]))


def repeated(written: Policy, data: st.DataObject) -> Policy:
    """A rule once more, further down, where it is dead; with a narrower one."""
    at = data.draw(st.integers(0, len(written.rules) - 1))
    dead = replace(written.rules[at], level=data.draw(st.sampled_from(list(Level))))
    place = data.draw(st.integers(at + 1, len(written.rules)))
    narrower = replace(dead, verbs=dead.verbs or ("get",))
    return replace(written, rules=(*written.rules[:place], dead, narrower, *written.rules[place:]))


def shuffled(written: Policy, data: st.DataObject) -> Policy:
    """What a rule lists, in another order."""
    at = data.draw(st.integers(0, len(written.rules) - 1))
    rule = written.rules[at]
    other = replace(
        rule,
        users=rule.users[::-1],
        user_groups=rule.user_groups[::-1],
        verbs=rule.verbs[::-1],
        resources=rule.resources[::-1],
        namespaces=rule.namespaces[::-1],
        non_resource_urls=rule.non_resource_urls[::-1],
    )
    return replace(written, rules=(*written.rules[:at], other, *written.rules[at + 1 :]))


def ended(written: Policy, data: st.DataObject) -> Policy:
    """What no rule matches is not recorded, as if a last rule said so."""
    del data
    return replace(written, rules=(*written.rules, Rule(Level.NONE)))


@settings(max_examples=50)
@given(rules(), rules())
def test_neighbours_that_do_not_meet_may_change_places(one: Rule, two: Rule) -> None:
    one, two = replace(one, verbs=("get",)), replace(two, verbs=("list", "create"))

    assert are_equal(policy(one, two), policy(two, one))
