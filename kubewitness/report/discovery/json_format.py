"""JSON for programs, schema ``kubewitness/discovery/v1``: keys are added, never renamed or removed."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from kubewitness.discovery.expected import SCHEMA
from kubewitness.discovery.found import hosts
from kubewitness.model import Unread

if TYPE_CHECKING:
    from kubewitness.discovery.expected import Comparison
    from kubewitness.discovery.found import Found, Place
    from kubewitness.model import Unread as UnreadType
    from kubewitness.report import Options
    from kubewitness.report.discovery import DiscoveryReport


def render(report: DiscoveryReport, options: Options) -> str:
    """One object. ``null``: not known, or not asked for. ASCII only: a hostile name cannot steer a terminal."""
    del options  # a program needs no width
    found = report.found
    names = [name for name, _ in hosts(found)]
    document = {
        "schema": SCHEMA,
        "run": {"tool": report.tool, "cloud": report.cloud, "finished": report.finished},
        "complete": found.complete,
        "clusters": [_cluster(one, name) for one, name in zip(found.clusters, names, strict=False)],
        "unseen": [{**_place(one.place), **_unread(one.why)} for one in found.unseen],
        "left_out": [{**_place(one.place), "why": one.why} for one in found.left_out],
        "looked_at": _looked(found.looked),
        "expected": None if report.comparison is None else _expected(report.comparison),
    }
    return json.dumps(document, indent=2, allow_nan=False) + "\n"


def _cluster(one: Found, host: str) -> dict[str, Any]:
    unread = one.audit if isinstance(one.audit, Unread) else None
    return {
        "id": one.id,
        "provider": one.provider,
        "name": one.name,
        **_place(one.place),
        "host": host,
        "state": one.state or None,
        "elsewhere": one.elsewhere or None,
        "audit": None if isinstance(one.audit, Unread) else one.audit,
        "unread": None if unread is None else _unread(unread),
    }


def _place(place: Place) -> dict[str, Any]:
    return {"scope": place.scope, "scope_name": place.name or None, "location": place.location or None}


def _looked(places: tuple[Place, ...]) -> list[dict[str, Any]]:
    """By scope. ``locations`` empty: it was looked at as one."""
    scopes: dict[str, dict[str, Any]] = {}
    for place in places:
        of = scopes.setdefault(place.scope, {"scope": place.scope, "scope_name": place.name or None, "locations": []})
        of["locations"] += [place.location] if place.location else []
    return list(scopes.values())


def _unread(why: UnreadType) -> dict[str, Any]:
    return asdict(why)


def _expected(comparison: Comparison) -> dict[str, Any]:
    return {
        "count": comparison.expected,
        "missing": [asdict(one) for one in comparison.missing],
        "not_known": [
            {"id": one.id, **_place(one.unseen.place), **_unread(one.unseen.why)} for one in comparison.not_known
        ],
        "unexpected": [one.id for one in comparison.unexpected],
    }
