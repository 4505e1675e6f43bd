"""Two policies walked at once: for every request, what the one does with it and what the other.

The state is what is still open: of each policy the rules that may yet match, in their order, and what is done if none
of them does. Equal states are walked once, and where both policies have the same left there is no difference.
"""

from __future__ import annotations

from functools import reduce
from typing import TYPE_CHECKING, Final, NamedTuple, TypeAlias

from kubewitness.auditpolicy.difference.axis import bits
from kubewitness.auditpolicy.difference.diagram import FALSE, FIRST_LEAF, Diagram, LimitReachedError
from kubewitness.auditpolicy.difference.universe import On

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Sequence

    from kubewitness.auditpolicy.difference.effect import Effect
    from kubewitness.auditpolicy.difference.universe import Universe
    from kubewitness.auditpolicy.types import Rule


Effects: TypeAlias = "tuple[Effect, ...]"
"""What is left in the log of a request, for each sort of requests."""


class Open(NamedTuple):
    """What is left of a policy: rules that may match, a bit each, and what is done if none of them does."""

    rules: int
    otherwise: Effects


_TOLD_EACH: Final = 5_000
_Step: TypeAlias = "tuple[int, int]"
"""Of an atom: the rules that are for it, and those that then match whatever else comes."""


class Side:
    """One of the two policies, prepared for the walk."""

    def __init__(self, rules: Sequence[Rule], effects: Sequence[Effects], universe: Universe, first: int) -> None:
        """``effects``: of each rule, and behind them of no rule. ``first``: the bit of its first rule."""
        every = (1 << len(rules)) - 1
        self._effects: Final = tuple(effects)
        self._full: Final = tuple((1 << size) - 1 for size in universe.sizes)
        self._masks: Final = tuple(universe.masks(first + bit) for bit in range(len(rules)))
        self._doing: Final[dict[Effects, int]] = {}
        for bit, effect in enumerate(effects[:-1]):
            self._doing[effect] = self._doing.get(effect, 0) | 1 << bit
        accepted = [[rules >> first & every for rules in axis] for axis in universe.accepted]
        named = [rules >> first & every for rules in universe.groups]
        self.asking: Final = (*(every & ~reduce(int.__and__, axis) for axis in accepted), *named)
        """For each axis the rules that have a condition on it."""
        self.steps: Final = (*_fixed_steps(accepted, self.asking, every), *_group_steps(named, every))
        """For each axis, for each of its atoms."""
        self.keys: Final = tuple(_keys(rules, effects, axis) for axis in range(On.GROUPS + 1))
        """For each axis, for each rule: what it asks for from this axis on, and what it does."""
        self.start: Final = self.settled(every, every & ~reduce(int.__or__, self.asking, 0), effects[-1])

    def named(self, axis: int, left: Open) -> int:
        """The atoms that the rules which are left may tell from the first one."""
        if axis == On.TARGET or axis >= On.GROUPS:
            return self._full[axis]
        named = 0
        for bit in bits(left.rules & self.asking[axis]):
            mask = self._masks[bit][axis]
            named |= self._full[axis] & ~mask if mask & 1 else mask
        return named

    def settled(self, rules: int, sure: int, otherwise: Effects) -> Open:
        """Without the rules behind the first that is sure to match, and without those that change nothing."""
        sure &= rules
        if sure:
            first = sure & -sure
            otherwise = self._effects[first.bit_length() - 1]
            rules &= first - 1
        telling = rules & ~self._doing.get(otherwise, 0)
        return Open(rules & ((1 << telling.bit_length()) - 1), otherwise)


