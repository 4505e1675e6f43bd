"""A set of requests in few words: boxes, and boxes with exceptions.

The shortest words for a set are hard to find, so these are short, not shortest; but they are exact.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeAlias

from kubewitness.auditpolicy.difference.diagram import FALSE, TRUE
from kubewitness.auditpolicy.difference.universe import On

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from kubewitness.auditpolicy.difference.diagram import Diagram

MAX_BOXES: Final = 10
"""More exceptions than these nobody reads: the set is told in pieces."""
MAX_TRIES: Final = 1_000
"""How often two pieces are joined to see whether that makes it shorter."""
MAX_EFFORT: Final = 60_000
"""How many boxes are tried in all, good for some ten seconds. Behind that sets are told as they come."""

Masks: TypeAlias = "tuple[int, ...]"


@dataclass(frozen=True, slots=True)
class Part:
    """A product. ``what``: masks of target, namespace and verb; ``who``: of user and groups, any of them."""

    what: Masks
    who: tuple[Masks, ...]


@dataclass(frozen=True, slots=True)
class Region:
    """The requests of a part that are in none of the exceptions."""

    base: Part
    exceptions: tuple[Part, ...] = ()


Regions: TypeAlias = "tuple[Region, ...]"


class Cover:
    """Finds words for the sets of one diagram. ``weight``: how long a mask of an axis is in words."""

    def __init__(self, diagram: Diagram, weight: Callable[[int, int], float]) -> None:
        self._diagram, self._weight = diagram, weight
        self._short: dict[int, Regions | None] = {}
        self._tries, self._effort = MAX_TRIES, MAX_EFFORT
        groups = tuple(range(On.GROUPS, len(diagram.full)))
        self._orders: Final = (
            (*groups, On.USER, On.NAMESPACE, On.VERB, On.TARGET),
            (*groups, On.TARGET, On.NAMESPACE, On.VERB, On.USER),
        )

    def told(self, node: int) -> Iterator[Region]:
        """Regions that together are the set. Pieces of it are joined as long as that makes it shorter."""
        joined: list[tuple[int, Regions]] = []
        for piece in self._pieces(node):
            for alone, words in self._simple(piece):
                if self._effort <= 0:
                    yield from words
                else:
                    self._add(joined, alone, words)
        for _, regions in joined:
            yield from regions

    def cost(self, regions: Regions) -> float:
        """How long they are in words."""
        return sum(
            2 + self._part_cost(region.base) + sum(1 + 1.5 * self._part_cost(part) for part in region.exceptions)
            for region in regions
        )

    def node(self, region: Region) -> int:
        """The set that a region is."""
        node = self._of(region.base)
        for part in region.exceptions:
            node = self._diagram.minus(node, self._of(part))
        return node

    def _of(self, part: Part) -> int:
        node = FALSE
        for who in part.who:
            node = self._diagram.join(node, self._diagram.box((*part.what, *who)))
        return node

    def _add(self, joined: list[tuple[int, Regions]], node: int, words: Regions) -> None:
        """Into the piece where it saves most, or as a piece of its own."""
        best, saved, found = len(joined), 0.0, (node, words)
        for index, (other, others) in enumerate(joined):
            if self._tries == 0:
                break
            self._tries -= 1
            both = self._diagram.join(node, other)
            together = self._compact(both)
            gain = self.cost(words) + self.cost(others) - self.cost(together) if together is not None else 0
            if together is not None and gain > saved:
                best, saved, found = index, gain, (both, together)
        joined[best : best + 1] = [found]

    def _pieces(self, node: int) -> Iterator[int]:
        """Cut at the first question that has several answers; the broadest answer first."""
        if node == TRUE:
            yield node
            return
        at = node
        while len(edges := [edge for edge in self._diagram.edges(at) if edge[1] != FALSE]) == 1 and edges[0][1] != TRUE:
            at = edges[0][1]
        axis = self._diagram.axis(at)
        for mask, _ in sorted(edges, key=lambda edge: (-edge[0].bit_count(), edge[0])):
            yield self._diagram.meet(node, self._diagram.split(axis, mask, TRUE, FALSE))

    def _simple(self, node: int) -> Iterator[tuple[int, Regions]]:
        """The set in pieces that are easily told."""
        box = self._diagram.path(node)
        if self._diagram.box(box) == node:
            yield node, (Region(_parts([box])[0]),)
        elif (words := self._compact(node)) is not None:
            yield node, words
        else:
            for piece in self._pieces(node):
                yield from self._simple(piece)

    def _compact(self, node: int) -> Regions | None:
        """The set as one box with exceptions, or as boxes; ``None`` where that takes too many."""
        if node not in self._short:
            hull = self._diagram.hull(node)
            boxes = self._boxes(self._diagram.minus(self._diagram.box(hull), node), node, hull, inside=False)
            found: list[Regions] = [] if boxes is None else [(Region(_parts([hull])[0], tuple(_parts(boxes))),)]
            if boxes != ():
                many = self._boxes(node, node, self._diagram.full, inside=True)
                found += [] if many is None else [tuple(map(Region, _parts(many)))]
            self._short[node] = min(found, key=self.cost, default=None)
        return self._short[node]

    def _part_cost(self, part: Part) -> float:
        what = sum(self._weight(axis, mask) for axis, mask in enumerate(part.what))
        who = sum(self._weight(axis, mask) for masks in part.who for axis, mask in enumerate(masks, On.USER))
        return what + who

    def _box_cost(self, masks: Masks) -> float:
        return sum(self._weight(axis, mask) for axis, mask in enumerate(masks))

    def _boxes(self, wanted: int, node: int, around: Masks, *, inside: bool) -> tuple[Masks, ...] | None:
        """Boxes inside of the set, or outside, that hold all that is wanted; told in short within ``around``."""
        found: list[Masks] = []
        while wanted != FALSE:
            self._effort -= 1
            if len(found) == MAX_BOXES or self._effort <= 0:
                return None
            seed = self._diagram.path(wanted)
            wide = (self._widened(seed, node, order, inside=inside) for order in self._orders)
            box = min(wide, key=self._box_cost)
            tight = self._diagram.hull(self._diagram.meet(wanted, self._diagram.box(box)))
            found.append(self._shortest(tight, box, around))
            wanted = self._diagram.minus(wanted, self._diagram.box(box))
        return tuple(found)

    def _shortest(self, tight: Masks, wide: Masks, around: Masks) -> Masks:
        """Of the masks between tight and wide those in the fewest words; all of ``around`` needs none."""
        masks = []
        for axis, (least, most, frame) in enumerate(zip(tight, wide, around, strict=True)):
            if most & frame == frame:
                masks.append(self._diagram.full[axis])
            elif self._weight(axis, most & frame) <= self._weight(axis, least):
                masks.append(most & frame)
            else:
                masks.append(least)
        return tuple(masks)

    def _widened(self, box: Masks, node: int, order: Sequence[int], *, inside: bool) -> Masks:
        """The box, as broad as it can be on one axis after the other while it stays in the set, or out of it."""
        masks = list(box)
        for axis in order:
            full = self._diagram.full[axis]
            if masks[axis] != full:
                masks[axis] = full & ~self._diagram.shadow(node, masks, axis, inside=not inside)
        return tuple(masks)


def _parts(boxes: Iterable[Masks]) -> list[Part]:
    """Boxes that differ in who asks only, as one."""
    found: dict[Masks, list[Masks]] = {}
    for box in boxes:
        found.setdefault(box[: On.USER], []).append(box[On.USER :])
    return [Part(what, tuple(who)) for what, who in found.items()]
