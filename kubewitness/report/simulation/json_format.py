"""JSON for programs, schema ``kubewitness/simulation/v1``: keys are added, never renamed or removed.

``events`` and ``bytes`` of a level, a rule, a request or a user are what is kept; of the level None, and of rules of
that level, what is dropped. ``recorded`` beside them is what the recording has.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from kubewitness.auditpolicy.types import Level

if TYPE_CHECKING:
    from kubewitness.report import Options
    from kubewitness.report.simulation.replayed import Replayed
    from kubewitness.simulation.model import (
        Bounds,
        Lost,
        RequestKind,
        RequestTally,
        RuleTally,
        Simulation,
        Tally,
        UserTally,
    )

SCHEMA: Final = "kubewitness/simulation/v1"


def render(report: Replayed, options: Options) -> str:
    """One object. ``null``: not known, or does not apply. ASCII only: a hostile name cannot steer a terminal."""
    del options  # a program needs no width
    found = report.simulation
    document = {
        "schema": SCHEMA,
        "policy": {
            "file": report.policy,
            "targetVersion": f"{report.version.major}.{report.version.minor}",
            "strictError": report.strict_error,
        },
        "files": [{"file": file.name, "size": file.size} for file in found.files],
        "ignored": list(found.ignored),
        "span": _span(report),
        **_tally(found.recorded),
        "unreadable": found.unreadable.count,
        "unread": _unread(found),
        "kept": _tally(found.kept),
        "perDay": {"recorded": _perhaps(report.a_day(found.recorded)), "kept": _perhaps(report.a_day(found.kept))},
        "levels": {level: _tally(tally) for level, tally in found.levels.items()},
        "omittedStages": {stage: _tally(tally) for stage, tally in found.omitted.items()},
        "lowered": _tally(found.lowered),
        "rules": [_rule(rule) for rule in found.rules],
        "requests": [_request(request) for request in found.requests],
        "noisiest": [_user(user) for user in found.noisiest],
        "lost": [_lost(lost) for lost in found.lost],
        "lostTotal": _tally(found.lost_total),
        "groups": {"requests": found.top.requests, "users": found.top.users, "lost": found.top.lost},
        "bounds": _bounds(found.bounds),
    }
    return json.dumps(document, indent=2, allow_nan=False) + "\n"


def _tally(tally: Tally) -> dict[str, int]:
    return {"events": tally.events, "bytes": tally.bytes}


def _perhaps(tally: Tally | None) -> dict[str, int] | None:
    return None if tally is None else _tally(tally)


def _span(report: Replayed) -> dict[str, Any] | None:
    span = report.simulation.span
    if span is None:
        return None
    first, last = (f"{moment.isoformat(timespec='microseconds')}Z" for moment in (span.first, span.last))
    return {"first": first, "last": last, "seconds": span.seconds}


def _unread(found: Simulation) -> dict[str, Any]:
    first = found.unreadable.first
    return {
        "lines": dict(found.unreadable.lines),
        "atLeast": found.unreadable.at_least,
        "first": None if first is None else {"file": first.file, "line": first.line, "reason": first.why},
        "files": [{"file": file, "reason": reason} for file, reason in found.unreadable.files],
    }


def _rule(rule: RuleTally) -> dict[str, Any]:
    return {
        "rule": rule.rule,
        "line": rule.line,
        "column": rule.column,
        "level": rule.level,
        **_tally(rule.recorded if rule.level is Level.NONE else rule.kept),
        "recorded": _tally(rule.recorded),
    }


def _kind(request: RequestKind) -> dict[str, Any]:
    return {
        "verb": request.verb,
        "apiGroup": request.api_group,
        "resource": request.resource,
        "subresource": request.subresource,
        "path": request.path,
    }


def _request(found: RequestTally) -> dict[str, Any]:
    return {**_kind(found.request), **_tally(found.kept), "recorded": _tally(found.recorded)}


def _user(found: UserTally) -> dict[str, Any]:
    return {"user": found.user, **_tally(found.kept), "recorded": _tally(found.recorded)}


def _lost(found: Lost) -> dict[str, Any]:
    return {
        **_kind(found.request),
        "user": found.user,
        **_tally(found.lost),
        "reason": "stage" if found.by_stage else "level",
        "rules": list(found.rules),
        "auditID": found.audit_id or None,
    }


def _bounds(bounds: Bounds) -> dict[str, Any]:
    return {
        "bytesAreLowerBound": bool(bounds.bodies or bounds.truncated or bounds.managed_fields or bounds.stages),
        "bodiesNotRecorded": bounds.bodies,
        "truncated": bounds.truncated,
        "managedFieldsNotRecorded": bounds.managed_fields,
        "stagesNotRecorded": dict(bounds.stages),
        "lostBesides": {"least": bounds.unpaired.least, "most": bounds.unpaired.most},
    }
