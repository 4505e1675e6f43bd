"""Diagrams are sets: compared with sets of tuples of atoms."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kubewitness.auditpolicy.difference.diagram import FALSE, TRUE, Diagram, LimitReachedError

SIZES = (3, 2, 4)
FULL = tuple((1 << size) - 1 for size in SIZES)
EVERYTHING = frozenset(product(*map(range, SIZES)))
MASKS = st.tuples(*(st.integers(1, full) for full in FULL))
BOXES = st.lists(MASKS, max_size=4)


def members(diagram: Diagram, node: int) -> frozenset[tuple[int, ...]]:
    return frozenset(atoms for atoms in EVERYTHING if holds(diagram, node, atoms))


def holds(diagram: Diagram, node: int, atoms: tuple[int, ...]) -> bool:
    while node >= 0:
        atom = atoms[diagram.axis(node)]
        node = next(child for mask, child in diagram.edges(node) if mask >> atom & 1)
    return node == TRUE


def inside(masks: tuple[int, ...]) -> frozenset[tuple[int, ...]]:
    allowed = ([atom for atom in range(size) if mask >> atom & 1] for size, mask in zip(SIZES, masks, strict=True))
    return frozenset(product(*allowed))


def union(diagram: Diagram, boxes: list[tuple[int, ...]]) -> int:
    node = FALSE
    for masks in boxes:
        node = diagram.join(node, diagram.box(masks))
    return node


@settings(max_examples=200)
@given(BOXES, BOXES)
def test_what_is_done_with_diagrams_is_done_with_sets(
    left: list[tuple[int, ...]], right: list[tuple[int, ...]]
) -> None:
    diagram = Diagram(SIZES, 10_000)
    one, two = union(diagram, left), union(diagram, right)
    first = frozenset().union(*map(inside, left))
    second = frozenset().union(*map(inside, right))

    assert members(diagram, one) == first
    assert members(diagram, diagram.meet(one, two)) == first & second
    assert members(diagram, diagram.minus(one, two)) == first - second
    assert members(diagram, diagram.join(one, two)) == first | second
    assert (one == two) == (first == second)


@settings(max_examples=200)
@given(BOXES.filter(bool), MASKS, st.integers(0, 2), st.booleans())
def test_hull_path_and_shadow(boxes: list[tuple[int, ...]], masks: tuple[int, ...], on: int, within: bool) -> None:
    diagram = Diagram(SIZES, 10_000)
    node = union(diagram, boxes)
    held = frozenset().union(*map(inside, boxes))

    assert diagram.hull(node) == tuple(sum(1 << atom for atom in {atoms[axis] for atoms in held}) for axis in range(3))
    assert inside(diagram.path(node)) <= held
    looked_at = inside(tuple(FULL[axis] if axis == on else mask for axis, mask in enumerate(masks)))
    found = {atoms[on] for atoms in looked_at & (held if within else EVERYTHING - held)}
    assert diagram.shadow(node, masks, on, inside=within) == sum(1 << atom for atom in found)


def test_more_nodes_than_allowed_are_refused() -> None:
    diagram = Diagram(SIZES, 2)

    diagram.box((1, 1, FULL[2]))
    with pytest.raises(LimitReachedError, match="more than 2"):
        diagram.box((2, 1, 3))
