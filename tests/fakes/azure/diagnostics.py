"""Diagnostic settings: which logs of a resource go where.

Source: https://learn.microsoft.com/azure/azure-monitor/platform/diagnostic-settings
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.fakes.azure import activity
from tests.fakes.azure.ids import target
from tests.fakes.azure.refusals import Refusal, no_resource

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.fakes.azure.world import Call

KIND = "microsoft.insights/diagnosticsettings"
VERSIONS = ("2021-05-01-preview",)
"""The only one that knows category groups: https://github.com/Azure/azure-powershell/issues/18937"""

MOST = 5

LOGS: dict[str, tuple[str, ...]] = {
    "cloud-controller-manager": ("allLogs",),
    "cluster-autoscaler": ("allLogs",),
    "csi-azuredisk-controller": ("allLogs",),
    "csi-azurefile-controller": ("allLogs",),
    "csi-snapshot-controller": ("allLogs",),
    "fleet-mcs-controller-manager": ("allLogs",),
    "fleet-member-agent": ("allLogs",),
    "fleet-member-net-controller-manager": ("allLogs",),
    "guard": ("audit", "allLogs"),
    "karpenter-events": ("allLogs",),
    "kube-apiserver": ("allLogs",),
    "kube-audit": ("audit", "allLogs"),
    "kube-audit-admin": ("audit", "allLogs"),
    "kube-controller-manager": ("allLogs",),
    "kube-scheduler": ("allLogs",),
}
"""Of AKS: https://learn.microsoft.com/azure/azure-monitor/reference/supported-logs/microsoft-containerservice-managedclusters-logs

Which of them ``audit`` holds is not documented there: this is a guess, that a test may change (``set_categories``).
"""


class Categories(dict[str, tuple[str, ...]]):
    """Category -> groups. A test may change them: new ones come without a new API."""

    def __init__(self) -> None:
        super().__init__(LOGS)


class Shown:
    """What lists show for a while."""

    def __init__(self) -> None:
        self.before: dict[str, tuple[float, dict[str, Any] | None]] = {}


_SINKS = ("workspaceId", "storageAccountId", "eventHubAuthorizationRuleId", "marketplacePartnerId")


def put(call: Call, before: dict[str, Any] | None, body: dict[str, Any]) -> dict[str, Any]:
    """The whole setting, at once."""
    sent = body.get("properties") or {}
    _check_logs(call, sent)
    _check_sinks(call, sent)
    others = [one for one in of_resource(call) if one["name"].lower() != call.target.name.lower()]
    if before is None and len(others) >= MOST:
        # https://learn.microsoft.com/azure/azure-monitor/service-limits#diagnostic-settings; the status is a guess
        raise _refused(409, "Conflict", f"The limit of {MOST} diagnostic settings was reached.")
    for other in others:
        _check_shared(call, sent, other)
    _hide(call, before)
    activity.note(call)
    return {"location": None, "kind": None, "tags": None, "identity": None, "properties": _filled(sent)}


def _check_logs(call: Call, sent: dict[str, Any]) -> None:
    known = call.world.remembered(Categories)
    groups = {group for of in known.values() for group in of}
    logs = sent.get("logs") or []
    if any(one.get("category") for one in logs) and any(one.get("categoryGroup") for one in logs):
        # https://github.com/Azure/azure-rest-api-specs/issues/22719
        raise _refused(
            400, "BadRequest", "Diagnostic setting does not support mix of log category and log category group."
        )
    for one in logs:
        if one.get("category") and one["category"] not in known:
            raise _refused(400, "BadRequest", f"Category '{one['category']}' is not supported.")
        if one.get("categoryGroup") and one["categoryGroup"] not in groups:
            raise _refused(400, "BadRequest", f"Category group '{one['categoryGroup']}' is not supported.")
        if not one.get("category") and not one.get("categoryGroup"):
            raise _refused(400, "BadRequest", "A log needs a category or a categoryGroup.")


def _check_sinks(call: Call, sent: dict[str, Any]) -> None:
    """What data is sent to must be there when the setting is made. Later nobody looks."""
    sinks = [sent[member] for member in _SINKS if sent.get(member)]
    if not sinks:
        raise _refused(400, "BadRequest", "At least one data sink needs to be specified.")
    for sink in sinks:
        if sink.lower() not in call.world.resources:
            missing = target(sink)
            raise no_resource(missing.kind, missing.name, missing.group)


