"""AKS and what it sends to, as Azure Resource Manager tells it, understood. Pure: its JSON in, what was seen out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from kubewitness.errors import KubewitnessError
from kubewitness.model import Reason, Unread
from kubewitness.moments import parse_moment
from kubewitness.providers.aks.settings import ADMIN, ALL, AUDIT_TYPES

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

BLIND_SPOTS: Final = Unread(Reason.NOT_OBSERVED, "Azure sets the audit policy of AKS and does not publish it")
"""So nothing is claimed of it.

Source: https://github.com/Azure/AKS/issues/2272
"""

SHARED_TABLE: Final = "AzureDiagnostics"
_TABLES: Final = {ALL: "AKSAudit", ADMIN: "AKSAuditAdmin"}
"""Source: https://learn.microsoft.com/azure/azure-monitor/reference/supported-logs/microsoft-containerservice-managedclusters-logs"""

_LONG: Final = (1095, 1460, 1826, 2191, 2556, 2922, 3288, 3653, 4018, 4383)
"""Days beyond two years that a table can keep in all.

Source: https://learn.microsoft.com/azure/azure-monitor/logs/data-retention-configure
"""

_CONTAINERS: Final = {ALL: "insights-logs-kube-audit", ADMIN: "insights-logs-kube-audit-admin"}
"""Source: https://learn.microsoft.com/azure/azure-monitor/platform/resource-logs#send-to-azure-storage"""


@dataclass(frozen=True, slots=True)
class Cluster:
    """``made``: RFC 3339, ``None`` where it is not said. ``beside``: what is on, and is no audit log."""

    id: str
    made: str | None
    not_loggable: str
    stopped: bool
    beside: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Workspace:
    """``number``: its own id in queries. ``cluster``: id of the dedicated cluster that it lies on; empty: on none."""

    number: str
    retention_days: int | None
    cluster: str


@dataclass(frozen=True, slots=True)
class Table:
    """``retention_days``: in all, of which ``query_days`` can be queried as usual. No table keeps for ever.

    ``query_days`` ``None``: not said.
    """

    retention_days: int | Unread
    query_days: int | None
    plan: str

    def __str__(self) -> str:
        query = f", {self.query_days} days for queries" if self.query_days else ""
        total = "" if isinstance(self.retention_days, Unread) else f", {self.retention_days} in all"
        return f"plan {self.plan}{query}{total}"

    @property
    def asked_as_usual(self) -> bool:
        return self.plan.lower() == "analytics"


def parse_cluster(raw: Mapping[str, Any]) -> Cluster:
    """A managedCluster.

    Source: https://learn.microsoft.com/rest/api/aks/managed-clusters/get
    """
    properties = raw.get("properties") or {}
    state = str(properties.get("provisioningState") or "")
    power = str((properties.get("powerState") or {}).get("code") or "")
    return Cluster(
        id=str(raw.get("id") or ""),
        made=parse_moment((raw.get("systemData") or {}).get("createdAt")),
        not_loggable="being deleted" if state.lower() == "deleting" else "",
        stopped=power.lower() == "stopped",
        beside=tuple(_beside(properties)),
    )


def parse_connected(raw: Mapping[str, Any]) -> str:
    """Why a cluster that Azure Arc shows cannot log: Azure does not run its control plane.

    Source: https://learn.microsoft.com/azure/azure-arc/kubernetes/overview
    """
    distribution = str((raw.get("properties") or {}).get("distribution") or "")
    return f"connected by Azure Arc, runs elsewhere ({distribution or 'unknown distribution'})"


