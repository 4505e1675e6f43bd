"""A set of requests in few words: boxes, and boxes with exceptions.

The shortest words for a set are hard to find, so these are short, not shortest; but they are exact.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple, TypeAlias

from kubewitness.auditpolicy.difference.diagram import FALSE, TRUE
from kubewitness.auditpolicy.difference.universe import On

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from kubewitness.auditpolicy.difference.diagram import Diagram

MAX_BOXES: Final = 10
"""More exceptions than these nobody reads: the set is told in pieces."""
MAX_TRIES: Final = 1_000
"""How often two pieces are joined to see whether that makes it shorter."""
MAX_EFFORT: Final = 20_000
"""How many boxes are tried in all, good for some twenty seconds. Behind that sets are told as they come."""

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


class _Bounds(NamedTuple):
    """Between ``least`` and ``most`` any masks will do; so with the pairs of ``who``."""

    least: Masks
    most: Masks
    who: tuple[tuple[Masks, Masks], ...]


class Cover:
    """Finds words for the sets of one diagram. ``weight``: how long a mask of an axis is in words."""

    def __init__(self, diagram: Diagram, weight: Callable[[int, int], float]) -> None:
        self._diagram, self._weight = diagram, weight
        self._short: dict[tuple[int, int], Regions | None] = {}
        self._tries, self._effort = MAX_TRIES, MAX_EFFORT
        groups = tuple(range(On.GROUPS, len(diagram.full)))
        self._orders: Final = (
            (*groups, On.USER, On.NAMESPACE, On.VERB, On.TARGET),
            (*groups, On.TARGET, On.NAMESPACE, On.VERB, On.USER),
        )

    def told(self, node: int, care: int) -> Iterator[Region]:
        """Regions inside of the set that together hold all of it that lies in ``care``; of the rest what helps."""
        joined: list[tuple[int, Regions]] = []
        wanted = self._diagram.meet(node, care)
        for piece in self._pieces(wanted) if wanted != FALSE else ():
            for alone, words in self._simple(piece, node):
                if self._effort <= 0:
                    yield from words
                else:
                    self._add(joined, alone, words, node)
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

    def _add(self, joined: list[tuple[int, Regions]], piece: int, words: Regions, node: int) -> None:
        """Into the piece where it saves most, or as a piece of its own."""
        best, saved, found = len(joined), 0.0, (piece, words)
        for index, (other, others) in enumerate(joined):
            if self._tries == 0:
                break
            self._tries -= 1
            both = self._diagram.join(piece, other)
            together = self._compact(both, node)
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

    def _simple(self, wanted: int, node: int) -> Iterator[tuple[int, Regions]]:
        """What is wanted in pieces that are easily told."""
        if (words := self._compact(wanted, node)) is not None:
            yield wanted, words
            return
        box = self._diagram.path(wanted)
        if self._diagram.box(box) == wanted:
            yield wanted, (Region(_part(box)),)
            return
        for piece in self._pieces(wanted):
            yield from self._simple(piece, node)

    def _compact(self, wanted: int, node: int) -> Regions | None:
        """What is wanted as one box with exceptions, or as boxes; ``None`` where that takes too many."""
        if (wanted, node) not in self._short:
            hull = self._diagram.hull(wanted)
            boxes = self._boxes(self._diagram.minus(self._diagram.box(hull), node), wanted, hull, inside=False)
            found: list[Regions] = [] if boxes is None else [(Region(_part(hull), boxes),)]
            many = self._boxes(wanted, node, self._diagram.full, inside=True)
            found += [] if many is None else [tuple(map(Region, many))]
            self._short[wanted, node] = min(found, key=self.cost, default=None)
        return self._short[wanted, node]

    def _part_cost(self, part: Part) -> float:
        what = sum(self._weight(axis, mask) for axis, mask in enumerate(part.what))
        who = sum(self._weight(axis, mask) for masks in part.who for axis, mask in enumerate(masks, On.USER))
        return what + who

    def _box_cost(self, masks: Masks) -> float:
        return sum(self._weight(axis, mask) for axis, mask in enumerate(masks))

    def _boxes(self, wanted: int, node: int, around: Masks, *, inside: bool) -> tuple[Part, ...] | None:
        """Boxes inside of the set, or outside, that hold all that is wanted; told in short within ``around``."""
        found: list[_Bounds] = []
        for count in range(MAX_BOXES + 1):
            if wanted == FALSE:
                return tuple(self._shortest(bounds, around) for bounds in _gathered(found))
            self._effort -= 1
            if count == MAX_BOXES or self._effort <= 0:
                break
            seed = self._diagram.path(wanted)
            boxes = (self._widened(seed, node, order, inside=inside) for order in self._orders)
            wide = min(boxes, key=self._box_cost)
            tight = self._diagram.hull(self._diagram.meet(wanted, self._diagram.box(wide)))
            found.append(_Bounds(tight[: On.USER], wide[: On.USER], ((tight[On.USER :], wide[On.USER :]),)))
            wanted = self._diagram.minus(wanted, self._diagram.box(wide))
        return None

    def _shortest(self, bounds: _Bounds, around: Masks) -> Part:
        what = self._between(0, bounds.least, bounds.most, around)
        who = (self._between(On.USER, least, most, around[On.USER :]) for least, most in bounds.who)
        return Part(what, tuple(who))

    def _between(self, first: int, tight: Masks, wide: Masks, around: Masks) -> Masks:
        """Of the masks between tight and wide those in the fewest words; all of ``around`` needs none."""
        masks = []
        for axis, (least, most, frame) in enumerate(zip(tight, wide, around, strict=False), first):
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


def _part(box: Masks) -> Part:
    return Part(box[: On.USER], (box[On.USER :],))


def _gathered(found: list[_Bounds]) -> Iterator[_Bounds]:
    """Those that may ask for the same, and differ in who asks only, as one."""
    joined: list[_Bounds] = []
    for bounds in found:
        for index, other in enumerate(joined):
            least = tuple(one | two for one, two in zip(bounds.least, other.least, strict=True))
            most = tuple(one & two for one, two in zip(bounds.most, other.most, strict=True))
            if all(low & ~high == 0 for low, high in zip(least, most, strict=True)):
                joined[index] = _Bounds(least, most, (*other.who, *bounds.who))
                break
        else:
            joined.append(bounds)
    yield from joined
