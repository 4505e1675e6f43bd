"""By whom, where and about what a rule names: the order of names does not matter, and a limit reached is said."""

from __future__ import annotations

from itertools import permutations

import pytest

from kubewitness.auditpolicy.lint import NotLookedAt
from tests.unit.auditpolicy.lint.linting import HEADER, linted

_RECORDED = "- level: Metadata\n  users: [a]\n"


@pytest.mark.parametrize("names", [*permutations(("a", "system:kube-controller-manager", "jane"))], ids=",".join)
@pytest.mark.parametrize("verbs", ["", "  verbs: [get]\n"], ids=["all", "get"])
def test_the_order_of_users_makes_no_difference(names: tuple[str, ...], verbs: str) -> None:
    policy = f"{HEADER}{_RECORDED}- level: None\n  users: [{', '.join(names)}]\n{verbs}- level: Metadata\n"

    found = {(item.id, item.severity.value) for item in linted(policy).findings}
    messages = [item.message for item in linted(policy).findings]

    assert found == ({("AP040", "high"), ("AP023", "high"), ("AP024", "high")} if verbs else {("AP042", "high")})
    assert all("system:kube-controller-manager and jane" in message for message in messages)


def test_each_user_is_asked_in_each_group() -> None:
    policy = f"""{HEADER}\
- level: Metadata
  users: [a]
  userGroups: [one]
- level: None
  users: [a]
  userGroups: [one, two]
  resources: [{{group: "", resources: [secrets]}}]
- level: Metadata
"""

    (finding,) = linted(policy).findings

    assert (finding.id, finding.rule) == ("AP040", 1)
    assert "(by a in two)" in finding.message


def test_what_is_suggested_for_somebody_is_for_nobody_else() -> None:
    policy = f"""{HEADER}\
- level: None
  users: [jane]
  resources: [{{group: "", resources: [secrets]}}]
- level: Metadata
"""

    (finding,) = linted(policy).findings

    assert finding.suggestion == (
        '- level: Metadata\n  users: [jane]\n  resources:\n    - group: ""\n      resources: [secrets]\n'
    )


def test_a_policy_that_names_too_many_is_said_not_to_be_asked_about_all() -> None:
    users = ", ".join(f"u{number}" for number in range(6000))
    policy = f"{HEADER}- level: None\n  users: [{users}]\n  verbs: [get, create]\n- level: Metadata\n"

    found = linted(policy)

    assert "AP040" in {item.id for item in found.findings}
    assert NotLookedAt("AP040", "not for all whom the rules name: the policy names too many") in found.not_looked_at
