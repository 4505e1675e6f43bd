"""Which objects do rules tell apart? API group, resource, subresource and name, cut along the entries of all rules.

The wildcards are those of ``evaluate``: ``pods/*`` is ``pods`` too, ``*/scale`` no object itself, ``*`` everything, an
entry without resources the whole group.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from kubewitness.auditpolicy.difference.axis import ANY, Axis, Values, bits, cut
from kubewitness.auditpolicy.difference.diagram import FIRST_LEAF, TRUE, Diagram, LimitReachedError
from kubewitness.auditpolicy.emitted import PASSED_THROUGH

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from kubewitness.auditpolicy.evaluate import RequestAttributes
    from kubewitness.auditpolicy.types import GroupResources, Rule

OBJECT: Final = ""
"""The subresource of a request for the object itself."""


@dataclass(frozen=True, slots=True)
class Resources:
    """Requests for these resources: a product of four sets. ``""`` is the core group, the object itself, no name."""

    groups: Values = ANY
    resources: Values = ANY
    subresources: Values = ANY
    names: Values = ANY

    def __contains__(self, attributes: RequestAttributes) -> bool:
        return (
            attributes.resource_request
            and attributes.api_group in self.groups
            and attributes.resource in self.resources
            and attributes.subresource in self.subresources
            and attributes.name in self.names
        )


@dataclass(frozen=True, slots=True)
class _Clause:
    """A part of an entry of a rule: a product. ``None``: any value."""

    rule: int
    groups: tuple[str, ...] | None = None
    resources: tuple[str, ...] | None = None
    subresources: tuple[str, ...] | None = None
    names: tuple[str, ...] | None = None


class ResourceCut:
    """The resources that rules tell apart, each kind of them known by the rules (a bit each) that are for it."""

    def __init__(self, rules: Sequence[Rule], limit: int, *, any_group: bool, lasting: int = 0) -> None:
        """``lasting``: a bit of its own for the subresources whose requests go on for long; 0: none."""
        self._clauses = [clause for bit, rule in enumerate(rules) for clause in _clauses(bit, rule, any_group)]
        if lasting:
            self._clauses.append(_Clause(lasting.bit_length() - 1, subresources=tuple(sorted(PASSED_THROUGH))))
        self._axes: tuple[Axis, ...] = (
            cut([clause.groups for clause in self._clauses]),
            cut([clause.resources for clause in self._clauses]),
            cut([clause.subresources for clause in self._clauses], apart=[OBJECT]),
            cut([clause.names for clause in self._clauses]),
        )
        self._diagram = Diagram([len(axis.atoms) for axis in self._axes], limit)
        self._limit = limit
        self._seen: dict[tuple[int, int], int] = {}
        self._leaves: dict[int, int] = {}
        self._root = self._refined(0, (1 << len(self._clauses)) - 1)
        self._signature_of = {leaf: signature for signature, leaf in self._leaves.items()}

    @property
    def names(self) -> tuple[tuple[str, ...], ...]:
        """The names of objects that rules tell apart."""
        return self._axes[-1].atoms[1:]

    @property
    def signatures(self) -> tuple[int, ...]:
        """The rules that are for each kind of resource."""
        return tuple(self._leaves)

    def signature(self, group: str, resource: str, subresource: str, name: str) -> int:
        """The rules that are for this object, as far as it is asked for."""
        node = self._root
        for depth, text in enumerate((group, resource, subresource, name)):
            if self._diagram.axis(node) == depth:
                atom = self._axes[depth].atom(text)
                node = next(child for mask, child in self._diagram.edges(node) if mask >> atom & 1)
        return self._signature_of[node]

    def told(self, signatures: frozenset[int]) -> tuple[Resources, ...]:
        """The resources of these kinds, as products that do not overlap."""
        leaves = {leaf: signature in signatures for signature, leaf in self._leaves.items()}
        return tuple(
            Resources(*(axis.values(mask) for axis, mask in zip(self._axes, masks, strict=True)))
            for masks in self._products(self._diagram.select(self._root, leaves), 0, ())
        )

    def _refined(self, depth: int, alive: int) -> int:
        if depth == len(self._axes):
            return self._leaf(alive)
        key = (depth, alive)
        if key not in self._seen:
            if len(self._seen) >= self._limit:
                raise LimitReachedError(f"the resources combine in more than {self._limit} ways")
            branches = [
                (1 << atom, self._refined(depth + 1, alive & accepted))
                for atom, accepted in enumerate(self._axes[depth].accepted)
            ]
            self._seen[key] = self._diagram.node(depth, branches)
        return self._seen[key]

    def _leaf(self, alive: int) -> int:
        signature = 0
        for bit in bits(alive):
            signature |= 1 << self._clauses[bit].rule
        return self._leaves.setdefault(signature, FIRST_LEAF - len(self._leaves))

    def _products(self, node: int, depth: int, masks: tuple[int, ...]) -> Iterator[tuple[int, ...]]:
        if depth == len(self._axes):
            if node == TRUE:
                yield masks
        elif self._diagram.axis(node) == depth:
            for mask, child in self._diagram.edges(node):
                yield from self._products(child, depth + 1, (*masks, mask))
        else:
            yield from self._products(node, depth + 1, (*masks, self._axes[depth].full))


def _clauses(bit: int, rule: Rule, any_group: bool) -> Iterator[_Clause]:
    if rule.non_resource_urls and not (rule.resources or rule.namespaces):
        return
    if not rule.resources:
        yield _Clause(bit)
    for entry in rule.resources:
        groups = None if any_group and entry.group == "*" else (entry.group,)
        if not entry.resources:
            yield _Clause(bit, groups)
        names = entry.resource_names or None
        for resources, subresources in _products_of(entry):
            yield _Clause(bit, groups, resources, subresources, names)


def _products_of(entry: GroupResources) -> Iterator[tuple[tuple[str, ...] | None, tuple[str, ...] | None]]:
    """The resources of an entry as products of resource and subresource; no request has a slash in either."""
    if "*" in entry.resources:
        yield None, None
        return
    objects = tuple(pattern for pattern in entry.resources if "/" not in pattern)
    if objects:
        yield objects, (OBJECT,)
    pairs = [(left, right) for left, slash, right in (item.partition("/") for item in entry.resources) if slash]
    pairs = [(left, right) for left, right in pairs if right and "/" not in right]
    whole = tuple(left for left, right in pairs if right == "*")
    if whole:
        yield whole, None
    everywhere = tuple(right for left, right in pairs if left == "*")
    if everywhere:
        yield None, everywhere
    for subresource in dict.fromkeys(right for _, right in pairs if right != "*"):
        yield tuple(left for left, right in pairs if right == subresource), (subresource,)
