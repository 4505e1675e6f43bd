"""Log Analytics workspaces and their tables.

Source: https://learn.microsoft.com/azure/azure-monitor/logs/data-retention-configure
"""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING, Any
from uuid import UUID

from tests.fakes.azure.refusals import invalid

if TYPE_CHECKING:
    from tests.fakes.azure.world import Call

TABLES = ("AKSAudit", "AKSAuditAdmin", "AKSControlPlane", "AzureDiagnostics", "ContainerLogV2")
_BASIC = ("AKSAudit", "AKSAuditAdmin", "AKSControlPlane", "ContainerLogV2")
"""Tables that may have the plan Basic: https://learn.microsoft.com/azure/azure-monitor/logs/basic-logs-azure-tables"""
_KIND = "Microsoft.OperationalInsights/workspaces/tables"


def put(call: Call, before: dict[str, Any] | None, body: dict[str, Any]) -> dict[str, Any]:
    """A new one has its tables from the first moment."""
    given = {
        "customerId": str(UUID(int=zlib.crc32(call.target.key.encode()))),
        "provisioningState": "Succeeded",
        "sku": {"name": "PerGB2018"},
        "retentionInDays": 30,
        "features": {"enableLogAccessUsingOnlyResourcePermissions": True},
    }
    properties = {**given, **(before or {}).get("properties", {}), **(body.get("properties") or {})}
    _check_days(properties["retentionInDays"], 30, 730)
    if before is None:
        for name in TABLES:
            _make_table(call, name, properties["retentionInDays"])
    else:
        _follow(call, properties["retentionInDays"])
    return {**body, "properties": properties}


def patch(call: Call, before: dict[str, Any], body: dict[str, Any]) -> dict[str, Any]:
    return {**before, **put(call, before, {**before, **body})}


def patch_table(call: Call, before: dict[str, Any], body: dict[str, Any]) -> dict[str, Any]:
    """-1 goes back to what the workspace says. A table on the plan Basic keeps its data 30 days for queries."""
    old, sent = before["properties"], body.get("properties") or {}
    plan = sent.get("plan", old["plan"])
    if plan not in ("Analytics", "Basic", "Auxiliary"):
        raise invalid(f"Invalid plan '{plan}'.", "InvalidParameter")
    if plan == "Basic" and before["name"] not in _BASIC:
        raise invalid(f"Table {before['name']} does not support the plan Basic.", "InvalidParameter")
    own, total = _asked(old)
    default = _workspace(call)["properties"]["retentionInDays"]
    own, total = sent.get("retentionInDays", own), sent.get("totalRetentionInDays", total)
    return {**before, "properties": _table(before["name"], plan, own, total, default)}


def _make_table(call: Call, name: str, default: int) -> None:
    path = f"{call.target.path}/tables/{name}"
    properties = _table(name, "Analytics", -1, -1, default)
    call.world.resources[path.lower()] = {"id": path, "name": name, "type": _KIND, "properties": properties}


def _follow(call: Call, default: int) -> None:
    """Tables that have no retention of their own go with the workspace."""
    for name in TABLES:
        table = call.world.resources[f"{call.target.key}/tables/{name.lower()}"]
        table["properties"] = _table(name, table["properties"]["plan"], *_asked(table["properties"]), default)


def _asked(properties: dict[str, Any]) -> tuple[int, int]:
    """Retention and total retention as they were asked for; -1: as the workspace has it."""
    own, total = properties["retentionInDays"], properties["totalRetentionInDays"]
    own_default, total_default = properties["retentionInDaysAsDefault"], properties["totalRetentionInDaysAsDefault"]
    return -1 if own_default else own, -1 if total_default else total


def _table(name: str, plan: str, own: int, total: int, default: int) -> dict[str, Any]:
    days = 30 if plan == "Basic" else default if own == -1 else own
    whole = days if total == -1 else total
    _check_days(days, 4, 730)
    _check_days(whole, days, 4383)
    return {
        "retentionInDays": days,
        "totalRetentionInDays": whole,
        "archiveRetentionInDays": whole - days,
        "plan": plan,
        "schema": {"name": name, "tableType": "Microsoft"},
        "retentionInDaysAsDefault": own == -1,
        "totalRetentionInDaysAsDefault": total == -1,
        "provisioningState": "Succeeded",
    }


def _workspace(call: Call) -> dict[str, Any]:
    return call.world.resources[call.target.parent.lower()]


def _check_days(days: int, least: int, most: int) -> None:
    if not least <= days <= most:
        raise invalid(f"'RetentionInDays' property must be between {least} and {most}.", "InvalidParameter")
