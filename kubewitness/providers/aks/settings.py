"""Diagnostic settings: which logs of a cluster go where, and the one that is ours. Pure.

Source: https://learn.microsoft.com/azure/azure-monitor/platform/diagnostic-settings
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from kubewitness.auditpolicy import PROBES
from kubewitness.errors import KubewitnessError
from kubewitness.managed import NotOffered, Unrecorded
from kubewitness.model import Reason, Unread
from kubewitness.providers.aks.ids import Sink, SinkKind, same

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

LOG_TYPES: Final = (
    "cloud-controller-manager",
    "cluster-autoscaler",
    "csi-azuredisk-controller",
    "csi-azurefile-controller",
    "csi-snapshot-controller",
    "fleet-mcs-controller-manager",
    "fleet-member-agent",
    "fleet-member-net-controller-manager",
    "guard",
    "karpenter-events",
    "kube-apiserver",
    "kube-audit",
    "kube-audit-admin",
    "kube-controller-manager",
    "kube-scheduler",
)
"""Source: https://learn.microsoft.com/azure/azure-monitor/reference/supported-logs/microsoft-containerservice-managedclusters-logs"""

ALL: Final = "kube-audit"
ADMIN: Final = "kube-audit-admin"
AUDIT_TYPES: Final = frozenset({ALL, ADMIN})
HELD_BY: Final = {ADMIN: ALL}
"""kube-audit holds all that kube-audit-admin does.

Source: https://learn.microsoft.com/azure/aks/monitor-aks-reference
"""

NO_EXEMPTIONS: Final = NotOffered("a diagnostic setting takes a category whole: nobody can be left out")
"""Source: https://learn.microsoft.com/azure/azure-monitor/platform/diagnostic-settings#resource-logs"""

OURS: Final = "kubewitness"
"""The setting that the deploy makes."""
MOST: Final = 5
"""Settings of one resource: https://learn.microsoft.com/azure/azure-monitor/service-limits"""

_MEMBERS: Final = {
    "workspaceId": SinkKind.WORKSPACE,
    "storageAccountId": SinkKind.STORAGE,
    "eventHubAuthorizationRuleId": SinkKind.EVENT_HUB,
    "marketplacePartnerId": SinkKind.PARTNER,
}
_MEMBER_OF: Final = {kind: member for member, kind in _MEMBERS.items()}

UNRECORDED: Final = tuple(
    Unrecorded(
        probe.id,
        f"{ADMIN} leaves out every get and list",
        f"switch on {ALL}, which holds all that {ADMIN} does: then {ADMIN} can go",
        (ALL,),
    )
    for probe in PROBES
    if probe.attributes.verb in ("get", "list")
)
"""What kube-audit-admin does not hold. A command in a container is a get too, where it comes over WebSocket.

Source: https://learn.microsoft.com/azure/azure-monitor/reference/tables/aksauditadmin
"""


@dataclass(frozen=True, slots=True)
class Setting:
    """A diagnostic setting. ``types``: what is on, by name or by group. ``dedicated``: each has a table of its own.

    ``unresolved``: the groups that are on, and of which no category says that it is in them.
    """

    name: str
    types: frozenset[str]
    groups: frozenset[str]
    unresolved: frozenset[str]
    sinks: tuple[Sink, ...]
    dedicated: bool
    raw: Mapping[str, Any]

    def sink(self, kind: SinkKind) -> Sink | None:
        return next((sink for sink in self.sinks if sink.kind is kind), None)

    def __str__(self) -> str:
        by = f" (group {', '.join(sorted(self.groups))})" if self.groups else ""
        return f"diagnostic setting {self.name}: {', '.join(sorted(self.types)) or 'nothing'}{by}"


def parse_groups(categories: Iterable[Mapping[str, Any]]) -> dict[str, frozenset[str]]:
    """Group -> the categories in it now, of diagnosticSettingsCategories. What ``audit`` holds is Azure's to change."""
    found: dict[str, set[str]] = {}
    for raw in categories:
        for group in (raw.get("properties") or {}).get("categoryGroups") or ():
            found.setdefault(str(group).lower(), set()).add(_known(str(raw.get("name"))))
    return {group: frozenset(names) for group, names in found.items()}


def groups_used(settings: Iterable[Mapping[str, Any]]) -> bool:
    """Whether any setting names a group that is on, so that its categories have to be asked for."""
    return any(_on(raw, "categoryGroup") for raw in settings)


def parse_setting(raw: Mapping[str, Any], groups: Mapping[str, frozenset[str]]) -> Setting:
    """One of diagnosticSettings. An entry may be listed and be off; it names a category or a group."""
    properties = raw.get("properties") or {}
    named = frozenset(name.lower() for name in _on(raw, "categoryGroup"))
    types = {_known(name) for name in _on(raw, "category")}.union(*(groups.get(name, frozenset()) for name in named))
    sinks = tuple(Sink(kind, str(properties[member])) for member, kind in _MEMBERS.items() if properties.get(member))
    dedicated = str(properties.get("logAnalyticsDestinationType") or "").lower() == "dedicated"
    unresolved = named - groups.keys()
    return Setting(str(raw.get("name")), frozenset(types), named, unresolved, sinks, dedicated, properties)


