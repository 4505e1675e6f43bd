"""What do two policies record differently? Classes of requests, found from the rules of both and not by trying."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from kubewitness.auditpolicy.difference.cover import Cover
from kubewitness.auditpolicy.difference.deciders import Deciders
from kubewitness.auditpolicy.difference.diagram import FALSE, TRUE, Diagram, LimitReachedError
from kubewitness.auditpolicy.difference.effect import (
    Kind,
    LevelChange,
    StagesChange,
    changes,
    effect_of,
    kind_of,
    whole_effect,
)
from kubewitness.auditpolicy.difference.example import Examples
from kubewitness.auditpolicy.difference.ordinary import ordinary
from kubewitness.auditpolicy.difference.sampled import Sample, samples
from kubewitness.auditpolicy.difference.sorts import ALL, effects, nodes, sorts_of
from kubewitness.auditpolicy.difference.universe import Universe
from kubewitness.auditpolicy.difference.walk import Side, Walk
from kubewitness.auditpolicy.emitted import emitted
from kubewitness.auditpolicy.evaluate import evaluate
from kubewitness.auditpolicy.validate import ANY_GROUP_SINCE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from kubewitness.auditpolicy.difference.cover import Part, Region
    from kubewitness.auditpolicy.difference.effect import Change
    from kubewitness.auditpolicy.difference.universe import Box
    from kubewitness.auditpolicy.evaluate import RequestAttributes
    from kubewitness.auditpolicy.types import Policy
    from kubewitness.model import ServerVersion

MAX_NODES: Final = 400_000
"""States of the walk, and nodes of diagrams: some 300 MiB."""
MAX_CLASSES: Final = 1_000


@dataclass(frozen=True, slots=True)
class RequestClass:
    """Requests with which the same happens. ``rules_before`` and ``rules_after``: which rules decide, -1 for none.

    ``example``: one of them, of which the evaluator was asked again. ``ordinary``: a server sees some of them as a
    rule; not so where it takes a user in groups of another kind, a verb that its object does not know, and the like.
    """

    change: Change
    requests: Box
    exceptions: tuple[Box, ...]
    rules_before: tuple[int, ...]
    rules_after: tuple[int, ...]
    example: RequestAttributes
    ordinary: bool = True

    def __contains__(self, attributes: RequestAttributes) -> bool:
        return attributes in self.requests and not any(attributes in exception for exception in self.exceptions)

    @property
    def kind(self) -> Kind:
        """The heading that it belongs under."""
        return kind_of(self.change)


@dataclass(frozen=True, slots=True)
class Difference:
    """The classes, the most alarming first; a request may be in several. None: the policies record the same.

    ``unfinished``: which limit was reached, if one was; there are more differences then than classes, or may be.
    ``samples``: single requests, tried where no class was found until then.
    """

    classes: tuple[RequestClass, ...]
    unfinished: str | None = None
    samples: tuple[Sample, ...] = ()


def difference(
    before: Policy,
    after: Policy,
    version: ServerVersion,
    *,
    exact: bool = False,
    limit: int = MAX_NODES,
    progress: Callable[[str], None] = lambda _: None,
) -> Difference:
    """How ``after`` records other requests, or otherwise, than ``before`` does, in a server of this version.

    ``exact``: decisions count, also where they make no difference to the log: the stages of what is not recorded, the
    managed fields of what has no body. ``limit``: how large the diagrams may grow. ``progress`` is told how far it is.
    """
    found: list[RequestClass] = []
    try:
        comparison = _Comparison(before, after, version, exact=exact, limit=limit, progress=progress)
        for change in comparison.changes():
            for item in comparison.classes(change):
                if len(found) == MAX_CLASSES:
                    raise LimitReachedError(f"more than {MAX_CLASSES} classes of requests differ")  # noqa: TRY301
                found.append(item)
                progress(f"{len(found)} classes of requests differ")
    except LimitReachedError as error:
        tried = () if found else samples(before, after, version, exact=exact)
        return Difference(tuple(found), str(error), tried)
    return Difference(tuple(found))


class _Comparison:
    def __init__(
        self,
        before: Policy,
        after: Policy,
        version: ServerVersion,
        *,
        exact: bool,
        limit: int,
        progress: Callable[[str], None],
    ) -> None:
        self._policies, self._version, self._exact = (before, after), version, exact
        rules, split = (*before.rules, *after.rules), len(before.rules)
        sorts = sorts_of(before, after, exact=exact)
        self._universe = Universe(rules, limit, any_group=version >= ANY_GROUP_SINCE, by_sort=sorts == ALL)
        self._diagram = Diagram(self._universe.sizes, limit)
        one = Side(before.rules, effects(before, sorts), self._universe, 0)
        two = Side(after.rules, effects(after, sorts), self._universe, split)
        walk = Walk(one, two, self._diagram, limit, progress)
        self._root = walk.differences()
        self._pairs = walk.pairs
        self._sorts = nodes(sorts, self._universe, self._diagram)
        self._cover = Cover(self._diagram, self._universe.weight)
        self._before = Deciders(self._universe, self._diagram, 0, split)
        self._after = Deciders(self._universe, self._diagram, split, len(after.rules))
        self._examples = Examples(self._universe, self._diagram)
        self._ordinary = ordinary(self._universe, self._diagram)

    def changes(self) -> list[Change]:
        """All that happens to any request, the most alarming first."""
        found = {change for leaf in self._pairs for changed in self._changed(leaf) for change in changed}
        return sorted(found, key=_alarm)

    def _changed(self, leaf: int) -> tuple[frozenset[Change], ...]:
        """What changes for each sort of requests that end there."""
        return tuple(frozenset(changes(*pair, exact=self._exact)) for pair in zip(*self._pairs[leaf], strict=True))

    def _all_of(self, change: Change) -> int:
        """The requests to which it happens."""
        changed = {leaf: self._changed(leaf) for leaf in self._pairs}
        same: dict[tuple[int, ...], int] = {}
        for sort, requests in enumerate(self._sorts):
            leaves = tuple(leaf for leaf in changed if change in changed[leaf][sort])
            same[leaves] = self._diagram.join(same.get(leaves, FALSE), requests)
        node = FALSE
        for leaves, requests in same.items():
            chosen = self._diagram.select(self._root, dict.fromkeys(leaves, True))
            node = self._diagram.join(node, self._diagram.meet(chosen, requests))
        return node

    def classes(self, change: Change) -> Iterator[RequestClass]:
        """The classes of requests to which this happens."""
        node = self._all_of(change)
        for region in self._cover.told(node, self._ordinary):
            requests = self._cover.node(region)
            yield self._class(change, region, requests, ordinary=True)
            node = self._diagram.minus(node, requests)
        for region in self._cover.told(node, TRUE):
            yield self._class(change, region, self._cover.node(region), ordinary=False)

    def _class(self, change: Change, region: Region, node: int, *, ordinary: bool) -> RequestClass:
        example = self._examples.one(self._diagram.meet(node, self._ordinary) if ordinary else node)
        self._prove(change, example)
        return RequestClass(
            change,
            self._box(region.base),
            tuple(map(self._box, region.exceptions)),
            self._before.of(node),
            self._after.of(node),
            example,
            ordinary,
        )

    def _box(self, part: Part) -> Box:
        return self._universe.box(part.what, part.who)

    def _prove(self, change: Change, example: RequestAttributes) -> None:
        decisions = [evaluate(policy, example, self._version) for policy in self._policies]
        sort = emitted(example)
        before, after = (whole_effect(it) if self._exact else effect_of(it, sort) for it in decisions)
        if change not in changes(before, after, exact=self._exact):
            raise RuntimeError(f"a bug of kubewitness: the evaluator does not say {change} of {example}")


def _alarm(change: Change) -> tuple[int, int, int, str]:
    """Sorts: by kind, then what was or becomes recorded most, then for good by its text."""
    kind = list(Kind).index(kind_of(change))
    match change:
        case LevelChange(before, after):
            return kind, -max(before.rank, after.rank), -abs(before.rank - after.rank), ""
        case StagesChange(before, after):
            return kind, -len(after - before), len(before - after), ",".join(sorted((*before, "", *after)))
        case _:
            return kind, 0, 0, str(change)
