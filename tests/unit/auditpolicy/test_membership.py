"""Who is in which group: said by the name alone, or by what kubeadm does."""

from __future__ import annotations

import pytest

from kubewitness.auditpolicy.membership import likely_groups, member_of, usual_groups


@pytest.mark.parametrize(
    ("user", "groups"),
    [
        (None, ()),
        ("jane", ("system:authenticated",)),
        ("system:anonymous", ("system:unauthenticated",)),
        ("system:node:n1", ("system:nodes", "system:authenticated")),
        (
            "system:serviceaccount:ci:deployer",
            ("system:serviceaccounts", "system:serviceaccounts:ci", "system:authenticated"),
        ),
        ("system:serviceaccountsfoo", ("system:authenticated",)),
    ],
)
def test_the_server_puts_a_user_into_groups_by_the_name(user: str | None, groups: tuple[str, ...]) -> None:
    assert usual_groups(user) == groups


def test_kubeadm_puts_its_administrators_into_more() -> None:
    assert likely_groups("kubernetes-admin") == ("kubeadm:cluster-admins", "system:authenticated")
    assert likely_groups("kubernetes-super-admin") == ("system:masters", "system:authenticated")
    assert likely_groups("jane") == usual_groups("jane")


@pytest.mark.parametrize(
    ("group", "user"),
    [
        ("system:nodes", "system:node:node-1"),
        ("system:unauthenticated", "system:anonymous"),
        ("system:serviceaccounts", "system:serviceaccount:default:default"),
        ("system:serviceaccounts:ci", "system:serviceaccount:ci:default"),
        ("system:serviceaccountsfoo", None),
        ("system:masters", None),
        ("developers", None),
    ],
)
def test_somebody_is_in_a_group_by_his_kind(group: str, user: str | None) -> None:
    assert member_of(group) == user


@pytest.mark.parametrize("group", ["system:nodes", "system:serviceaccounts", "system:serviceaccounts:ci"])
def test_whoever_is_named_for_a_group_is_in_it(group: str) -> None:
    assert group in usual_groups(member_of(group, node="n", account="a", namespace="b"))
