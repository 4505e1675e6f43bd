"""The classes of a difference are exactly the requests that the evaluator decides otherwise."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kubewitness.auditpolicy import Decision, Level, Policy, RequestAttributes, Rule, Stage, evaluate
from kubewitness.auditpolicy.difference import (
    Change,
    LevelChange,
    ManagedFieldsChange,
    StagesChange,
    difference,
)
from kubewitness.auditpolicy.emitted import emitted
from kubewitness.auditpolicy.explanation import Explanation, explain
from kubewitness.model import ServerVersion
from tests.unit.auditpolicy.difference.generated import policies, requests, rules

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

VERSIONS = st.sampled_from([ServerVersion(1, 35), ServerVersion(1, 37)])


def pairs() -> SearchStrategy[tuple[Policy, Policy]]:
    """Any two policies, and a policy with another rule in it: an edit."""
    return st.one_of(st.tuples(policies(), policies()), st.builds(edited, policies(), rules(), st.integers(0, 5)))


def edited(policy: Policy, rule: Rule, place: int) -> tuple[Policy, Policy]:
    place = min(place, len(policy.rules))
    return policy, replace(policy, rules=(*policy.rules[:place], rule, *policy.rules[place:]))


def literal_changes(before: Decision, after: Decision) -> set[Change]:
    found: set[Change] = set()
    if before.level != after.level:
        found.add(LevelChange(before.level, after.level))
    if before.omit_stages != after.omit_stages:
        found.add(StagesChange(before.omit_stages, after.omit_stages))
    if before.omit_managed_fields != after.omit_managed_fields:
        found.add(ManagedFieldsChange(before.omit_managed_fields, after.omit_managed_fields))
    return found


def changes_in_the_log(before: Explanation, after: Explanation) -> set[Change]:
    """By what ``policy explain`` says is written of the request."""
    found: set[Change] = set()
    one, two = (item.decision.level if set(item.stages) - {Stage.PANIC} else Level.NONE for item in (before, after))
    if one is not two:
        found.add(LevelChange(one, two))
    if Level.NONE in {one, two}:
        return found
    stages = emitted(before.attributes).stages
    if before.stages != after.stages:
        found.add(StagesChange(stages - set(before.stages), stages - set(after.stages)))
    kept, left = before.decision.omit_managed_fields, after.decision.omit_managed_fields
    if before.has_object and after.has_object and kept != left:
        found.add(ManagedFieldsChange(kept, left))
    return found


@pytest.mark.parametrize("exact", [False, True])
@settings(max_examples=80)
@given(pairs(), st.lists(requests(), min_size=30, max_size=30), VERSIONS)
def test_a_request_is_in_the_classes_of_what_happens_to_it(
    exact: bool, pair: tuple[Policy, Policy], asked: list[RequestAttributes], version: ServerVersion
) -> None:
    found = difference(*pair, version, exact=exact)

    assert found.unfinished is None
    for request in asked:
        before, after = (evaluate(policy, request, version) for policy in pair)
        told = [explain(policy, request, version) for policy in pair]
        expected = literal_changes(before, after) if exact else changes_in_the_log(*told)
        holders = [item for item in found.classes if request in item]
        assert {item.change for item in holders} == expected
        assert all(before.rule in item.rules_before and after.rule in item.rules_after for item in holders)


@settings(max_examples=80)
@given(pairs(), VERSIONS)
def test_every_class_has_an_example_in_it(pair: tuple[Policy, Policy], version: ServerVersion) -> None:
    found = difference(*pair, version)

    for item in found.classes:
        before, after = (evaluate(policy, item.example, version) for policy in pair)
        assert item.example in item
        assert before.rule in item.rules_before
        assert after.rule in item.rules_after


@settings(max_examples=50)
@given(policies(), policies(), VERSIONS)
def test_the_other_way_round_it_is_the_opposite(one: Policy, two: Policy, version: ServerVersion) -> None:
    there, back = difference(one, two, version), difference(two, one, version)

    assert {(item.change.before, item.change.after) for item in there.classes} == {
        (item.change.after, item.change.before) for item in back.classes
    }
