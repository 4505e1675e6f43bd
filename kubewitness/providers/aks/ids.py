"""Azure's resource ids: which cluster, which destination, and what a path is about. Pure.

Azure compares them without regard to case, and writes them as it pleases.

Source: https://github.com/Azure/azure-sdk-for-python/issues/31466
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from kubewitness.errors import KubewitnessError

_SUBSCRIPTION: Final = r"[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}"
_GROUP: Final = r"[\w.()-]{1,90}"
_NAME: Final = r"[A-Za-z0-9][\w-]{0,62}"
_PART: Final = r"[\w.-]{1,260}"
_CLUSTER: Final = re.compile(
    rf"/subscriptions/({_SUBSCRIPTION})/resourceGroups/({_GROUP})/providers/"
    rf"(Microsoft\.ContainerService/managedClusters|Microsoft\.Kubernetes/connectedClusters)/({_NAME})",
    re.IGNORECASE,
)

_SCOPE: Final = re.compile(
    rf"/subscriptions/{_SUBSCRIPTION}(?:/resourceGroups/{_GROUP})?"
    r"|/providers/Microsoft\.Management/managementGroups/[\w.()-]{1,90}",
    re.IGNORECASE,
)


class SinkKind(StrEnum):
    """What a diagnostic setting can send to."""

    WORKSPACE = "Log Analytics workspace"
    STORAGE = "storage account"
    EVENT_HUB = "event hub"
    PARTNER = "partner solution"


_NAMED: Final = {
    SinkKind.WORKSPACE: r"Microsoft\.OperationalInsights/workspaces",
    SinkKind.STORAGE: r"Microsoft\.Storage/storageAccounts",
    SinkKind.EVENT_HUB: rf"Microsoft\.EventHub/namespaces/{_PART}/authorizationRules",
}


@dataclass(frozen=True, slots=True)
class ClusterId:
    """Which cluster. ``connected``: one that Azure Arc shows, and that runs elsewhere."""

    subscription: str
    group: str
    name: str
    connected: bool = False

    def __str__(self) -> str:
        kind = (
            "Microsoft.Kubernetes/connectedClusters" if self.connected else "Microsoft.ContainerService/managedClusters"
        )
        return f"/subscriptions/{self.subscription}/resourceGroups/{self.group}/providers/{kind}/{self.name}"


@dataclass(frozen=True, slots=True)
class Sink:
    """A place that a diagnostic setting sends to."""

    kind: SinkKind
    id: str

    def is_same(self, other: Sink) -> bool:
        return self.kind is other.kind and same(self.id, other.id)


def same(one: str, other: str) -> bool:
    """Whether two ids are of one resource."""
    return one.strip("/").lower() == other.strip("/").lower()


def is_within(one: str, other: str) -> bool:
    """Whether ``one`` is the id of the resource ``other``, or of a part of it."""
    return f"{one.strip('/')}/".lower().startswith(f"{other.strip('/')}/".lower())


def cluster_id(given: str, subscription: str, group: str, where: str) -> ClusterId:
    """A cluster's resource id, or its name beside a subscription and a resource group. Raises KubewitnessError."""
    if match := _CLUSTER.fullmatch(given):
        for name, said, told in (("subscription", match[1], subscription), ("resource_group", match[2], group)):
            if told and told.lower() != said.lower():
                raise KubewitnessError(f"{where}: {name} {told!r}, and the id says {said}: take one of them out")
        return ClusterId(match[1], match[2], match[4], match[3].lower().startswith("microsoft.kubernetes/"))
    if not re.fullmatch(_NAME, given):
        raise KubewitnessError(f"{where}: id {given[:200]!r} is neither a cluster's name nor its resource id")
    if not re.fullmatch(_SUBSCRIPTION, subscription) or not re.fullmatch(_GROUP, group):
        said = "set host data id to the cluster's resource id, or subscription and resource_group beside its name"
        raise KubewitnessError(f"{where}: which subscription and resource group is not said: {said}")
    return ClusterId(subscription, group, given)


def named_sink(given: str, where: str) -> Sink | None:
    """Host data ``destination``; ``None``: none is named. Raises KubewitnessError."""
    if not given:
        return None
    for kind, pattern in _NAMED.items():
        path = rf"/subscriptions/{_SUBSCRIPTION}/resourceGroups/{_GROUP}/providers/{pattern}/{_PART}"
        if re.fullmatch(path, given, re.IGNORECASE):
            return Sink(kind, given)
    said = "a Log Analytics workspace, a storage account or an authorization rule of an Event Hubs namespace"
    raise KubewitnessError(f"{where}: destination {given[:200]!r}: give the resource id of {said}")


def role_scope(given: str) -> str:
    """Where a role can be given: a subscription, a resource group, a management group. Raises KubewitnessError.

    Source: https://learn.microsoft.com/azure/role-based-access-control/custom-roles#custom-role-properties
    """
    if not _SCOPE.fullmatch(given):
        said = "give /subscriptions/ID, with /resourceGroups/NAME or without, or"
        raise KubewitnessError(f"--scope {given[:200]!r}: {said} /providers/Microsoft.Management/managementGroups/NAME")
    return given


def action_of(method: str, path: str) -> str:
    """The permission that a request needs, as a role names it: ``Microsoft.Insights/diagnosticSettings/read``.

    Source: https://learn.microsoft.com/azure/role-based-access-control/resource-provider-operations
    """
    if "/providers/" not in path.lower():
        return "Microsoft.Resources/subscriptions/read"
    namespace, *parts = re.split("/providers/", path, flags=re.IGNORECASE)[-1].strip("/").split("/")
    method = "GET" if namespace == "Microsoft.ResourceGraph" else method  # its questions are posted
    return "/".join([namespace, *parts[::2], "read" if method == "GET" else "write"])
