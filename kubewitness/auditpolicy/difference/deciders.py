"""Which rules decide about the requests of a set?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from kubewitness.auditpolicy.difference.diagram import FALSE, TRUE
from kubewitness.auditpolicy.difference.universe import INSIDE, On

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from kubewitness.auditpolicy.difference.diagram import Diagram
    from kubewitness.auditpolicy.difference.universe import Universe

NO_RULE: Final = -1
"""As in ``Decision``."""


class Deciders:
    """Of one policy of a universe: that of the rules from ``first`` on."""

    def __init__(self, universe: Universe, diagram: Diagram, first: int, count: int) -> None:
        self._universe, self._diagram = universe, diagram
        self._first, self._count = first, count
        self._matched: dict[int, int] = {}

    def of(self, node: int) -> tuple[int, ...]:
        """The indexes of the rules, in their order; NO_RULE behind them where some requests meet none.

        The set is not empty.
        """
        return tuple(self._of(node))

    def _of(self, node: int) -> Iterator[int]:
        around = self._diagram.hull(node)
        for index in range(self._count):
            masks = self._universe.masks(self._first + index)
            if not all(mask & frame for mask, frame in zip(masks, around, strict=False)):
                continue
            left = self._diagram.minus(node, self._matching(index, masks))
            if left == node:
                continue
            yield index
            if left == FALSE:
                return
            node = left
        yield NO_RULE

    def _matching(self, index: int, masks: Sequence[int]) -> int:
        """All requests that the rule is for, whatever stands before it."""
        if index not in self._matched:
            bit = self._first + index
            node = FALSE if any(named >> bit & 1 for named in self._universe.groups) else TRUE
            for axis in reversed(range(On.GROUPS, len(self._universe.sizes))):
                if self._universe.groups[axis - On.GROUPS] >> bit & 1:
                    node = self._diagram.split(axis, INSIDE, TRUE, node)
            for axis, mask in reversed(list(enumerate(masks))):
                node = self._diagram.split(axis, mask, node, FALSE)
            self._matched[index] = node
        return self._matched[index]
