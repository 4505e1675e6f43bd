"""A collector node of ours: one folder a cluster and node, read over the way that the inventory reaches it."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from kubewitness.model import Reason, Unread
from kubewitness.shell import render
from kubewitness.stores.events import found

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from kubewitness.stores import Found


@dataclass(frozen=True, slots=True)
class CollectorFolder:
    """The audit log of ``node`` in ``cluster`` on ``host``. ``run``: a script there -> the lines that it prints."""

    host: str
    folder: str
    cluster: str
    node: str
    run: Callable[[str], Sequence[str] | Unread]

    @property
    def name(self) -> str:
        """For people."""
        return f"collector node {self.host}"

    def find(self, audit_id: str, since: float) -> Found | Unread:
        """The events with this id that came after ``since``."""
        return self._read(audit_id, since)

    def newest(self, since: float) -> Found | Unread:
        """The newest event of the node."""
        return self._read("", since)

    def _read(self, audit_id: str, since: float) -> Found | Unread:
        parameters = {
            "ROOT": "", "FOLDER": self.folder, "CLUSTER": self.cluster, "NODE": self.node, "AUDIT_ID": audit_id,
            "DAY": datetime.fromtimestamp(since, UTC).strftime("%Y-%m-%d"),
        }  # fmt: skip
        lines = self.run(render("stored", parameters))
        if isinstance(lines, Unread):
            return lines
        if len(lines) < 2 or lines[0] != "stored" or lines[-1] != "end":
            return Unread(Reason.PARSE, f"{self.name}: the output is cut off: nothing in it is used")
        try:
            return found((base64.b64decode(line, validate=True).decode("utf-8") for line in lines[1:-1]), audit_id)
        except ValueError:
            return Unread(Reason.PARSE, f"{self.name}: the stored record is no text")
