"""What a decision does to the log, and what changes between two.

Where nothing is recorded, stages and managed fields do not matter; nor do stages that a request does not have, or
managed fields where no object is recorded.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from kubewitness.auditpolicy.types import Level, Stage

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kubewitness.auditpolicy.emitted import Emitted
    from kubewitness.auditpolicy.evaluate import Decision


class Kind(StrEnum):
    """What happens to a request, the most alarming first."""

    LOST = "lost"
    LOWERED = "lowered"
    STAGES = "stages"
    RAISED = "raised"
    GAINED = "gained"
    MANAGED_FIELDS = "managed-fields"


@dataclass(frozen=True, slots=True)
class Effect:
    """``omit_stages``: those at which an event of this request would be written otherwise.

    ``omit_managed_fields``: ``None`` where there is no object to have them.
    """

    level: Level
    omit_stages: frozenset[Stage]
    omit_managed_fields: bool | None


@dataclass(frozen=True, slots=True)
class LevelChange:
    """The level; None: not recorded."""

    before: Level
    after: Level


@dataclass(frozen=True, slots=True)
class StagesChange:
    """The stages that are left out, of a request that both record."""

    before: frozenset[Stage]
    after: frozenset[Stage]


@dataclass(frozen=True, slots=True)
class ManagedFieldsChange:
    """Whether managed fields are left out, of a request whose body both record."""

    before: bool
    after: bool


Change = LevelChange | StagesChange | ManagedFieldsChange

NOTHING: Final = Effect(Level.NONE, frozenset(), omit_managed_fields=None)


def effect_of(decision: Decision, emitted: Emitted) -> Effect:
    """What is left in the log of a request that can leave this."""
    if decision.level is Level.NONE or not emitted.is_told(decision.omit_stages):
        return NOTHING
    managed = decision.omit_managed_fields if emitted.has_object(decision.level) else None
    return Effect(decision.level, decision.omit_stages & emitted.stages, managed)


def whole_effect(decision: Decision) -> Effect:
    """The decision itself, whether or not it makes a difference to the log."""
    return Effect(decision.level, decision.omit_stages, decision.omit_managed_fields)


def changes(before: Effect, after: Effect, *, exact: bool = False) -> Iterator[Change]:
    """In what the effects differ. Stages count where both record the request, or ``exact``: always."""
    if before.level is not after.level:
        yield LevelChange(before.level, after.level)
    both = Level.NONE not in {before.level, after.level}
    if (exact or both) and before.omit_stages != after.omit_stages:
        yield StagesChange(before.omit_stages, after.omit_stages)
    one, two = before.omit_managed_fields, after.omit_managed_fields
    if one is not None and two is not None and one is not two:
        yield ManagedFieldsChange(one, two)


def kind_of(change: Change) -> Kind:
    """The heading that a change belongs under."""
    match change:
        case StagesChange():
            return Kind.STAGES
        case ManagedFieldsChange():
            return Kind.MANAGED_FIELDS
        case LevelChange(before, after) if Level.NONE in {before, after}:
            return Kind.LOST if after is Level.NONE else Kind.GAINED
        case LevelChange(before, after):
            return Kind.LOWERED if after.rank < before.rank else Kind.RAISED