def types_on(settings: Sequence[Setting], refused: Unread | None) -> dict[str, bool | Unread]:
    """Category -> on by any setting. ``refused``: why it could not be asked what the groups hold."""
    on = frozenset[str]().union(*(setting.types for setting in settings))
    unresolved = frozenset[str]().union(*(setting.unresolved for setting in settings))
    off = (refused or Unread(Reason.NOT_OBSERVED, _unsaid(unresolved))) if unresolved else False
    return {name: True if name in on else off for name in sorted({*LOG_TYPES, *on})}


def doubles(settings: Sequence[Setting]) -> tuple[str, ...]:
    """What is stored, and paid for, twice in one place."""
    sent: dict[tuple[SinkKind, str], Counter[str]] = {}
    for setting in settings:
        for sink in setting.sinks:
            sent.setdefault((sink.kind, sink.id.strip("/").lower()), Counter()).update(setting.types & AUDIT_TYPES)
    found = []
    for (_, where), times in sent.items():
        found += [f"{name} comes to {where} {count} times" for name, count in sorted(times.items()) if count > 1]
        if len(times) > 1:
            found.append(f"{where} gets {ALL} and {ADMIN}, of which {ALL} holds all")
    return tuple(found)


def is_ours(setting: Setting) -> bool:
    """It has our own name."""
    return same(setting.name, OURS)


def ours(settings: Sequence[Setting]) -> Setting | None:
    """The setting of our own name; ``None``: there is none."""
    return next(filter(is_ours, settings), None)


def obstacle(settings: Sequence[Setting], sink: Sink | None, *, gone: bool) -> str:
    """Why the deploy cannot switch anything on, and what to do; empty: it can.

    Args:
        settings: all of the cluster.
        sink: what host data ``destination`` names.
        gone: where our setting sends now, there is nothing.
    """
    if sink is None:
        return "nothing says where to send the logs: name a workspace or a storage account as host data destination"
    mine = ours(settings)
    if mine is None:
        if len(settings) < MOST:
            return ""
        names = ", ".join(setting.name for setting in settings)
        return f"there are {MOST} diagnostic settings already, which is all that Azure takes: delete one of {names}"
    other = mine.sink(sink.kind)
    if other is None or other.is_same(sink) or gone:
        return ""
    said = f"the diagnostic setting {mine.name} sends to {other.id}, and host data destination names {sink.id}"
    return f"{said}: name the former, or delete the setting and run again"


def extended(mine: Setting | None, types: Iterable[str], sink: Sink) -> dict[str, Any]:
    """The body of our setting, with ``types`` on and ``sink`` among its destinations; what it has it keeps.

    Azure takes categories or groups, not both: what a group holds now is then named one by one. A table for each
    category is only for a setting that has no workspace yet: what it has written lies where it lay.

    Raises KubewitnessError: what a group of it holds is not known, so that all of it would be switched off.

    Source: https://github.com/Azure/azure-rest-api-specs/issues/22719
    """
    if mine and mine.unresolved:
        said = f"{_unsaid(mine.unresolved)}: not changed, as that would be switched off"
        raise KubewitnessError(f"diagnostic setting {mine.name}: {said}: name its categories one by one")
    before = mine.raw if mine else {}
    kept = [one for one in before.get("logs") or () if one.get("category") and not one.get("enabled")]
    on = {*types, *(mine.types if mine else ())}
    logs = [{"category": name, "enabled": True} for name in sorted(on)]
    logs += [{"category": one["category"], "enabled": False} for one in kept if _known(one["category"]) not in on]
    body: dict[str, Any] = {member: before[member] for member in (*_MEMBERS, "eventHubName") if before.get(member)}
    tables = before.get("logAnalyticsDestinationType")
    if sink.kind is SinkKind.WORKSPACE and not before.get("workspaceId"):
        tables = "Dedicated"
    body |= {_MEMBER_OF[sink.kind]: sink.id, "logs": logs}
    body |= {"logAnalyticsDestinationType": tables} if tables else {}
    metrics = [
        {"category": one["category"], "enabled": bool(one.get("enabled"))} for one in before.get("metrics") or ()
    ]
    return {"properties": body | ({"metrics": metrics} if metrics else {})}


def _unsaid(groups: Iterable[str]) -> str:
    return f"diagnosticSettingsCategories does not say what the group {', '.join(sorted(groups))} holds"


def _on(raw: Mapping[str, Any], member: str) -> list[str]:
    logs = (raw.get("properties") or {}).get("logs") or ()
    return [str(one[member]) for one in logs if one.get(member) and one.get("enabled")]


def _known(category: str) -> str:
    """As it is documented, whatever its case."""
    return next((name for name in LOG_TYPES if name == category.lower()), category)
