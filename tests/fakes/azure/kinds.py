"""Which kinds of resources there are, and what is special about each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.fakes.azure import activity, clusters, diagnostics, logs, storage, workspaces
from tests.fakes.azure.world import Call

Resource = dict[str, Any]


def _as_sent(_: Call, before: Resource | None, body: Resource) -> Resource:
    """What most kinds do with a PUT: the body is the resource."""
    return {**(before or {}), **body}


def _as_is(_: Call, resource: Resource) -> Resource:
    return resource


@dataclass(frozen=True, slots=True)
class Kind:
    name: str
    """As roles write it: ``Microsoft.ContainerService/managedClusters``."""
    put: Callable[[Call, Resource | None, Resource], Resource] = _as_sent
    shown: Callable[[Call, Resource], Resource] = _as_is
    patch: Callable[[Call, Resource, Resource], Resource] | None = None
    listed: Callable[[Call], list[Resource]] | None = None
    """Where what there is does not lie among the resources."""
    actions: dict[str, Callable[[Call], Any]] = field(default_factory=dict)
    asked: Callable[[Call], Any] | None = None
    """What a question is answered with, that is about no resource."""
    nowhere: bool = False
    """It lies below no resource."""
    versions: tuple[str, ...] = ()
    """Of the API; empty: whatever looks like one."""
    bare: bool = False
    """Its errors come without their envelope."""


_ALL = (
    Kind("Microsoft.Resources/subscriptions/resourceGroups"),
    Kind("Microsoft.ContainerService/managedClusters", put=clusters.put, shown=clusters.shown),
    Kind("Microsoft.Kubernetes/connectedClusters"),
    Kind(
        "Microsoft.Insights/diagnosticSettings",
        put=diagnostics.put,
        shown=diagnostics.shown,
        listed=diagnostics.listed,
        versions=diagnostics.VERSIONS,
        bare=True,
    ),
    Kind(
        "Microsoft.Insights/diagnosticSettingsCategories",
        listed=diagnostics.categories,
        versions=diagnostics.VERSIONS,
        bare=True,
    ),
    Kind(logs.KIND, asked=logs.answer, versions=logs.VERSIONS),
    Kind(activity.KIND, asked=activity.answer, versions=activity.VERSIONS, nowhere=True),
    Kind("Microsoft.Authorization/locks"),
    Kind("Microsoft.OperationalInsights/clusters"),
    Kind("Microsoft.OperationalInsights/workspaces", put=workspaces.put, patch=workspaces.patch),
    Kind("Microsoft.OperationalInsights/workspaces/tables", patch=workspaces.patch_table),
    Kind("Microsoft.Storage/storageAccounts", put=storage.put_account),
    Kind("Microsoft.Storage/storageAccounts/blobServices"),
    Kind("Microsoft.Storage/storageAccounts/managementPolicies"),
    Kind("Microsoft.Storage/storageAccounts/blobServices/containers", put=storage.put_container, shown=storage.shown),
    Kind(
        "Microsoft.Storage/storageAccounts/blobServices/containers/immutabilityPolicies",
        put=storage.put_policy,
        actions={"lock": storage.lock, "extend": storage.extend},
    ),
    Kind("Microsoft.EventHub/namespaces"),
    Kind("Microsoft.EventHub/namespaces/eventhubs"),
    Kind("Microsoft.EventHub/namespaces/authorizationRules"),
)
KINDS = {kind.name.lower(): kind for kind in _ALL}