def _check_shared(call: Call, sent: dict[str, Any], other: dict[str, Any]) -> None:
    """Source: https://github.com/Azure/terraform-azurerm-avm-ptn-aiml-landing-zone/issues/19"""
    theirs = other["properties"]
    for member in _SINKS:
        if (sent.get(member) or "").lower() != (theirs.get(member) or "-").lower():
            continue
        shared = sorted(effective(call, sent) & effective(call, theirs))
        if shared:
            said = (
                f"Data sink '{sent[member]}' is already used in diagnostic setting '{other['name']}' for category "
                f"'{shared[0]}'. Data sinks can't be reused in different settings on the same category for the same "
                "resource."
            )
            raise _refused(409, "Conflict", said)


def effective(call: Call, properties: dict[str, Any]) -> set[str]:
    """The categories that are on, those of groups too."""
    found = set()
    for one in [*(properties.get("logs") or []), *(properties.get("metrics") or [])]:
        if one.get("enabled"):
            known = call.world.remembered(Categories)
            group = one.get("categoryGroup")
            found |= {name for name, groups in known.items() if group in groups} if group else {one["category"]}
    return found


def _filled(sent: dict[str, Any]) -> dict[str, Any]:
    """As it comes back: every member, and a retention policy that nothing heeds any more."""
    off = {"enabled": False, "days": 0}
    logs = [{"category": None, "categoryGroup": None, "retentionPolicy": off, **one} for one in sent.get("logs") or []]
    metrics = [{"timeGrain": None, "retentionPolicy": off, **one} for one in sent.get("metrics") or []]
    sinks = {member: sent.get(member) for member in (*_SINKS, "eventHubName", "serviceBusRuleId")}
    kind = sent.get("logAnalyticsDestinationType")
    return {**sinks, "logAnalyticsDestinationType": kind, "logs": logs, "metrics": metrics}


def shown(_: Call, setting: dict[str, Any]) -> dict[str, Any]:
    """All of the id in lower case but for its last two parts, as Microsoft.Insights writes it.

    Source: https://github.com/Azure/azure-powershell/issues/18937
    """
    scope, _, name = setting["id"].rpartition("/")
    scope = scope.rpartition("/")[0].lower()
    return {**setting, "id": f"{scope}/diagnosticSettings/{name}", "type": "Microsoft.Insights/diagnosticSettings"}


def _hide(call: Call, before: dict[str, Any] | None) -> None:
    """For a while lists show what was there before; of several changes in that while, before the first."""
    hidden, now = call.world.remembered(Shown).before, call.world.now()
    until, first = hidden.get(call.target.key, (0.0, None))
    hidden[call.target.key] = (now + call.world.settings.lag_seconds, first if now < until else before)


def listed(call: Call) -> list[dict[str, Any]]:
    """As Azure Resource Manager's caches show them: a change may take a while to be seen.

    Source: https://learn.microsoft.com/azure/azure-resource-manager/troubleshooting/error-not-found
    """
    found = []
    for setting in of_resource(call):
        until, before = call.world.remembered(Shown).before.get(setting["id"].lower(), (0.0, None))
        seen = before if call.world.now() < until else setting
        found += [] if seen is None else [shown(call, seen)]
    return found


def of_resource(call: Call) -> Iterator[dict[str, Any]]:
    prefix = f"{call.target.parent}/providers/{KIND}/".lower()
    for key, resource in call.world.resources.items():
        if key.startswith(prefix):
            yield resource


def categories(call: Call) -> list[dict[str, Any]]:
    """What the resource can log. Only AKS's are known here."""
    scope = f"{call.target.parent}/providers/microsoft.insights/diagnosticSettingsCategories".lower()
    found = [
        (name, {"categoryType": "Logs", "categoryGroups": list(groups)})
        for name, groups in call.world.remembered(Categories).items()
    ]
    found.append(("AllMetrics", {"categoryType": "Metrics", "categoryGroups": []}))
    return [
        {"id": f"{scope}/{name}", "type": "microsoft.insights/diagnosticSettingsCategories", "name": name,
         "location": None, "kind": None, "tags": None, "identity": None, "properties": properties}
        for name, properties in found
    ]  # fmt: skip


def _refused(status: int, code: str, message: str) -> Refusal:
    return Refusal(status, code, message, bare=True)
