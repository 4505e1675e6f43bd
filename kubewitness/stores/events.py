"""Audit events as a store gives them back: text in, values out. Pure."""

from __future__ import annotations

import json
from datetime import datetime
from typing import TYPE_CHECKING

from kubewitness.stores import Found

if TYPE_CHECKING:
    from collections.abc import Iterable


def found(lines: Iterable[str], audit_id: str = "") -> Found:
    """``lines`` that are audit events, those with ``audit_id`` alone where it is given."""
    kept = [(line, event) for line in lines if (event := _event(line)) is not None]
    mine = [(line, event) for line, event in kept if not audit_id or event.get("auditID") == audit_id]
    times = [time for _, event in mine if (time := _time(event)) is not None]
    return Found(tuple(line for line, _ in mine), max(times, default=None))


def _event(line: str) -> dict[str, object] | None:
    try:
        event = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return event if isinstance(event, dict) and event.get("kind") == "Event" and "auditID" in event else None


def _time(event: dict[str, object]) -> float | None:
    """When it was recorded; what is no time is none."""
    stamp = event.get("stageTimestamp")
    try:
        return datetime.fromisoformat(str(stamp)).timestamp()
    except (ValueError, OverflowError):
        return None
