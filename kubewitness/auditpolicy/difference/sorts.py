"""Sorts of requests, by what they leave in the log if everything is recorded (``emitted``).

A stage that a request does not have, and managed fields where it has no object, make no difference. Where two policies
differ in such a way, requests are told apart by it; else only failed logins are.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from kubewitness.auditpolicy.difference.diagram import FALSE, TRUE
from kubewitness.auditpolicy.difference.effect import Effect, changes, effect_of, whole_effect
from kubewitness.auditpolicy.difference.universe import NOBODY, On
from kubewitness.auditpolicy.emitted import LONG_VERBS, NEITHER_NOR, REFUSED_STAGES, SHORT_STAGES, Emitted
from kubewitness.auditpolicy.evaluate import NO_RULE, Decision, decision_of
from kubewitness.auditpolicy.types import Level, Policy, Stage

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kubewitness.auditpolicy.difference.diagram import Diagram
    from kubewitness.auditpolicy.difference.universe import Universe

REFUSED: Final = Emitted(REFUSED_STAGES, None)
LASTING: Final = Emitted(frozenset(Stage), None)
"""Watches, streams."""
BARE: Final = Emitted(SHORT_STAGES, None)
"""Paths."""
ANSWERED: Final = Emitted(SHORT_STAGES, Level.REQUEST_RESPONSE)
"""Reads and deletions: no object is sent."""
WRITTEN: Final = Emitted(SHORT_STAGES, Level.REQUEST)

Sorts = tuple[Emitted, ...]
ALL: Final[Sorts] = (REFUSED, LASTING, BARE, ANSWERED, WRITTEN)
FEW: Final[Sorts] = (REFUSED, WRITTEN)
"""Where those that are logged in need not be told apart: the last one stands for all of them."""
NONE: Final[Sorts] = ()
"""Where bare decisions are compared."""


def sorts_of(before: Policy, after: Policy, *, exact: bool) -> Sorts:
    """The sorts that two policies tell apart."""
    if exact:
        return NONE
    pairs = ((one, two) for one in set(effects(before, ALL)) for two in set(effects(after, ALL)))
    return ALL if any(_is_told_apart(one[1:], two[1:]) for one, two in pairs) else FEW


def _is_told_apart(one: Sequence[Effect], two: Sequence[Effect]) -> bool:
    """Whether it depends on the sort of a request what changes for it."""
    return len({frozenset(changes(before, after)) for before, after in zip(one, two, strict=True)}) > 1


def effects(policy: Policy, sorts: Sorts) -> tuple[tuple[Effect, ...], ...]:
    """Of each rule, and behind them of a request that meets none: what it does to each sort of requests."""
    rules = (*range(len(policy.rules)), NO_RULE)
    return tuple(_effects(decision_of(policy, index), sorts) for index in rules)


def _effects(decision: Decision, sorts: Sorts) -> tuple[Effect, ...]:
    return tuple(effect_of(decision, sort) for sort in sorts) if sorts else (whole_effect(decision),)


def nodes(sorts: Sorts, universe: Universe, diagram: Diagram) -> tuple[int, ...]:
    """The requests of each sort; together they are all, and they do not overlap."""
    if not sorts:
        return (TRUE,)
    nobody = diagram.split(On.USER, 1 << NOBODY, TRUE, FALSE)
    somebody = diagram.minus(TRUE, nobody)
    if sorts == FEW:
        return (nobody, somebody)
    lasting, paths, resources = universe.kinds
    long, answered = universe.verbs.mask(LONG_VERBS), universe.verbs.mask(NEITHER_NOR)
    others = universe.verbs.full & ~long

    def asked(which: Sequence[tuple[int, int]]) -> int:
        """Targets with verbs, by somebody who is logged in."""
        node = FALSE
        for target, verb in which:
            behind = diagram.split(On.VERB, verb, somebody, FALSE)
            node = diagram.join(node, diagram.split(On.TARGET, target, behind, FALSE))
        return node

    return (
        nobody,
        asked(((lasting, universe.verbs.full), (paths | resources, long))),
        asked(((paths, others),)),
        asked(((resources, answered),)),
        asked(((resources, others & ~answered),)),
    )
