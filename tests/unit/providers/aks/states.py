"""What an AKS cluster can be like, and the verdict: one table, for the tests and for the page.

python -m tests.unit.providers.aks.states
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from tests.unit.providers.aks import fleet
from tests.unit.providers.aks.fleet import DEMANDED, LOGS, OTHER, RULE, STORE, setting

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.fakes.azure import Azure


@dataclass(frozen=True, slots=True)
class State:
    """``verdict``: of the audit log, as the table of ``kubewitness check`` prints it: status and rung.

    ``told``: the checks that do not pass, and how. What passes, and what does not apply, is not in it.
    """

    words: str
    make: Callable[[Azure], object]
    verdict: str
    told: dict[str, str]
    id: str = fleet.PROD


def _good(*types: str, to: dict[str, str] | None = None) -> Callable[[Azure], None]:
    def make(azure: Azure) -> None:
        fleet.cluster(azure)
        fleet.workspace(azure)
        fleet.lock(azure)
        if types:
            setting(azure, "theirs", *types, to=to)

    return make


def _on(azure: Azure, *more: Callable[[], object]) -> None:
    fleet.good(azure)
    for one in more:
        one()


def _long_ago(azure: Azure, **world: Any) -> None:
    """All that the standard asks for, set three hours ago."""
    azure.advance(-3 * 3600)
    fleet.good(azure)
    azure.advance(3 * 3600)
    azure.set(**world)


def _gone(azure: Azure) -> None:
    fleet.good(azure)
    azure.ask("DELETE", LOGS, version="2023-09-01")


def _two_places(azure: Azure) -> None:
    fleet.good(azure)
    fleet.workspace(azure, OTHER, 365)
    setting(azure, "siem", "kube-audit", to={"workspaceId": OTHER, "logAnalyticsDestinationType": "Dedicated"})


def _both(azure: Azure) -> None:
    fleet.good(azure)
    setting(azure, "more", "kube-audit-admin")


def _beside(azure: Azure) -> None:
    on = {"metrics": {"enabled": True}}
    fleet.cluster(azure, addonProfiles={"omsAgent": {"enabled": True}}, azureMonitorProfile=on)


def _storage(azure: Azure, *, locked: bool, days: int = 0) -> None:
    fleet.cluster(azure)
    fleet.account(azure)
    if days:
        fleet.delete_after(azure, days, "insights-logs-")
    if locked:
        fleet.container(azure, days=365, locked=True)
    setting(azure, "theirs", *DEMANDED, to={"storageAccountId": STORE})


def _hub(azure: Azure) -> None:
    fleet.cluster(azure)
    fleet.hub(azure)
    setting(azure, "theirs", *DEMANDED, to={"eventHubAuthorizationRuleId": RULE})


def _listed_and_off(azure: Azure) -> None:
    _good()(azure)
    setting(azure, "theirs", "guard", "kube-apiserver", off=("kube-audit",))


def _group(azure: Azure, name: str) -> None:
    _good()(azure)
    setting(azure, "theirs", group=name)


def _groups_denied(azure: Azure) -> None:
    _group(azure, "allLogs")
    azure.deny("Microsoft.Insights/diagnosticSettingsCategories/read")


_OFF: Final = {"audit-backend": "FAIL", "audit-log-types": "FAIL"}
_UNKEPT: Final = {"audit-retention": "UNKNOWN", "audit-log-protected": "UNKNOWN"}
_ALL: Final = {
    "audit-log-destination": "UNKNOWN", "audit-log-written": "UNKNOWN", "audit-log-format": "UNKNOWN", **_UNKEPT,
}  # fmt: skip
_UNKNOWN: Final = {
    "audit-backend": "UNKNOWN", "audit-log-once": "UNKNOWN", "audit-log-types": "UNKNOWN",
    "audit-policy-limits": "UNKNOWN", "audit-policy-records": "UNKNOWN",
    "audit-policy-exemptions": "UNKNOWN", **_ALL,
}  # fmt: skip

STATES: Final = (
    State("all that the standard names, in tables of their own", _good(*DEMANDED), "PASS 3", {}),
    State("the group allLogs", lambda a: _group(a, "allLogs"), "PASS 3", {"audit-log-once": "FAIL"}),
    State(
        "the group audit, which holds kube-audit now", lambda a: _group(a, "audit"), "PASS 3",
        {"audit-log-once": "FAIL", "audit-log-types": "FAIL"},
    ),
    State("no diagnostic setting", _good(), "FAIL 0", _OFF),
    State("settings, none with an audit log", _good("guard", "kube-apiserver"), "FAIL 0", _OFF),
    State("kube-audit is listed, and off", _listed_and_off, "FAIL 0", _OFF),
    State("Container Insights and Prometheus only", _beside, "FAIL 0", _OFF),
    State(
        "kube-audit-admin: who reads secrets is not seen", _good("guard", "kube-apiserver", "kube-audit-admin"),
        "FAIL 3", {"audit-log-types": "FAIL", "audit-policy-records": "FAIL"},
    ),
    State("kube-audit and kube-audit-admin in one workspace", _both, "PASS 3", {"audit-log-once": "FAIL"}),
    State("kube-audit in two workspaces", _two_places, "PASS 3", {}),
    State(
        "the shared table AzureDiagnostics", _good(*DEMANDED, to={"workspaceId": LOGS}), "PASS 3", {}
    ),
    State("the workspace has been deleted", _gone, "FAIL 1", {"audit-log-destination": "FAIL"}),
    State(
        "no event for two hours", lambda a: _long_ago(a, event_age_seconds=7200), "FAIL 2",
        {"audit-log-written": "FAIL"},
    ),
    State("no event at all", lambda a: _long_ago(a, emits=False), "FAIL 2", {"audit-log-written": "FAIL"}),
    State(
        "no event yet: the setting was written just now", lambda a: _on(a, lambda: a.set(emits=False)), "UNKNOWN 2",
        {"audit-log-written": "UNKNOWN"},
    ),
    State(
        "the cluster is stopped",
        lambda a: _on(a, lambda: a.alter(fleet.PROD, powerState={"code": "Stopped"})),
        "UNKNOWN 2", {"audit-log-written": "UNKNOWN"},
    ),
    State(
        "the table keeps 30 days",
        lambda a: _on(a, lambda: fleet.table(a, totalRetentionInDays=30, retentionInDays=30)),
        "PASS 3", {"audit-retention": "FAIL"},
    ),
    State(
        "30 days for queries, a year in all",
        lambda a: _on(a, lambda: fleet.table(a, totalRetentionInDays=365, retentionInDays=30)), "PASS 3", {},
    ),
    State(
        "the plan Basic, which takes no such query",
        lambda a: _on(a, lambda: fleet.table(a, plan="Basic", totalRetentionInDays=365)),
        "UNKNOWN 2", {"audit-log-written": "UNKNOWN"},
    ),
    State(
        "no lock on the workspace",
        lambda a: _on(a, lambda: a.ask("DELETE", f"{LOGS}/providers/Microsoft.Authorization/locks/keep-audit")),
        "PASS 3", {"audit-log-protected": "FAIL"},
    ),
    State(
        "a storage account, its policy locked", lambda a: _storage(a, locked=True), "UNKNOWN 2",
        {"audit-log-written": "UNKNOWN"},
    ),
    State(
        "a storage account that deletes after 30 days", lambda a: _storage(a, locked=False, days=30), "UNKNOWN 2",
        {"audit-log-written": "UNKNOWN", "audit-retention": "FAIL", "audit-log-protected": "FAIL"},
    ),
    State("an event hub only", _hub, "UNKNOWN 2", {"audit-log-written": "UNKNOWN", **_UNKEPT}),
    State(
        "the settings may not be read",
        lambda a: _on(a, lambda: a.deny("Microsoft.Insights/diagnosticSettings/read")), "UNKNOWN -", _UNKNOWN,
    ),
    State(
        "what the groups hold may not be read",
        _groups_denied,
        "UNKNOWN -", _UNKNOWN,
    ),
    State(
        "the workspace may not be read",
        lambda a: _on(a, lambda: a.deny("Microsoft.OperationalInsights/workspaces/read")), "UNKNOWN 1", _ALL,
    ),
    State(
        "the events may not be read", lambda a: _on(a, lambda: a.deny("Microsoft.Insights/logs/AKSAudit/read")),
        "UNKNOWN 2", {"audit-log-written": "UNKNOWN"},
    ),
    State(
        "the cluster is being deleted",
        lambda a: _on(a, lambda: a.alter(fleet.PROD, provisioningState="Deleting")), "NOT_APPLICABLE -", {},
    ),
    State(
        "connected by Azure Arc",
        lambda a: a.put(fleet.ARC, {"location": "x", "properties": {"distribution": "k3s"}}, version="2024-01-01"),
        "NOT_APPLICABLE -", {}, fleet.ARC,
    ),
)  # fmt: skip


def page() -> str:
    """The table in Markdown."""
    rows = []
    for state in STATES:
        told = ", ".join(f"`{check}` {status}" for check, status in sorted(state.told.items()))
        told = "everything UNKNOWN, with the permission" if len(state.told) == len(_UNKNOWN) else told
        rows.append(f"| {state.words} | {state.verdict} | {told} |")
    return "\n".join(["| the cluster | audit log | what does not pass |", "| --- | --- | --- |", *rows, ""])


if __name__ == "__main__":
    print(page(), end="")  # noqa: T201
