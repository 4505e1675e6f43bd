"""VictoriaLogs: LogsQL over HTTP. Source: https://docs.victoriametrics.com/victorialogs/querying/ ."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from kubewitness.model import Reason, Unread
from kubewitness.stores.events import found

if TYPE_CHECKING:
    from kubewitness.stores import Found
    from kubewitness.stores.http import Http


@dataclass(frozen=True, slots=True)
class VictoriaLogs:
    """The audit log of ``node`` in ``cluster``, as the fields of its records say."""

    http: Http
    cluster: str
    node: str

    @property
    def name(self) -> str:
        """For people."""
        return f"VictoriaLogs at {self.http.url}"

    def find(self, audit_id: str, since: float) -> Found | Unread:
        """The events with this id that came after ``since``."""
        return self._query(f"{_word(audit_id)} | fields _msg | limit 100", since, audit_id)

    def newest(self, since: float) -> Found | Unread:
        """The newest event of the node."""
        return self._query("* | sort by (_time) desc | limit 1 | fields _msg", since)

    def _query(self, query: str, since: float, audit_id: str = "") -> Found | Unread:
        fields = f"log:={_word('audit')} cluster:={_word(self.cluster)} node:={_word(self.node)}"
        start = datetime.fromtimestamp(since, UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
        answer = self.http.ask("/select/logsql/query", {"query": f"_time:>={start} {fields} {query}"})
        if isinstance(answer, Unread):
            return answer
        try:
            rows = [json.loads(line) for line in answer.splitlines() if line]
            return found((str(row["_msg"]) for row in rows), audit_id)
        except (ValueError, KeyError, TypeError, RecursionError):
            return Unread(Reason.PARSE, f"{self.name}: not an answer of VictoriaLogs")


def _word(text: str) -> str:
    """Quoted, as LogsQL reads it: nothing in it is an operator."""
    return json.dumps(text)
