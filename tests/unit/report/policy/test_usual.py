"""What goes without saying of users is left out of words, and nothing else."""

from __future__ import annotations

import pytest

from kubewitness.auditpolicy.difference import Values, Who
from kubewitness.report.policy.difference.usual import usual

ANY = Values((), others=True)
NODES, ACCOUNTS = ("system:nodes",), ("system:serviceaccounts:ci",)


def named(*users: str, inside: tuple[tuple[str, ...], ...] = (), outside: tuple[str, ...] = ()) -> Who:
    return Who(Values(users), False, inside, outside)


def others(*but: str, inside: tuple[tuple[str, ...], ...] = (), outside: tuple[str, ...] = ()) -> Who:
    return Who(Values(but, others=True), False, inside, outside)


@pytest.mark.parametrize(
    ("who", "told"),
    [
        (named("jane", outside=NODES), named("jane")),
        (named("jane", outside=("devs",)), named("jane", outside=("devs",))),
        (named("system:node:n1", outside=NODES), named("system:node:n1", outside=NODES)),
        (named("system:node:n1", inside=(NODES,)), named("system:node:n1")),
        (named("jane", inside=(("system:authenticated",),)), named("jane")),
        (named("jane", inside=(NODES,)), named("jane", inside=(NODES,))),
        (
            others("jane", "system:serviceaccount:ci:bot", inside=(ACCOUNTS,)),
            others("system:serviceaccount:ci:bot", inside=(ACCOUNTS,)),
        ),
        (others(inside=(ACCOUNTS,), outside=NODES), others(inside=(ACCOUNTS,))),
        (others(inside=(ACCOUNTS,), outside=("devs",)), others(inside=(ACCOUNTS,), outside=("devs",))),
        (
            others(inside=(ACCOUNTS,), outside=("system:serviceaccounts",)),
            others(inside=(ACCOUNTS,), outside=("system:serviceaccounts",)),
        ),
        (others("jane", inside=(("devs",),)), others("jane", inside=(("devs",),))),
        (others("jane", outside=NODES), others("jane", outside=NODES)),
        (others(outside=("system:authenticated", "devs")), named("system:anonymous")),
        (
            Who(ANY, nobody=True, outside=("system:authenticated",)),
            Who(Values(("system:anonymous",)), nobody=True),
        ),
        (
            others("system:anonymous", outside=("system:authenticated",)),
            others("system:anonymous", outside=("system:authenticated",)),
        ),
        (
            others(outside=("system:authenticated", "system:unauthenticated")),
            others(outside=("system:authenticated", "system:unauthenticated")),
        ),
        (
            others(inside=(("devs",),), outside=("system:authenticated",)),
            others(inside=(("devs",),), outside=("system:authenticated",)),
        ),
        (Who(Values(()), nobody=True), Who(Values(()), nobody=True)),
        (Who(ANY, nobody=True), Who(ANY, nobody=True)),
    ],
)
def test_what_goes_without_saying(who: Who, told: Who) -> None:
    assert usual(who) == told
