"""What a decision does to the log, and what changes between two.

Where nothing is recorded, stages and managed fields do not matter; managed fields are in bodies, which are recorded
from Request on; a failed login is recorded at ResponseStarted only
(https://github.com/kubernetes/apiserver/blob/master/pkg/endpoints/filters/authn_audit.go).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from kubewitness.auditpolicy.types import Level, Stage

if TYPE_CHECKING:
    from collections.abc import Iterator

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
    """``omit_stages``: those at which an event of this request would be written otherwise."""

    level: Level
    omit_stages: frozenset[Stage]
    omit_managed_fields: bool


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

NOTHING: Final = Effect(Level.NONE, frozenset(), omit_managed_fields=False)
_REFUSED: Final = frozenset({Stage.RESPONSE_STARTED})


def effect_of(decision: Decision, *, nobody: bool) -> Effect:
    """What is left in the log. ``nobody``: of a failed login."""
    emitted = _REFUSED if nobody else frozenset(Stage)
    omitted = decision.omit_stages & emitted
    if decision.level is Level.NONE or omitted == emitted:
        return NOTHING
    has_body = decision.level.rank >= Level.REQUEST.rank
    return Effect(decision.level, omitted, omit_managed_fields=has_body and decision.omit_managed_fields)


def whole_effect(decision: Decision) -> Effect:
    """The decision itself, whether or not it makes a difference to the log."""
    return Effect(decision.level, decision.omit_stages, decision.omit_managed_fields)


def changes(before: Effect, after: Effect, *, exact: bool = False) -> Iterator[Change]:
    """In what the effects differ. Stages and managed fields count where both record them, or ``exact``: always."""
    if before.level is not after.level:
        yield LevelChange(before.level, after.level)
    recorded = min(before.level.rank, after.level.rank)
    if (exact or recorded > Level.NONE.rank) and before.omit_stages != after.omit_stages:
        yield StagesChange(before.omit_stages, after.omit_stages)
    if (exact or recorded >= Level.REQUEST.rank) and before.omit_managed_fields is not after.omit_managed_fields:
        yield ManagedFieldsChange(before.omit_managed_fields, after.omit_managed_fields)


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
