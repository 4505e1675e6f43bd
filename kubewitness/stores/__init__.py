"""Readers of central stores: is an event there, and how new is the newest one of a node. One file each.

A reader asks a store as its user would, changes nothing, and never raises for what the store says: that is ``Unread``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from kubewitness.model import Unread


@dataclass(frozen=True, slots=True)
class Found:
    """What was asked for. ``lines``: the events as the store has them, each as often as it is there.

    ``newest``: when the newest of them was recorded, seconds since the epoch; ``None``: there is none.
    """

    lines: tuple[str, ...]
    newest: float | None


class Store(Protocol):
    """The audit log of one node in a central store."""

    @property
    def name(self) -> str:
        """For people, without credentials."""

    def find(self, audit_id: str, since: float) -> Found | Unread:
        """The events with this id that came after ``since`` (seconds since the epoch)."""

    def newest(self, since: float) -> Found | Unread:
        """The newest event of the node, where one came after ``since``: one line at most."""
