"""What do two policies record differently? Classes of requests, found from the rules of both and not by trying."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from kubewitness.auditpolicy.difference.cover import Cover
from kubewitness.auditpolicy.difference.deciders import Deciders
from kubewitness.auditpolicy.difference.diagram import TRUE, Diagram, LimitReachedError
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
from kubewitness.auditpolicy.difference.universe import Universe
from kubewitness.auditpolicy.difference.walk import Effects, Side, Walk
from kubewitness.auditpolicy.evaluate import Decision, evaluate
from kubewitness.auditpolicy.types import Level
from kubewitness.auditpolicy.validate import ANY_GROUP_SINCE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kubewitness.auditpolicy.difference.cover import Part, Region
    from kubewitness.auditpolicy.difference.effect import Change, Effect
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
    """

    classes: tuple[RequestClass, ...]
    unfinished: str | None = None


def difference(
    before: Policy, after: Policy, version: ServerVersion, *, exact: bool = False, limit: int = MAX_NODES
) -> Difference:
    """How ``after`` records other requests, or otherwise, than ``before`` does, in a server of this version.

    ``exact``: decisions count, also where they make no difference to the log: the stages of what is not recorded, the
    managed fields of what has no body. ``limit``: how large the diagrams may grow.
    """
    found: list[RequestClass] = []
    try:
        comparison = _Comparison(before, after, version, exact=exact, limit=limit)
        for change in comparison.changes():
            for item in comparison.classes(change):
                if len(found) == MAX_CLASSES:
                    raise LimitReachedError(f"more than {MAX_CLASSES} classes of requests differ")  # noqa: TRY301
                found.append(item)
    except LimitReachedError as error:
        return Difference(tuple(found), str(error))
    return Difference(tuple(found))


class _Comparison:
    def __init__(self, before: Policy, after: Policy, version: ServerVersion, *, exact: bool, limit: int) -> None:
        self._policies, self._version, self._exact = (before, after), version, exact
        rules, split = (*before.rules, *after.rules), len(before.rules)
        self._universe = Universe(rules, limit, any_group=version >= ANY_GROUP_SINCE)
        self._diagram = Diagram(self._universe.sizes, limit)
        one = Side(before.rules, _effects(before, exact=exact), self._universe, 0)
        two = Side(after.rules, _effects(after, exact=exact), self._universe, split)
        walk = Walk(one, two, self._diagram, limit)
        self._root = walk.differences()
        self._pairs = walk.pairs
        self._cover = Cover(self._diagram, self._universe.weight)
        self._before = Deciders(self._universe, self._diagram, 0, split)
        self._after = Deciders(self._universe, self._diagram, split, len(after.rules))
        self._examples = Examples(self._universe, self._diagram)
        self._ordinary = ordinary(self._universe, self._diagram)

    def changes(self) -> list[Change]:
        """All that happens to any request, the most alarming first."""
        found = {change for pair in self._pairs.values() for change in changes(*pair, exact=self._exact)}
        return sorted(found, key=_alarm)

    def classes(self, change: Change) -> Iterator[RequestClass]:
        """The classes of requests to which this happens."""
        leaves = {leaf: change in changes(*pair, exact=self._exact) for leaf, pair in self._pairs.items()}
        node = self._diagram.select(self._root, leaves)
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
        before, after = (
            _effect(evaluate(policy, example, self._version), nobody=example.user is None, exact=self._exact)
            for policy in self._policies
        )
        if change not in changes(before, after, exact=self._exact):
            raise RuntimeError(f"a bug of kubewitness: the evaluator does not say {change} of {example}")


def _effects(policy: Policy, *, exact: bool) -> tuple[Effects, ...]:
    """Of each rule, and of a request that meets none."""
    managed = policy.omit_managed_fields
    decisions = [
        Decision(
            rule.level,
            frozenset((*policy.omit_stages, *rule.omit_stages)),
            managed if rule.omit_managed_fields is None else rule.omit_managed_fields,
            index,
        )
        for index, rule in enumerate(policy.rules)
    ]
    decisions.append(Decision(Level.NONE, frozenset(policy.omit_stages), managed, -1))
    return tuple(
        Effects(_effect(decision, nobody=False, exact=exact), _effect(decision, nobody=True, exact=exact))
        for decision in decisions
    )


def _effect(decision: Decision, *, nobody: bool, exact: bool) -> Effect:
    return whole_effect(decision) if exact else effect_of(decision, nobody=nobody)


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
