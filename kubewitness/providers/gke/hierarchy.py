"""What lies above a project, and what holds there: asked once a run, as hundreds of projects share it."""

from __future__ import annotations

import threading
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from kubewitness.model import Unread
from kubewitness.providers.gke.auditconfig import Level, parse_level
from kubewitness.providers.gke.routing import Sink, parse_sink

if TYPE_CHECKING:
    from collections.abc import Callable


class Reads(Protocol):
    """One call's answer as JSON, a list of all pages' items, or why there is none."""

    def one(self, client: str, method: str, **request: Any) -> dict[str, Any] | Unread: ...
    def all(self, client: str, method: str, **request: Any) -> list[dict[str, Any]] | Unread: ...


@dataclass(frozen=True, slots=True)
class Place:
    """A project, a folder or an organization (``folders/1``). ``parent`` "": none. ``project``: a project's id."""

    name: str
    parent: str | Unread
    level: Level | Unread
    sinks: tuple[Sink, ...] | Unread
    project: str = ""


class Ancestors:
    """Folders and organizations, each read once."""

    def __init__(self) -> None:
        self._known: dict[str, Place] = {}
        self._reading: dict[str, threading.RLock] = defaultdict(threading.RLock)

    def above(self, parent: str | Unread, reads: Reads) -> list[Place | Unread]:
        """From ``parent`` up to the organization; ends with why it could not be followed further."""
        found: list[Place | Unread] = []
        while parent:
            if isinstance(parent, Unread):
                return [*found, parent]
            place = self._once(parent, lambda name=parent: read_place(name, reads))  # type: ignore[misc]
            found.append(place)
            parent = place.parent
        return found

    def _once(self, name: str, read: Callable[[], Place]) -> Place:
        with self._reading[name]:
            if name not in self._known:
                place = read()
                if any(isinstance(part, Unread) for part in (place.parent, place.level, place.sinks)):
                    return place  # a refusal may be of this moment
                self._known[name] = place
            return self._known[name]


def read_place(name: str, reads: Reads) -> Place:
    """One project, folder or organization, with what it sets."""
    kind = name.partition("/")[0]
    singular = {"projects": "project", "folders": "folder"}.get(kind)
    parent: str | Unread = ""
    project = ""
    if singular:  # an organization is the root
        told = reads.one(kind, f"get_{singular}", name=name)
        parent = told if isinstance(told, Unread) else str(told.get("parent") or "")
        project = "" if isinstance(told, Unread) else str(told.get("projectId") or "")
    policy = reads.one(kind, "get_iam_policy", resource=name, options={"requested_policy_version": 3})
    sinks = reads.all("config", "list_sinks", parent=name)
    return Place(
        name=name,
        parent=parent,
        level=policy if isinstance(policy, Unread) else parse_level(name, policy),
        sinks=sinks if isinstance(sinks, Unread) else tuple(parse_sink(name, raw) for raw in sinks),
        project=project,
    )
