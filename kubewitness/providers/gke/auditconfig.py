"""Which Data Access logs of Kubernetes are written: IAM's audit configs of a project and of all that is above it. Pure.

What is set anywhere on the way up holds, and so does who is exempted anywhere: both are unions.

Source: https://cloud.google.com/logging/docs/audit/configure-data-access
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from kubewitness.model import Unread

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

SERVICE: Final = "container.googleapis.com"
"""Of Google Kubernetes Engine, and of the Kubernetes API of its clusters."""

DATA_ACCESS: Final = ("ADMIN_READ", "DATA_READ", "DATA_WRITE")
"""IAM's names. ADMIN_WRITE is Admin Activity, which is always on.

Source: https://cloud.google.com/iam/docs/reference/rest/v1/Policy#LogType
"""
_BY_NUMBER: Final = {1: "ADMIN_READ", 2: "DATA_WRITE", 3: "DATA_READ"}


@dataclass(frozen=True, slots=True)
class Level:
    """What the IAM policy of one resource (``folders/1``) sets. ``on``: types; ``exempted``: (type, member)."""

    name: str
    on: frozenset[str]
    exempted: frozenset[tuple[str, str]]


def parse_level(name: str, policy: Mapping[str, Any]) -> Level:
    """``policy``: of getIamPolicy, as JSON. ``allServices`` counts as ours."""
    on, exempted = set(), set()
    for config in policy.get("auditConfigs") or ():
        if config.get("service") not in (SERVICE, "allServices"):
            continue
        for one in config.get("auditLogConfigs") or ():
            kind = _kind(one.get("logType"))
            on.add(kind)
            exempted |= {(kind, str(member)) for member in one.get("exemptedMembers") or ()}
    return Level(name, frozenset(on), frozenset(exempted))


def types_on(levels: Sequence[Level | Unread]) -> dict[str, bool | Unread]:
    """Type -> on, off, or why that is not known: off where nobody looked is not off."""
    unread = next((level for level in levels if isinstance(level, Unread)), None)
    on = frozenset[str]().union(*(level.on for level in levels if isinstance(level, Level)))
    return {kind: True if kind in on else unread or False for kind in DATA_ACCESS}


def exemptions(levels: Iterable[Level | Unread]) -> tuple[str, ...] | Unread:
    """``user:ci@x.example: DATA_READ (projects/shop)``: whose requests are not recorded, and where that is set."""
    found, unread = [], None
    for level in levels:
        if isinstance(level, Unread):
            unread = level
            continue
        for member in sorted({member for _, member in level.exempted}):
            kinds = ", ".join(sorted(kind for kind, who in level.exempted if who == member))
            found.append(f"{member}: {kinds} ({level.name})")
    return unread if unread is not None and not found else tuple(found)


def merged(policy: Mapping[str, Any], types: Iterable[str]) -> list[dict[str, Any]]:
    """The audit configs of ``policy``, and ``types`` of our service beside what is there. No exemption is lost."""
    configs = [dict(config) for config in policy.get("auditConfigs") or ()]
    ours = next((config for config in configs if config.get("service") == SERVICE), None)
    if ours is None:
        ours = {"service": SERVICE}
        configs.append(ours)
    logs = list(ours.get("auditLogConfigs") or ())
    there = {_kind(one.get("logType")) for one in logs}
    ours["auditLogConfigs"] = [*logs, *({"logType": kind} for kind in types if kind not in there)]
    return configs


def _kind(value: object) -> str:
    """Google's JSON has names, or numbers where it was asked for them."""
    return _BY_NUMBER.get(value, str(value)) if isinstance(value, int) else str(value)
