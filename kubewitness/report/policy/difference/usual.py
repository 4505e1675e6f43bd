"""Users without what goes without saying: that a service account is in no group of nodes, for one.

Who is logged in and not in system:authenticated is anonymous: nobody else is.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from kubewitness.auditpolicy.difference import Values
from kubewitness.auditpolicy.membership import ANONYMOUS, AUTHENTICATED, member_of, usual_groups

if TYPE_CHECKING:
    from kubewitness.auditpolicy.difference import Who

_ANONYMOUS: Final = Values((ANONYMOUS,))


def usual(who: Who) -> Who:
    """The same users, as far as a server sees such users as a rule."""
    if who.nobody and not who.users.others and not who.users.names:
        return who
    if who.users.others and AUTHENTICATED in who.outside and _holds_anonymous(who):
        return replace(who, users=_ANONYMOUS, inside=(), outside=())
    return _of_named(who) if not who.users.others else _of_members(who)


def _holds_anonymous(who: Who) -> bool:
    mine = set(usual_groups(ANONYMOUS))
    return ANONYMOUS in who.users and all(map(mine.intersection, who.inside)) and mine.isdisjoint(who.outside)


def _of_named(who: Who) -> Who:
    """Named users: which groups of their kind they are in is known."""
    groups = [set(usual_groups(name)) for name in who.users.names]
    inside = tuple(choice for choice in who.inside if not all(mine.intersection(choice) for mine in groups))
    outside = tuple(group for group in who.outside if member_of(group) is None or any(group in mine for mine in groups))
    return replace(who, inside=inside, outside=outside)


def _of_members(who: Who) -> Who:
    """Members of a group that only one kind of users is in: no other user need be left out."""
    kinds = [choice for choice in who.inside if all(member_of(group) is not None for group in choice)]
    if not kinds:
        return who
    names = tuple(
        name for name in who.users.names if all(set(usual_groups(name)).intersection(choice) for choice in kinds)
    )
    mine = {group for choice in kinds for member in map(member_of, choice) for group in usual_groups(member)}
    outside = tuple(group for group in who.outside if member_of(group) is None or group in mine)
    return replace(who, users=Values(names, others=True), outside=outside)
