"""How rules became others. The differences of a whole server are in test_drift.py."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubewitness.auditpolicy import GroupResources, Level, Rule
from kubewitness.ruledrift import rule_changes

SECRETS: Final = Rule(Level.METADATA, resources=(GroupResources("", ("secrets",)),))
NODES: Final = Rule(Level.NONE, user_groups=("system:nodes",), verbs=("get",), namespaces=("kube-system",))
BODIES: Final = Rule(Level.REQUEST, verbs=("create", "update"), omit_managed_fields=True)
REST: Final = Rule(Level.METADATA)
RULES: Final = (SECRETS, NODES, BODIES, REST)
HIDING: Final = Rule(Level.NONE, users=("bob",), verbs=("get", "list"), resources=SECRETS.resources)


def changes(*after: Rule, before: tuple[Rule, ...] = RULES) -> list[tuple[str, str, str]]:
    return [(item.field, item.before, item.after) for item in rule_changes(before, after)]


def test_the_same_rules_at_other_lines_are_no_change() -> None:
    assert changes(*(replace(rule, line=7) for rule in RULES)) == []


@pytest.mark.parametrize("index", range(len(RULES) + 1))
def test_one_rule_put_in_is_one_change(index: int) -> None:
    added = "None users=bob verbs=get,list resources=/secrets"

    assert changes(*RULES[:index], HIDING, *RULES[index:]) == [(f"rules[{index}] added", "not there", added)]


@pytest.mark.parametrize("index", range(len(RULES)))
def test_one_rule_taken_out_is_one_change(index: int) -> None:
    ((field, _, after),) = changes(*RULES[:index], *RULES[index + 1 :])

    assert (field, after) == (f"rules[{index}] removed", "not there")


def test_a_changed_field_is_named() -> None:
    assert changes(SECRETS, replace(NODES, level=Level.REQUEST), BODIES, REST) == [
        ("rules[1].level", "None", "Request")
    ]
    assert changes(SECRETS, NODES, replace(BODIES, omit_managed_fields=None, users=("bob",)), REST) == [
        ("rules[2].users", "not set", "bob"),
        ("rules[2].omitManagedFields", "true", "not set"),
    ]


def test_a_rule_put_in_beside_a_changed_one() -> None:
    changed = replace(NODES, verbs=("get", "list"))

    assert [field for field, *_ in changes(SECRETS, HIDING, changed, BODIES, REST)] == [
        "rules[1] added",
        "rules[2].verbs",
    ]


def test_another_rule_in_its_place_is_no_change_of_it() -> None:
    assert [field for field, *_ in changes(SECRETS, HIDING, BODIES, REST)] == ["rules[1] removed", "rules[1] added"]


def test_a_rule_that_moved_is_one_change() -> None:
    assert changes(SECRETS, BODIES, NODES, REST)[0][0].endswith("moved")
    assert len(changes(SECRETS, BODIES, NODES, REST)) == 1


def test_very_many_other_rules_are_one_change() -> None:
    before, after = (tuple(Rule(Level.NONE, users=(f"{who}{number}",)) for number in range(5000)) for who in ("u", "w"))

    assert changes(*after, before=before) == [("rules[0] to rules[4999]", "5000 rules", "5000 rules, others")]


@given(st.lists(st.sampled_from((*RULES, HIDING))), st.lists(st.sampled_from((*RULES, HIDING))))
def test_there_is_a_change_where_rules_differ(before: list[Rule], after: list[Rule]) -> None:
    assert bool(changes(*after, before=tuple(before))) == (before != after)
