"""All requests there can be, cut into atoms that neither of two policies tells apart.

What is asked for (resource or path), namespace, verb, user, and each group that rules name as a yes or no of its own:
nobody knows which groups go together. A failed login is a user by itself, in no group.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING, Final

from kubewitness.auditpolicy.difference.axis import Axis, Values, bits, cut
from kubewitness.auditpolicy.difference.diagram import LimitReachedError
from kubewitness.auditpolicy.difference.paths import PathCut, Paths
from kubewitness.auditpolicy.difference.resources import ResourceCut, Resources
from kubewitness.auditpolicy.emitted import LONG_VERBS, NEITHER_NOR

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from kubewitness.auditpolicy.evaluate import RequestAttributes
    from kubewitness.auditpolicy.types import Rule


class On(IntEnum):
    """The axes, in their order. Groups come behind: an axis each, atom 0 outside, atom 1 inside."""

    TARGET = 0
    NAMESPACE = 1
    VERB = 2
    USER = 3
    GROUPS = 4


NOBODY: Final = 1
"""The atom of a failed login on the axis of users; atom 0 is everybody whom no rule names."""
OUTSIDE: Final = 0b01
INSIDE: Final = 0b10
_WORDS: Final = (1, 0.1)
_WORDS_FOR_TARGETS: Final = (1.5, 0.2)
"""How much it costs to say a set of atoms at all, and each atom of it; weighed by how the results read."""
MAX_RULES: Final = 1_000
"""Of both policies; the largest ones in use have a hundred."""
MAX_GROUPS: Final = 200
"""Groups that rules tell apart: each is a question of its own, and a step deeper into the diagrams."""


@dataclass(frozen=True, slots=True)
class Who:
    """``users``: who is logged in; ``nobody``: failed logins too; of each of ``inside`` a member, of ``outside`` none.

    The groups of one of ``inside`` are told apart by no rule: to be in any of them suffices.
    """

    users: Values
    nobody: bool
    inside: tuple[tuple[str, ...], ...] = ()
    outside: tuple[str, ...] = ()

    def __contains__(self, attributes: RequestAttributes) -> bool:
        groups = attributes.groups if attributes.user is not None else ()
        return (
            (self.nobody if attributes.user is None else attributes.user in self.users)
            and all(any(group in groups for group in choice) for choice in self.inside)
            and not any(group in groups for group in self.outside)
        )


@dataclass(frozen=True, slots=True)
class Box:
    """Requests, as a product of independent conditions.

    ``resources`` and ``paths``: what is asked for, any of them; ``other_resources``: all resources that are not among
    them. ``who``: any of them.
    """

    resources: tuple[Resources, ...]
    other_resources: tuple[Resources, ...]
    paths: tuple[Paths, ...]
    namespaces: Values
    verbs: Values
    who: tuple[Who, ...]

    def __contains__(self, attributes: RequestAttributes) -> bool:
        if attributes.resource_request:
            asked = _within(attributes, self.resources) and attributes.namespace in self.namespaces
        else:
            asked = _within(attributes, self.paths)
        return asked and attributes.verb in self.verbs and any(attributes in who for who in self.who)


class Universe:
    """The atoms of two policies. ``rules``: of both, one behind the other; a rule is a bit in every mask of rules."""

    def __init__(self, rules: Sequence[Rule], limit: int, *, any_group: bool, by_sort: bool = False) -> None:
        """``by_sort``: atoms are told apart too by what their requests can leave in the log, see ``kinds``."""
        if len(rules) > MAX_RULES:
            raise LimitReachedError(f"more than {MAX_RULES} rules")
        lasting, path = (1 << len(rules), 1 << len(rules) + 1) if by_sort else (0, 0)
        self._resources = ResourceCut(rules, limit, any_group=any_group, lasting=lasting)
        self._paths = PathCut(rules, lasting=lasting, path=path)
        self._lasting, self._path = lasting, path
        self._targets = tuple(dict.fromkeys((*self._resources.signatures, *self._paths.signatures)))
        self._atoms = {rules: atom for atom, rules in enumerate(self._targets)}
        self.namespaces = cut([rule.namespaces or None for rule in rules])
        told_apart = [LONG_VERBS, NEITHER_NOR] if by_sort else []
        self.verbs = cut([*(rule.verbs or None for rule in rules), *told_apart])
        self.users = _users(rules)
        self.memberships = cut([rule.user_groups for rule in rules])
        if len(self.memberships.atoms) > MAX_GROUPS:
            raise LimitReachedError(f"more than {MAX_GROUPS} groups of users that the rules tell apart")
        self.accepted: Final = (
            self._targets,
            self.namespaces.accepted,
            self.verbs.accepted,
            self.users.accepted,
        )
        """For each axis but those of groups, for each of its atoms: the rules that are for it."""
        self._masks: Final = tuple(_transposed(axis, len(rules)) for axis in self.accepted)
        self.groups: Final = self.memberships.accepted[1:]
        """For each axis of groups: the rules that name the groups."""
        self.sizes: Final = (*map(len, self.accepted), *(2 for _ in self.groups))
        """Atoms of each axis."""

    @property
    def kinds(self) -> tuple[int, int, int]:
        """Atoms of what is asked for: what goes on for long, other paths, other resources. With ``by_sort`` only."""
        lasting = sum(1 << atom for atom, rules in enumerate(self._targets) if rules & self._lasting)
        paths = sum(1 << atom for atom, rules in enumerate(self._targets) if rules & self._path) & ~lasting
        return lasting, paths, (1 << len(self._targets)) - 1 & ~lasting & ~paths

    def masks(self, bit: int) -> tuple[int, ...]:
        """The atoms of each axis, but for those of groups, that the rule is for."""
        return tuple(axis[bit] for axis in self._masks)

    def weight(self, axis: int, mask: int) -> float:
        """About how many words it takes to say which atoms lie in the mask; 0 for all of them."""
        count, size = mask.bit_count(), self.sizes[axis]
        if count == size:
            return 0
        first, more = _WORDS_FOR_TARGETS if axis == On.TARGET else _WORDS
        return first + more * min(count, size - count)

    def target(self, attributes: RequestAttributes) -> int:
        """The atom of what is asked for."""
        if not attributes.resource_request:
            return self._atoms[self._paths.signature(attributes.path)]
        asked = (attributes.api_group, attributes.resource, attributes.subresource, attributes.name)
        return self._atoms[self._resources.signature(*asked)]

    @property
    def names(self) -> tuple[tuple[str, ...], ...]:
        """The names of objects that rules tell apart."""
        return self._resources.names

    def told(self, atom: int) -> tuple[tuple[Resources, ...], tuple[Paths, ...]]:
        """What is asked for by an atom of the first axis."""
        signatures = frozenset({self._targets[atom]})
        return self._resources.told(signatures), self._paths.told(signatures)

    def box(self, what: Sequence[int], who: Iterable[Sequence[int]]) -> Box:
        """The requests whose atoms lie in the masks; of ``who`` (users, then groups) in the masks of any."""
        target, namespace, verb = what
        signatures = frozenset(self._targets[atom] for atom in bits(target))
        return Box(
            self._resources.told(signatures),
            self._resources.told(frozenset(self._targets) - signatures),
            self._paths.told(signatures),
            self.namespaces.values(namespace),
            self.verbs.values(verb),
            tuple(map(self._who, who)),
        )

    def _who(self, masks: Sequence[int]) -> Who:
        users = masks[0]
        memberships = list(zip(self.memberships.atoms[1:], masks[1:], strict=True))
        return Who(
            self.users.values(users),
            bool(users >> NOBODY & 1),
            tuple(names for names, mask in memberships if mask == INSIDE),
            tuple(name for names, mask in memberships if mask == OUTSIDE for name in names),
        )


def _users(rules: Sequence[Rule]) -> Axis:
    """With the atom of nobody, whom no rule that asks for a user or a group is for."""
    axis = cut([rule.users or None for rule in rules])
    unasked = sum(1 << bit for bit, rule in enumerate(rules) if not (rule.users or rule.user_groups))
    return Axis((axis.atoms[0], (), *axis.atoms[1:]), (axis.accepted[0], unasked, *axis.accepted[1:]))


def _within(attributes: RequestAttributes, sets: Iterable[Resources] | Iterable[Paths]) -> bool:
    return any(attributes in one for one in sets)


def _transposed(accepted: Sequence[int], count: int) -> list[int]:
    """For each rule the atoms that it is for."""
    masks = [0] * count
    for atom, rules in enumerate(accepted):
        for bit in bits(rules & ((1 << count) - 1)):
            masks[bit] |= 1 << atom
    return masks
