"""Loki: query_range over HTTP. Source: https://grafana.com/docs/loki/latest/reference/loki-http-api/ ."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kubewitness.model import Reason, Unread
from kubewitness.stores.events import found

if TYPE_CHECKING:
    from kubewitness.stores import Found
    from kubewitness.stores.http import Http


@dataclass(frozen=True, slots=True)
class Loki:
    """The audit log of ``node`` in ``cluster``. OTLP's service.name and service.instance.id are labels by default.

    Source: https://grafana.com/docs/loki/latest/send-data/otel/
    """

    http: Http
    cluster: str
    node: str

    @property
    def name(self) -> str:
        """For people."""
        return f"Loki at {self.http.url}"

    def find(self, audit_id: str, since: float) -> Found | Unread:
        """The events with this id that came after ``since``."""
        return self._query(f" |= {json.dumps(audit_id)}", since, 100, audit_id)

    def newest(self, since: float) -> Found | Unread:
        """The newest event of the node."""
        return self._query("", since, 1)

    def _query(self, filter_: str, since: float, limit: int, audit_id: str = "") -> Found | Unread:
        labels = f'{{service_name="kubernetes-audit", service_instance_id={json.dumps(self.node)}}}'
        cluster = f" | cluster={json.dumps(self.cluster)}"
        query = {"query": f"{labels}{filter_}{cluster}", "start": str(int(since)), "limit": str(limit)}
        answer = self.http.ask("/loki/api/v1/query_range", {**query, "direction": "backward"})
        if isinstance(answer, Unread):
            return answer
        try:
            streams = json.loads(answer)["data"]["result"]
            return found((str(line) for stream in streams for _, line in stream["values"]), audit_id)
        except (ValueError, KeyError, TypeError, RecursionError):
            return Unread(Reason.PARSE, f"{self.name}: not an answer of Loki")