def _beside(properties: Mapping[str, Any]) -> Iterable[str]:
    """How the keys of add-ons are written varies."""
    addons = {str(name).lower(): addon or {} for name, addon in (properties.get("addonProfiles") or {}).items()}
    monitor = properties.get("azureMonitorProfile") or {}
    insights = (monitor.get("containerInsights") or {}).get("enabled")
    if insights or addons.get("omsagent", {}).get("enabled"):
        yield "Container Insights"
    if (monitor.get("metrics") or {}).get("enabled"):
        yield "Prometheus metrics"
    defender = ((properties.get("securityProfile") or {}).get("defender") or {}).get("securityMonitoring") or {}
    if defender.get("enabled"):
        yield "Microsoft Defender"


def tables(types: Iterable[str], *, dedicated: bool) -> dict[str, frozenset[str]]:
    """Table -> the audit types that come to it."""
    found: dict[str, set[str]] = {}
    for name in AUDIT_TYPES.intersection(types):
        found.setdefault(_TABLES[name] if dedicated else SHARED_TABLE, set()).add(name)
    return {table: frozenset(names) for table, names in sorted(found.items())}


def containers(types: Iterable[str]) -> dict[str, str]:
    """Audit type -> the blob container that it comes to."""
    return {name: _CONTAINERS[name] for name in sorted(AUDIT_TYPES.intersection(types))}


def parse_workspace(raw: Mapping[str, Any]) -> Workspace:
    """A workspace.

    Source: https://learn.microsoft.com/rest/api/loganalytics/workspaces/get
    """
    properties = raw.get("properties") or {}
    cluster = str((properties.get("features") or {}).get("clusterResourceId") or "")
    return Workspace(str(properties.get("customerId") or ""), _days(properties.get("retentionInDays")), cluster)


def parse_table(raw: Mapping[str, Any] | None, workspace: Workspace) -> Table:
    """A table of a workspace; one that is not there yet will keep what the workspace does.

    Source: https://learn.microsoft.com/rest/api/loganalytics/tables/get
    """
    properties = (raw or {}).get("properties") or {}
    query = _days(properties.get("retentionInDays")) or workspace.retention_days
    unsaid = Unread(Reason.PARSE, "Microsoft.OperationalInsights/workspaces/tables/read: no totalRetentionInDays")
    total = _days(properties.get("totalRetentionInDays")) or query or unsaid
    return Table(total, query, str(properties.get("plan") or "Analytics"))


def parse_workspace_key(raw: Mapping[str, Any] | None) -> str:
    """The customer's key of a dedicated cluster; empty: Microsoft's.

    Source: https://learn.microsoft.com/azure/azure-monitor/logs/customer-managed-keys
    """
    key = ((raw or {}).get("properties") or {}).get("keyVaultProperties") or {}
    return f"{str(key['keyVaultUri']).rstrip('/')}/keys/{key.get('keyName', '')}" if key.get("keyVaultUri") else ""


def parse_account_key(raw: Mapping[str, Any]) -> str:
    """The customer's key of a storage account; empty: Microsoft's."""
    encryption = (raw.get("properties") or {}).get("encryption") or {}
    key = encryption.get("keyvaultproperties") or {}
    if str(encryption.get("keySource") or "").lower() != "microsoft.keyvault":
        return ""
    return f"{str(key.get('keyvaulturi') or '').rstrip('/')}/keys/{key.get('keyname', '')}"


def locked_days(account: Mapping[str, Any], container: Mapping[str, Any] | None) -> int | None:
    """For how many days nobody can delete a blob; ``None``: no immutability policy is locked.

    A policy that is not locked can be taken away by whoever may write it.

    Source: https://learn.microsoft.com/azure/storage/blobs/immutable-storage-overview
    """
    versions = (account.get("properties") or {}).get("immutableStorageWithVersioning") or {}
    found = [versions.get("immutabilityPolicy") or {}] if versions.get("enabled") else []
    found.append((((container or {}).get("properties") or {}).get("immutabilityPolicy") or {}).get("properties") or {})
    locked = [one for one in found if str(one.get("state") or "").lower() == "locked"]
    return max((_days(one.get("immutabilityPeriodSinceCreationInDays")) or 0 for one in locked), default=None)