class Walk:
    """Builds the diagram of the differences. Leaves: FALSE for no difference, else a pair of effects."""

    def __init__(
        self, one: Side, two: Side, diagram: Diagram, limit: int, progress: Callable[[str], None] = lambda _: None
    ) -> None:
        """``limit``: states that may be looked at; LimitReachedError above. ``progress`` is told how many were."""
        self._progress = progress
        self._one, self._two, self._diagram, self._limit = one, two, diagram, limit
        self._leaves: dict[tuple[Effects, Effects], int] = {}
        self._done: dict[tuple[int, Open, Open], int] = {}

    @property
    def pairs(self) -> dict[int, tuple[Effects, Effects]]:
        """Leaf -> what the one does, what the other does."""
        return {leaf: pair for pair, leaf in self._leaves.items()}

    def differences(self) -> int:
        """The diagram of all requests."""
        return self._from(0, self._one.start, self._two.start)

    def _from(self, axis: int, one: Open, two: Open) -> int:
        if not (one.rules or two.rules):
            return self._leaf(one.otherwise, two.otherwise)
        if self._same(axis, one, two):
            return FALSE
        while not (one.rules & self._one.asking[axis] or two.rules & self._two.asking[axis]):
            axis += 1
        key = (axis, one, two)
        if key not in self._done:
            if len(self._done) >= self._limit:
                raise LimitReachedError(f"the rules combine in more than {self._limit} ways")
            self._done[key] = self._diagram.node(axis, self._branches(axis, one, two))
            if len(self._done) % _TOLD_EACH == 0:
                self._progress(f"{len(self._done):,} combinations of at most {self._limit:,}")
        return self._done[key]

    def _branches(self, axis: int, one: Open, two: Open) -> list[tuple[int, int]]:
        masks: dict[tuple[int, int, int, int], int] = {}
        named = self._one.named(axis, one) | self._two.named(axis, two) | 1
        for atom in bits(named):
            (for_one, sure_one), (for_two, sure_two) = self._one.steps[axis][atom], self._two.steps[axis][atom]
            step = (one.rules & for_one, sure_one, two.rules & for_two, sure_two)
            others = self._diagram.full[axis] & ~named if atom == 0 else 0
            masks[step] = masks.get(step, 0) | 1 << atom | others
        return [
            (
                mask,
                self._from(
                    axis + 1,
                    self._one.settled(left, sure_left, one.otherwise),
                    self._two.settled(right, sure_right, two.otherwise),
                ),
            )
            for (left, sure_left, right, sure_right), mask in masks.items()
        ]

    def _leaf(self, one: Effects, two: Effects) -> int:
        return FALSE if one == two else self._leaves.setdefault((one, two), FIRST_LEAF - len(self._leaves))

    def _same(self, axis: int, one: Open, two: Open) -> bool:
        if one.otherwise != two.otherwise or one.rules.bit_count() != two.rules.bit_count():
            return False
        level = min(axis, On.GROUPS)
        mine, others = self._one.keys[level], self._two.keys[level]
        return all(mine[a] == others[b] for a, b in zip(bits(one.rules), bits(two.rules), strict=True))


def _fixed_steps(accepted: Sequence[Sequence[int]], asking: Sequence[int], every: int) -> tuple[tuple[_Step, ...], ...]:
    """A rule is sure to match once no later axis asks for anything."""
    return tuple(
        tuple((rules, every & ~reduce(int.__or__, asking[axis + 1 :], 0)) for rules in atoms)
        for axis, atoms in enumerate(accepted)
    )


def _group_steps(named: Sequence[int], every: int) -> tuple[tuple[_Step, ...], ...]:
    """One group suffices: a rule is sure once the user is inside of one, and out of the game outside of the last."""
    steps = []
    later = 0
    for rules in reversed(named):
        steps.append(((every & ~(rules & ~later), 0), (every, rules)))
        later |= rules
    return tuple(reversed(steps))


def _keys(rules: Sequence[Rule], effects: Sequence[Effects], axis: int) -> tuple[Hashable, ...]:
    return tuple(
        (
            *(rule.resources, rule.non_resource_urls, rule.namespaces)[: 3 if axis == On.TARGET else 0],
            *map(frozenset, (rule.namespaces, rule.verbs, rule.users)[max(axis - 1, 0) :]),
            frozenset(rule.user_groups),
            effect,
        )
        for rule, effect in zip(rules, effects, strict=False)
    )
