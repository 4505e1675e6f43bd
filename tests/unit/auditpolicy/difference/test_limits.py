"""What is too large to be compared is said to be, and never passed over."""

from __future__ import annotations

import pytest

from kubewitness.auditpolicy import GroupResources, Level, Policy, Rule, evaluate
from kubewitness.auditpolicy.difference import Kind, compare, difference, walk
from kubewitness.auditpolicy.difference.paths import MAX_NESTED
from kubewitness.auditpolicy.difference.sampled import MOST
from kubewitness.auditpolicy.difference.universe import MAX_GROUPS, MAX_RULES
from kubewitness.model import ServerVersion

NEWEST = ServerVersion(1, 37)
EVERYTHING = Policy((Rule(Level.METADATA),))


def quiet(*rules: Rule) -> Policy:
    return Policy((*rules, Rule(Level.METADATA)))


def test_a_small_limit_is_reached_and_said() -> None:
    busy = quiet(*(Rule(Level.NONE, users=(f"u{n}",), namespaces=(f"n{n}",)) for n in range(20)))

    found = difference(EVERYTHING, busy, NEWEST, limit=15)

    assert found.unfinished == "the rules combine in more than 15 ways"


def test_more_groups_than_can_be_asked_about() -> None:
    many = quiet(*(Rule(Level.NONE, user_groups=(f"g{n}",), verbs=(f"v{n}",)) for n in range(MAX_GROUPS + 1)))

    found = difference(EVERYTHING, many, NEWEST)

    assert found.classes == ()
    assert found.unfinished is not None
    assert "groups of users" in found.unfinished


def test_as_many_groups_as_can_be_asked_about() -> None:
    rules = [Rule(Level.NONE, user_groups=(f"g{n}",), verbs=(f"v{n}",)) for n in range(MAX_GROUPS - 1)]

    found = difference(quiet(*rules), quiet(*rules[1:]), NEWEST)

    assert (len(found.classes), found.unfinished) == (1, None)


def test_groups_that_always_stand_together_are_one() -> None:
    many = quiet(Rule(Level.NONE, user_groups=tuple(f"g{n}" for n in range(10 * MAX_GROUPS))))

    found = difference(EVERYTHING, many, NEWEST)

    assert len(found.classes) == 1
    assert found.unfinished is None


def test_prefixes_nested_too_deep() -> None:
    urls = tuple(f"/{'a' * n}*" for n in range(2, MAX_NESTED + 3))
    nested = quiet(*(Rule(Level.NONE, non_resource_urls=(url,)) for url in urls))

    found = difference(EVERYTHING, nested, NEWEST)

    assert found.unfinished is not None
    assert "nested" in found.unfinished


def test_more_classes_than_anybody_would_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compare, "MAX_CLASSES", 5)
    rules = [Rule(list(Level)[n % 4], users=(f"u{n}",), verbs=(f"v{n}",), namespaces=(f"n{n}",)) for n in range(20)]

    found = difference(EVERYTHING, quiet(*rules), NEWEST)

    assert len(found.classes) == 5
    assert found.unfinished == "more than 5 classes of requests differ"


def test_more_rules_than_can_be_compared() -> None:
    found = difference(EVERYTHING, Policy((Rule(Level.NONE, users=("a",)),) * MAX_RULES), NEWEST)

    assert found.unfinished == f"more than {MAX_RULES} rules"


def test_sixty_groups_in_a_hundred_rules_are_no_trouble() -> None:
    rules = [
        Rule(
            Level.NONE, user_groups=(f"g{n % 60}", f"g{(n * 7) % 60}"), verbs=(f"v{n % 8}",), namespaces=(f"n{n % 5}",)
        )
        for n in range(100)
    ]

    found = difference(quiet(*rules), quiet(*rules[:50], *rules[51:]), NEWEST)

    assert found.unfinished is None
    assert 0 < len(found.classes) < 10


def test_rules_in_the_reverse_order_are_no_trouble() -> None:
    rules = [Rule(list(Level)[n % 4], user_groups=(f"g{n}",)) for n in range(12)]

    found = difference(quiet(*rules), quiet(*reversed(rules)), NEWEST)

    assert found.unfinished is None


def test_a_large_policy_with_one_more_rule_is_compared() -> None:
    rules = [
        Rule(Level.REQUEST, users=(f"u{n}",), verbs=(f"v{n}",), resources=(GroupResources("", (f"r{n}",), (f"x{n}",)),))
        for n in range(400)
    ]

    found = difference(quiet(*rules), quiet(*rules, Rule(Level.NONE, users=("u7",))), NEWEST)

    assert {item.rules_after for item in found.classes} == {(400,)}


def test_what_is_too_large_is_tried_out() -> None:
    rules = [
        Rule(Level.REQUEST, users=(f"u{n}",), verbs=(f"v{n}",), namespaces=(f"n{n}",), user_groups=(f"g{n}",))
        for n in range(30)
    ]
    dropped = quiet(*rules[:10], *rules[11:])

    found = difference(quiet(*rules), dropped, NEWEST, limit=10)

    assert found.unfinished is not None
    [sample] = found.samples
    assert (sample.kind, sample.rule_before, sample.rule_after) == (Kind.LOWERED, 10, 29)
    assert evaluate(dropped, sample.request, NEWEST).level is Level.METADATA
    assert difference(quiet(*rules), quiet(*rules), NEWEST, limit=10).samples == ()


def test_all_that_rules_name_is_tried() -> None:
    changed = [
        Rule(Level.NONE, resources=(GroupResources("apps", ("deployments/scale",), ("web",)),)),
        Rule(Level.NONE, non_resource_urls=("/healthz*",)),
        Rule(Level.NONE, users=("system:serviceaccount:a:b",), user_groups=("system:serviceaccounts:a",)),
    ]
    busy = [Rule(Level.REQUEST, users=(f"u{n}",), namespaces=(f"n{n}",)) for n in range(9)]

    found = difference(quiet(*busy), quiet(*changed, *busy), NEWEST, limit=5)

    assert {item.rule_after for item in found.samples} == {0, 1, 2}


def test_how_far_it_is_can_be_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(walk, "_TOLD_EACH", 1)
    told: list[str] = []

    difference(EVERYTHING, quiet(Rule(Level.NONE, users=("a",))), NEWEST, progress=told.append)

    assert told == ["1 combinations of at most 400,000", "1 classes of requests differ"]


def test_examples_are_of_every_kind() -> None:
    lost = [Rule(Level.NONE, users=(f"u{n}",), namespaces=(f"n{n}",)) for n in range(150)]
    raised = Rule(Level.REQUEST, users=("admin",))

    found = difference(EVERYTHING, quiet(*lost, raised), NEWEST, limit=5)

    assert {item.kind for item in found.samples} == {Kind.LOST, Kind.RAISED}
    assert len(found.samples) == MOST
