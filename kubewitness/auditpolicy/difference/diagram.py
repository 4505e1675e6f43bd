"""Sets of requests as decision diagrams: one node a question, one branch an answer, equal sub-diagrams stored once.

A request is a tuple of atoms, one an axis, in a fixed order; a branch is a mask of atoms, a bit each. Diagrams are
reduced and unique: two sets are equal if and only if they are the same number. Memory and time are bounded by a number
of nodes. Source of the idea: https://doi.org/10.1109/TC.1986.1676819
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

FALSE: Final = -1
"""No request."""
TRUE: Final = -2
"""Every request. Numbers below are leaves of another meaning, which the caller gives them."""
FIRST_LEAF: Final = -3

Edges: TypeAlias = "tuple[tuple[int, int], ...]"
"""Mask of atoms and the diagram behind it. The masks of a node are disjoint and cover its axis."""


class LimitReachedError(Exception):
    """Too large; the text says what is. Nothing is known of what was not reached."""


class Diagram:
    """All diagrams over the same axes. ``sizes``: atoms of each axis."""

    def __init__(self, sizes: Sequence[int], limit: int) -> None:
        self.full: Final = tuple((1 << size) - 1 for size in sizes)
        self._limit = limit
        self._axes: list[int] = []
        self._edges: list[Edges] = []
        self._numbers: dict[tuple[int, Edges], int] = {}
        self._meets: dict[tuple[int, int], int] = {}
        self._differences: dict[tuple[int, int], int] = {}

    def axis(self, node: int) -> int:
        """The axis that the node asks about; behind the last one for a leaf."""
        return self._axes[node] if node >= 0 else len(self.full)

    def edges(self, node: int) -> Edges:
        """The branches of an inner node."""
        return self._edges[node]

    def node(self, axis: int, branches: Iterable[tuple[int, int]]) -> int:
        """The node with these branches (mask, diagram); branches to the same diagram are joined."""
        masks: dict[int, int] = {}
        for mask, child in branches:
            if mask:
                masks[child] = masks.get(child, 0) | mask
        if len(masks) == 1:
            return next(iter(masks))
        edges = tuple(sorted((mask, child) for child, mask in masks.items()))
        found = self._numbers.get((axis, edges))
        if found is None:
            found = len(self._axes)
            if found >= self._limit:
                raise LimitReachedError(f"the rules combine in more than {self._limit} ways")
            self._numbers[axis, edges] = found
            self._axes.append(axis)
            self._edges.append(edges)
        return found

    def box(self, masks: Sequence[int]) -> int:
        """The requests whose atoms lie in the mask of every axis."""
        node = TRUE
        for axis in reversed(range(len(self.full))):
            if masks[axis] != self.full[axis]:
                node = self.split(axis, masks[axis], node, FALSE)
        return node

    def split(self, axis: int, mask: int, inside: int, outside: int) -> int:
        """``inside`` for the atoms in the mask, ``outside`` for the others; both ask about later axes only."""
        return self.node(axis, ((mask, inside), (self.full[axis] & ~mask, outside)))

    def select(self, root: int, leaves: Mapping[int, bool]) -> int:
        """The set of requests that end in one of the leaves that are true; leaves that are not listed are false."""
        done: dict[int, int] = {}

        def selected(node: int) -> int:
            if node < 0:
                return TRUE if leaves.get(node, False) else FALSE
            if node not in done:
                done[node] = self.node(self._axes[node], [(mask, selected(to)) for mask, to in self._edges[node]])
            return done[node]

        return selected(root)

    def meet(self, one: int, two: int) -> int:
        """What is in both."""
        if FALSE in (one, two):
            return FALSE
        if one in (TRUE, two):
            return two
        if two == TRUE:
            return one
        key = (one, two) if one < two else (two, one)
        if key not in self._meets:
            axis, pairs = self._paired(one, two)
            self._meets[key] = self.node(axis, [(mask, self.meet(left, right)) for mask, left, right in pairs])
        return self._meets[key]

    def join(self, one: int, two: int) -> int:
        """What is in either."""
        return self.minus(TRUE, self.minus(self.minus(TRUE, one), two))

    def minus(self, one: int, two: int) -> int:
        """What is in ``one`` and not in ``two``."""
        if one in (FALSE, two) or two == TRUE:
            return FALSE
        if two == FALSE:
            return one
        key = (one, two)
        if key not in self._differences:
            axis, pairs = self._paired(one, two)
            self._differences[key] = self.node(axis, [(mask, self.minus(left, right)) for mask, left, right in pairs])
        return self._differences[key]

    def hull(self, node: int) -> tuple[int, ...]:
        """The smallest box around a set that is not empty."""
        masks = [0] * len(self.full)
        seen: set[tuple[int, int]] = set()
        todo = [(-1, node)]
        while todo:
            asked, at = todo.pop()
            if at == FALSE or (asked, at) in seen:
                continue
            seen.add((asked, at))
            axis = self.axis(at)
            for skipped in range(asked + 1, axis):
                masks[skipped] = self.full[skipped]
            for mask, to in self._edges[at] if at >= 0 else ():
                masks[axis] |= mask if to != FALSE else 0
                todo.append((axis, to))
        return tuple(masks)

    def shadow(self, node: int, masks: Sequence[int], on: int, *, inside: bool) -> int:
        """The atoms on one axis of the requests that lie in the masks of all other axes, and in the set (or not in it).

        Makes no new nodes.
        """
        wanted = TRUE if inside else FALSE
        found: dict[int, bool] = {}

        def is_met(at: int) -> bool:
            if at < 0:
                return at == wanted
            if at not in found:
                allowed = masks[self._axes[at]]
                found[at] = any(mask & allowed and is_met(to) for mask, to in self._edges[at])
            return found[at]

        shadow, todo, seen = 0, [node], {node}
        while todo and shadow != self.full[on]:
            at = todo.pop()
            axis = self.axis(at)
            if axis > on:
                shadow |= self.full[on] if is_met(at) else 0
                continue
            for mask, to in self._edges[at]:
                if axis == on:
                    shadow |= mask if is_met(to) else 0
                elif mask & masks[axis] and to not in seen:
                    seen.add(to)
                    todo.append(to)
        return shadow

    def path(self, node: int) -> tuple[int, ...]:
        """A box inside of a set that is not empty: always along the broadest branch."""
        masks = list(self.full)
        while node != TRUE:
            mask, to = max((edge for edge in self._edges[node] if edge[1] != FALSE), key=_breadth)
            masks[self._axes[node]] = mask
            node = to
        return tuple(masks)

    def _paired(self, one: int, two: int) -> tuple[int, list[tuple[int, int, int]]]:
        """The branches of both, side by side."""
        axis = min(self.axis(one), self.axis(two))
        whole = self.full[axis]
        left = self._edges[one] if self.axis(one) == axis else ((whole, one),)
        right = self._edges[two] if self.axis(two) == axis else ((whole, two),)
        return axis, [(a & b, x, y) for a, x in left for b, y in right if a & b]


def _breadth(edge: tuple[int, int]) -> int:
    return edge[0].bit_count()
