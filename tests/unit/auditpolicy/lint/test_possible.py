"""Nothing is said about what a rule does to those whom it cannot match, but that it cannot."""

from __future__ import annotations

import pytest

from tests.unit.auditpolicy.lint.linting import HEADER, ids, linted

_SECRETS = "resources: [{group: '', resources: [secrets], resourceNames: ['db-*']}]"


@pytest.mark.parametrize(
    ("rule", "wanted"),
    [
        ("- level: None\n  users: [system:masters]\n", ["AP014"]),
        ("- level: None\n  userGroups: [system:serviceaccount:kube-system:robot]\n", ["AP014"]),
        ("- level: None\n  users: [system:serviceaccount:robot]\n", ["AP014"]),
        ("- level: None\n  users: ['system:serviceaccount:kube-system:*']\n", ["AP013"]),
        ("- level: None\n  users: [system:unsecured]\n", ["AP015"]),
        (f"- level: Request\n  namespaces: ['*']\n  {_SECRETS}\n", ["AP013"]),
        (f"- level: Request\n  {_SECRETS}\n", ["AP013"]),
        ("- level: Request\n  users: [system:nodes]\n  verbs: [create, delete]\n", ["AP014"]),
    ],
)
def test_a_rule_that_can_match_nothing_does_nothing(rule: str, wanted: list[str]) -> None:
    assert ids(f"{HEADER}{rule}- level: Metadata\n") == wanted


def test_a_name_that_can_match_nobody_is_neither_told_of_nor_suggested() -> None:
    first, second = linted(f"{HEADER}- level: None\n  users: [system:masters, jane]\n- level: Metadata\n").findings

    assert (first.id, second.id, second.severity) == ("AP014", "AP042", "medium")
    assert "whatever jane may do" in second.message
    assert second.suggestion is not None
    assert "system:masters" not in second.suggestion


def test_what_only_nobody_is_recorded_of_is_nothing() -> None:
    assert ids(f"{HEADER}- level: Metadata\n  users: [system:masters]\n- level: None\n") == ["AP014", "AP010"]
