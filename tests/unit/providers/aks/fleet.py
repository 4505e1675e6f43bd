"""Clusters on the fake Azure, and how our code reaches them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from kubewitness.content import read_standard
from kubewitness.managed import Destination, ManagedCluster
from kubewitness.providers.aks.cluster import AksCluster, Connections
from tests.fakes.azure.handle import SUBSCRIPTION

if TYPE_CHECKING:
    from tests.fakes.azure import Azure

GROUP: Final = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/Shop"
PROD: Final = f"{GROUP}/providers/Microsoft.ContainerService/managedClusters/prod"
LOGS: Final = f"{GROUP}/providers/Microsoft.OperationalInsights/workspaces/logs"
OTHER: Final = f"{GROUP}/providers/Microsoft.OperationalInsights/workspaces/other"
STORE: Final = f"{GROUP}/providers/Microsoft.Storage/storageAccounts/auditstore"
CONTAINER: Final = f"{STORE}/blobServices/default/containers/insights-logs-kube-audit"
RULE: Final = f"{GROUP}/providers/Microsoft.EventHub/namespaces/siem/authorizationRules/send"
ARC: Final = f"{GROUP}/providers/Microsoft.Kubernetes/connectedClusters/edge"
SETTINGS: Final = "providers/Microsoft.Insights/diagnosticSettings"
ASKED: Final = read_standard("standard")
DEMANDED: Final = ("guard", "kube-apiserver", "kube-audit")
"""Log types that the standard called ``standard`` names."""


def cluster(azure: Azure, path: str = PROD, **properties: Any) -> None:
    azure.put(path, {"location": "westeurope", "properties": {"dnsPrefix": "x", **properties}}, version="2025-05-01")


def workspace(azure: Azure, path: str = LOGS, days: int = 90, **properties: Any) -> None:
    body = {"location": "westeurope", "properties": {"retentionInDays": days, **properties}}
    azure.put(path, body, version="2023-09-01")


def table(azure: Azure, name: str = "AKSAudit", of: str = LOGS, **properties: Any) -> None:
    status, answer = azure.ask("PATCH", f"{of}/tables/{name}", {"properties": properties}, version="2023-09-01")
    assert status == 200, answer


def account(azure: Azure, path: str = STORE, **properties: Any) -> None:
    azure.put(path, {"location": "westeurope", "properties": properties}, version="2023-05-01")


def container(azure: Azure, *, days: int, locked: bool) -> None:
    """The container of the audit log, with an immutability policy."""
    azure.put(CONTAINER, {"properties": {}}, version="2023-05-01")
    policy = {"properties": {"immutabilityPeriodSinceCreationInDays": days}}
    azure.put(f"{CONTAINER}/immutabilityPolicies/default", policy, version="2023-05-01")
    if locked:
        status, _ = azure.ask("POST", f"{CONTAINER}/immutabilityPolicies/default/lock", {}, version="2023-05-01")
        assert status == 200


def delete_after(azure: Azure, days: int, *prefixes: str) -> None:
    """A lifecycle policy of the storage account."""
    delete = {"delete": {"daysAfterModificationGreaterThan": days}}
    definition = {
        "filters": {"blobTypes": ["blockBlob"], "prefixMatch": list(prefixes)},
        "actions": {"baseBlob": delete},
    }
    rule = {"enabled": True, "name": "old", "type": "Lifecycle", "definition": definition}
    azure.put(
        f"{STORE}/managementPolicies/default", {"properties": {"policy": {"rules": [rule]}}}, version="2023-05-01"
    )


def hub(azure: Azure) -> None:
    azure.put(RULE.partition("/authorizationRules")[0], {"location": "westeurope"}, version="2024-01-01")
    azure.put(RULE, {"properties": {"rights": ["Send"]}}, version="2024-01-01")


def lock(azure: Azure, scope: str = LOGS) -> None:
    path = f"{scope}/providers/Microsoft.Authorization/locks/keep-audit"
    azure.put(path, {"properties": {"level": "CanNotDelete"}}, version="2016-09-01")


def setting(
    azure: Azure,
    name: str = "theirs",
    *types: str,
    group: str = "",
    off: tuple[str, ...] = (),
    of: str = PROD,
    to: dict[str, str] | None = None,
) -> None:
    """A diagnostic setting: with its own tables in the workspace ``LOGS``, unless ``to`` says where else it goes."""
    logs: list[dict[str, Any]] = [{"category": one, "enabled": True} for one in types]
    logs += [{"category": one, "enabled": False} for one in off]
    logs += [{"categoryGroup": group, "enabled": True}] if group else []
    where = to or {"workspaceId": LOGS, "logAnalyticsDestinationType": "Dedicated"}
    status, answer = azure.ask("PUT", f"{of}/{SETTINGS}/{name}", {"properties": {**where, "logs": logs}})
    assert status == 200, answer


def settings(azure: Azure, of: str = PROD) -> dict[str, dict[str, Any]]:
    """Name -> properties."""
    return {one["name"]: one["properties"] for one in azure.ask("GET", f"{of}/{SETTINGS}")[1]["value"]}


def good(azure: Azure) -> None:
    """All that the standard asks for."""
    cluster(azure)
    workspace(azure)
    lock(azure)
    setting(azure, "theirs", *DEMANDED)


def reached(name: str = "@managed/prod", **data: str) -> AksCluster:
    given = {"provider": "aks", "id": PROD, **data}
    return Connections().cluster(name, "prod", given.get)


def destination(found: ManagedCluster) -> Destination:
    assert isinstance(found.destinations, tuple), found.destinations
    (one,) = found.destinations
    return one
