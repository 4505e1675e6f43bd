"""AKS's clusters.

Source: https://learn.microsoft.com/rest/api/aks/managed-clusters
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.fakes.azure.world import Call


def put(call: Call, before: dict[str, Any] | None, body: dict[str, Any]) -> dict[str, Any]:
    """There at once, or after ``operation_seconds``: the gate makes an operation of it that the SDK waits for."""
    sent = body.get("properties", {})
    given = {
        "kubernetesVersion": "1.34.0",
        "nodeResourceGroup": f"MC_{call.target.group}_{call.target.name}_{body.get('location', 'westeurope')}",
        "fqdn": f"{call.target.name}.hcp.westeurope.azmk8s.io",
        "powerState": {"code": "Running"},
        "enableRBAC": True,
    }
    later = call.world.settings.operation_seconds and before is None
    state = "Creating" if later else "Succeeded"
    return {**body, "properties": {**given, **sent, "provisioningState": state}}


def shown(_: Call, cluster: dict[str, Any]) -> dict[str, Any]:
    """With ``resourcegroups`` in lower case, whatever was asked.

    Source: https://github.com/Azure/azure-sdk-for-python/issues/31466
    """
    return {**cluster, "id": cluster["id"].replace("/resourceGroups/", "/resourcegroups/")}
