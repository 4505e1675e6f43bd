"""What an Azure role must be allowed to do. Pure; ``kubewitness permissions azure`` prints it as a role definition."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from kubewitness.providers import permissions
from kubewitness.providers.aks.ids import role_scope

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True, slots=True)
class Permission:
    """An action of a role. ``enforces``: only the deploy needs it. ``linked``: Azure asks for it, we never call it."""

    name: str
    why: str
    enforces: bool = False
    linked: bool = False


_SCOPE: Final = "/subscriptions/SUBSCRIPTION"
_WORKSPACES: Final = "Microsoft.OperationalInsights/workspaces"
_STORAGE: Final = "Microsoft.Storage/storageAccounts"
_HUBS: Final = "Microsoft.EventHub/namespaces/authorizationRules"

PERMISSIONS: Final = (
    Permission("Microsoft.ContainerService/managedClusters/read", "is it there, does it run, what else is on"),
    Permission("Microsoft.Kubernetes/connectedClusters/read", "which clusters Azure Arc only shows"),
    Permission("Microsoft.Insights/diagnosticSettings/read", "which logs go where"),
    Permission("Microsoft.Insights/diagnosticSettingsCategories/read", "what the groups allLogs and audit hold now"),
    Permission("Microsoft.Insights/logs/AKSAudit/read", "the time of the newest event"),
    Permission("Microsoft.Insights/logs/AKSAuditAdmin/read", "the same"),
    Permission("Microsoft.Insights/logs/AzureDiagnostics/read", "the same"),
    Permission("Microsoft.Insights/eventtypes/values/read", "was a setting changed just now, where no event has come"),
    Permission(f"{_WORKSPACES}/read", "does the workspace exist"),
    Permission(f"{_WORKSPACES}/tables/read", "how long its tables keep, and on which plan"),
    Permission("Microsoft.OperationalInsights/clusters/read", "the customer's key of a workspace"),
    Permission("Microsoft.Authorization/locks/read", "who can delete the workspace"),
    Permission(f"{_STORAGE}/read", "does the storage account exist, and its key"),
    Permission(f"{_STORAGE}/blobServices/containers/read", "is an immutability policy locked"),
    Permission(f"{_STORAGE}/managementPolicies/read", "what deletes blobs"),
    Permission(f"{_HUBS}/read", "does the event hub exist"),
    Permission("Microsoft.Insights/diagnosticSettings/write", "the diagnostic setting of our own", enforces=True),
    Permission(f"{_WORKSPACES}/tables/write", "a longer retention of the table", enforces=True),
    Permission(f"{_WORKSPACES}/sharedKeys/action", "to send to a workspace", enforces=True, linked=True),
    Permission(f"{_STORAGE}/listKeys/action", "to send to a storage account", enforces=True, linked=True),
    Permission(f"{_HUBS}/listKeys/action", "to send to an event hub", enforces=True, linked=True),
)
"""Sources: https://learn.microsoft.com/azure/role-based-access-control/permissions/monitor and its neighbours;
https://learn.microsoft.com/azure/azure-monitor/logs/api/azure-resource-queries for those of the logs.
"""


FINDING: Final = (
    Permission("Microsoft.Resources/subscriptions/read", "which subscriptions there are"),
    Permission("Microsoft.ResourceGraph/resources/read", "which clusters there are in all of them"),
)
"""What finding clusters takes beside that."""


def policy(*, enforce: bool = False, discover: bool = False, scopes: Sequence[str] = (_SCOPE,)) -> dict[str, Any]:
    """A role definition for reading, and for enforcing and finding where asked; ``az role definition create`` takes it.

    ``scopes``: where it can be given. Raises KubewitnessError: one is neither a subscription nor a group.

    Source: https://learn.microsoft.com/azure/role-based-access-control/custom-roles#custom-role-properties
    """
    verbs = ["reads", *(["changes"] if enforce else []), *(["finds"] if discover else [])]
    return {
        "Name": f"kubewitness {'enforce' if enforce else 'read'}",
        "IsCustom": True,
        "Description": f"What kubewitness {' and '.join(verbs)} of managed clusters",
        "Actions": [
            item.name for item, _ in permissions.asked(PERMISSIONS, FINDING, enforce=enforce, discover=discover)
        ],
        "NotActions": [],
        "DataActions": [],
        "NotDataActions": [],
        "AssignableScopes": [scope if scope == _SCOPE else role_scope(scope) for scope in scopes],
    }


def table(*, enforce: bool = False, discover: bool = False) -> str:
    """The same as Markdown, with what each is for."""
    return permissions.table(permissions.asked(PERMISSIONS, FINDING, enforce=enforce, discover=discover))