def deleted_after(policy: Mapping[str, Any] | None, container: str) -> int | None:
    """After how many days a lifecycle policy deletes the blobs of a container; ``None``: it does not.

    Source: https://learn.microsoft.com/azure/storage/blobs/lifecycle-management-policy-structure
    """
    rules = (((policy or {}).get("properties") or {}).get("policy") or {}).get("rules") or ()
    days = []
    for rule in rules:
        definition = rule.get("definition") or {}
        prefixes = (definition.get("filters") or {}).get("prefixMatch") or [container]
        if not rule.get("enabled", True) or not any(_touches(str(prefix), container) for prefix in prefixes):
            continue
        delete = ((definition.get("actions") or {}).get("baseBlob") or {}).get("delete") or {}
        days += [int(value) for name, value in delete.items() if name.startswith("daysAfter") and value is not None]
    return min(days, default=None)


def _touches(prefix: str, container: str) -> bool:
    named, _, _ = prefix.partition("/")
    return named == container or ("/" not in prefix and container.startswith(prefix))


def locks_on(locks: Iterable[Mapping[str, Any]], resource: str) -> tuple[str, ...]:
    """Names of the locks that keep a resource from being deleted: its own, its group's, its subscription's.

    Source: https://learn.microsoft.com/azure/azure-resource-manager/management/lock-resources
    """
    found = []
    for lock in locks:
        scope = str(lock.get("id") or "").lower().rpartition("/providers/microsoft.authorization/locks/")[0]
        level = str((lock.get("properties") or {}).get("level") or "").lower()
        if scope and level in ("cannotdelete", "readonly") and f"{resource.lower()}/".startswith(f"{scope}/"):
            found.append(str(lock.get("name")))
    return tuple(found)


def newest_event(table: str) -> str:
    """The query for the newest audit event of a cluster, for each workspace that it is in.

    Source: https://learn.microsoft.com/azure/azure-monitor/logs/api/azure-resource-queries
    """
    of = f' | where Category in ("{ALL}", "{ADMIN}")' if table == SHARED_TABLE else ""
    return f"{table}{of} | summarize Last = max(TimeGenerated) by TenantId"


def parse_newest(raw: Mapping[str, Any], number: str) -> str | None:
    """The answer for the workspace ``number``, RFC 3339; ``None``: there is no event. Raises KubewitnessError."""
    for table in (raw.get("tables") or ())[:1]:
        columns = [str(column.get("name")) for column in table.get("columns") or ()]
        for values in table.get("rows") or ():
            row = dict(zip(columns, values, strict=False))
            if str(row.get("TenantId")).lower() == number.lower():
                return parse_moment(row.get("Last"))
    return None


def newest_change(events: Iterable[Mapping[str, Any]]) -> str | None:
    """When a diagnostic setting was last written, RFC 3339, of events of the activity log; ``None``: not in these.

    Source: https://learn.microsoft.com/rest/api/monitor/activity-logs/list
    """
    written = (
        parse_moment(event.get("eventTimestamp"))
        for event in events
        if str((event.get("operationName") or {}).get("value")).lower() == "microsoft.insights/diagnosticsettings/write"
        and str((event.get("status") or {}).get("value")).lower() == "succeeded"
    )
    return max(filter(None, written), default=None)


def retention_at_least(days: int) -> int:
    """The shortest retention that a table can be told and that is no less. Raises KubewitnessError: none is."""
    if days <= 730:
        return max(days, 4)
    for offered in _LONG:
        if offered >= days:
            return offered
    raise KubewitnessError(f"retention_days: {days} is more than a Log Analytics table can keep ({_LONG[-1]})")


def _days(value: object) -> int | None:
    return value if isinstance(value, int) and value > 0 else None


def audit(types: Iterable[str]) -> frozenset[str]:
    """Those that are the audit log."""
    return AUDIT_TYPES.intersection(types)
