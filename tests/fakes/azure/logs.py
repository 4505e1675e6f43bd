"""What a cluster's audit log holds: one question only, when the newest event was, in each workspace.

Sources: https://learn.microsoft.com/azure/azure-monitor/logs/api/azure-resource-queries,
https://learn.microsoft.com/azure/azure-monitor/logs/api/response-format
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from tests.fakes.azure import diagnostics
from tests.fakes.azure.refusals import Refusal

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tests.fakes.azure.world import Call

KIND = "Microsoft.Insights/logs"
VERSIONS = ("2018-03-01-preview",)
_DAYS = {"P1D": 1, "P30D": 30}
_KNOWN = re.compile(
    r"(?:(AKSAudit|AKSAuditAdmin)|(AzureDiagnostics) \| where Category in \(\"kube-audit\", \"kube-audit-admin\"\))"
    r" \| summarize Last = max\(TimeGenerated\) by TenantId"
)
_TABLES = {"kube-audit": "AKSAudit", "kube-audit-admin": "AKSAuditAdmin"}


def table(query: Mapping[str, str]) -> str:
    """That a query begins with: permissions are given table by table."""
    return query.get("query", "").partition(" ")[0]


def answer(call: Call) -> Any:
    """Over all workspaces that the cluster sends to, as the caller may read them."""
    if not _KNOWN.fullmatch(call.query.get("query", "")) or call.query.get("timespan") not in _DAYS:
        raise Refusal(400, "BadArgumentError", "this fake does not understand the query")
    wanted, age = table(call.query), call.world.settings.event_age_seconds
    found = {number for number, name in _sent(call) if name == wanted}
    if not call.world.settings.emits or age > _DAYS[call.query["timespan"]] * 86400:
        found = set()
    last = datetime.fromtimestamp(call.world.now() - age, UTC).isoformat().replace("+00:00", "Z")
    columns = [{"name": "TenantId", "type": "string"}, {"name": "Last", "type": "datetime"}]
    return {"tables": [{"name": "PrimaryResult", "columns": columns, "rows": [[one, last] for one in sorted(found)]}]}


def _sent(call: Call) -> Iterator[tuple[str, str]]:
    """(a workspace's own id, a table)"""
    for setting in diagnostics.of_resource(call):
        properties = setting["properties"]
        workspace = call.world.resources.get((properties.get("workspaceId") or "").lower())
        for category in diagnostics.effective(call, properties) & set(_TABLES):
            if workspace is not None:
                dedicated = properties.get("logAnalyticsDestinationType") == "Dedicated"
                name = _TABLES[category] if dedicated else "AzureDiagnostics"
                if _is_asked_as_usual(call, workspace["id"], name):
                    yield workspace["properties"]["customerId"], name


def _is_asked_as_usual(call: Call, workspace: str, name: str) -> bool:
    """Tables on the plan Basic are not: https://learn.microsoft.com/azure/azure-monitor/logs/basic-logs-query"""
    found = call.world.resources[f"{workspace}/tables/{name}".lower()]
    return bool(found["properties"]["plan"] == "Analytics")
