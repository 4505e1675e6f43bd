"""Simulations for the formats, made up."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Final

from kubewitness.auditpolicy.types import Level, Stage
from kubewitness.model import ServerVersion
from kubewitness.report.simulation import Replayed
from kubewitness.simulation.model import (
    Bounds,
    LogFile,
    Lost,
    Place,
    Range,
    RequestKind,
    RequestTally,
    RuleTally,
    Simulation,
    Span,
    Tally,
    Top,
    Unreadable,
    UserTally,
    Why,
)

HOSTILE: Final = "prod\x1b[2J\x9b31m\u202e\r\n|<b>`"
_FIRST: Final = datetime(2026, 11, 20, tzinfo=UTC).replace(tzinfo=None)
_GET: Final = RequestKind("get", "", "secrets", "", "")
_HEALTH: Final = RequestKind("get", "", "", "", "/healthz")


def ordinary() -> Replayed:
    """Two days with something of everything."""
    return Replayed("candidate.yaml", ServerVersion(1, 37), None, _simulation("audit.log", "jane", _GET))


def hostile() -> Replayed:
    """A hostile text in each place that a log or a name of a file can fill."""
    kind = RequestKind(HOSTILE, HOSTILE, HOSTILE, HOSTILE, "")
    return Replayed(HOSTILE, ServerVersion(1, 37), HOSTILE, _simulation(HOSTILE, HOSTILE, kind))


def quiet() -> Replayed:
    """Nothing lost, nothing open, no time in any event."""
    found = replace(
        _simulation("audit.log", "jane", _GET),
        ignored=(),
        span=None,
        unreadable=Unreadable({}, None),
        omitted={},
        lost=(),
        lost_total=Tally(),
        lowered=Tally(),
        top=Top(2, 2, 0),
        bounds=Bounds(0, 0, 0, {}, Range(0, 0)),
    )
    return Replayed("candidate.yaml", ServerVersion(1, 37), None, found)


def in_the_open() -> Replayed:
    """Nothing is lost for certain."""
    before = quiet()
    found = replace(before.simulation, bounds=Bounds(0, 0, 0, {}, Range(0, 1)))
    return replace(before, simulation=found)


def _simulation(file: str, user: str, kind: RequestKind) -> Simulation:
    return Simulation(
        files=(LogFile(file, 5000), LogFile("-", None)),
        ignored=(f"{file}.old: not named like a log",),
        span=Span(_FIRST, _FIRST + timedelta(days=2)),
        recorded=Tally(4000, 4_000_000),
        unreadable=Unreadable(
            {Why.NOT_JSON: 1, Why.TOO_LONG: 2},
            Place(file, 17, Why.NOT_JSON),
            ((file, "damaged: only a part of it was read"),),
            at_least=True,
        ),
        kept=Tally(2000, 1_500_000),
        levels={
            Level.NONE: Tally(1000, 1_000_000),
            Level.METADATA: Tally(1999, 1_499_000),
            Level.REQUEST: Tally(1, 1000),
            Level.REQUEST_RESPONSE: Tally(),
        },
        omitted={Stage.REQUEST_RECEIVED: Tally(1000, 1_000_000)},
        rules=(
            RuleTally(0, 5, 1, Level.NONE, Tally(1000, 1_000_000), Tally()),
            RuleTally(1, 9, 1, Level.METADATA, Tally(3000, 3_000_000), Tally(2000, 1_500_000)),
            RuleTally(-1, 0, 0, Level.NONE, Tally(), Tally()),
        ),
        requests=(
            RequestTally(kind, Tally(3000, 3_000_000), Tally(2000, 1_500_000)),
            RequestTally(_HEALTH, Tally(1000, 1_000_000), Tally()),
        ),
        noisiest=(
            UserTally(user, Tally(3000, 3_000_000), Tally(2000, 1_500_000)),
            UserTally(None, Tally(1000, 1_000_000), Tally()),
        ),
        lost=(
            Lost(_HEALTH, None, Tally(999, 999_000), (0,), by_stage=False, audit_id="6f1c"),
            Lost(kind, user, Tally(1, 1000), (-1, 1), by_stage=True, audit_id=user if user == HOSTILE else ""),
        ),
        lost_total=Tally(1002, 1_002_000),
        lowered=Tally(10, 20_000),
        top=Top(2, 3, 3),
        bounds=Bounds(3, 1, 2, {Stage.REQUEST_RECEIVED: 1, Stage.RESPONSE_STARTED: 20}, Range(4, 10)),
    )
