"""What the tests of the fake Azure ask again and again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.fakes.azure.handle import SUBSCRIPTION

if TYPE_CHECKING:
    from tests.fakes.azure import Azure

GROUP = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/Shop"
PROD = f"{GROUP}/providers/Microsoft.ContainerService/managedClusters/prod"
WORKSPACE = f"{GROUP}/providers/Microsoft.OperationalInsights/workspaces/logs"
SETTINGS = "providers/Microsoft.Insights/diagnosticSettings"


def make_cluster(azure: Azure, path: str = PROD) -> None:
    azure.put(path, {"location": "westeurope", "properties": {"dnsPrefix": "x"}}, version="2025-05-01")


def make_workspace(azure: Azure, path: str = WORKSPACE, days: int = 90) -> None:
    azure.put(path, {"location": "westeurope", "properties": {"retentionInDays": days}}, version="2023-09-01")


def setting(*categories: str, group: str = "", sink: str = WORKSPACE, **more: Any) -> dict[str, Any]:
    """The body of a diagnostic setting that sends these to a workspace."""
    logs: list[dict[str, Any]] = [{"category": name, "enabled": True} for name in categories]
    logs += [{"categoryGroup": group, "enabled": True}] if group else []
    return {"properties": {"workspaceId": sink, "logs": logs, **more}}


def put_setting(azure: Azure, name: str, body: Any, of: str = PROD) -> tuple[int, Any]:
    return azure.ask("PUT", f"{of}/{SETTINGS}/{name}", body)


def code(answer: tuple[int, Any]) -> tuple[int, str]:
    status, body = answer
    return status, str((body.get("error") or body).get("code"))
