"""An AKS cluster as it is read, over the wire."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from kubewitness.model import Unread
from kubewitness.providers.aks.settings import ALL, AUDIT_TYPES, LOG_TYPES
from tests.unit.providers.aks import fleet
from tests.unit.providers.aks.fleet import ARC, CONTAINER, LOGS, OTHER, PROD, STORE, destination, reached, setting

if TYPE_CHECKING:
    from tests.fakes.azure import Azure

TABLE = f"{LOGS}/tables/AKSAudit"
CLUSTERS = "Microsoft.ContainerService/managedClusters/read"


def test_a_cluster_with_everything_on(azure: Azure) -> None:
    fleet.good(azure)

    found = reached().observe()

    assert isinstance(found.log_types, dict)
    assert {name for name, on in found.log_types.items() if on} == set(fleet.DEMANDED)
    assert (found.audit_types, found.unrecorded, found.doubles) == (frozenset({ALL}), (), ())
    table = destination(found)
    assert (table.id, table.exists, table.retention_days, table.key) == (TABLE, True, 90, "")
    assert (table.undeletable, isinstance(table.last_event, str)) == (True, True)
    assert table.details == (
        "plan Analytics, 90 days for queries, 90 in all",
        "diagnostic setting theirs: guard, kube-apiserver, kube-audit",
    )


def test_each_call_is_made_once(azure: Azure) -> None:
    fleet.good(azure)
    azure.forget_calls()

    reached().observe()

    calls = {action: count for action, count in azure.calls(outcome="ok").items() if action != "token"}
    assert set(calls.values()) == {1}
    assert len(calls) == 6


def test_what_a_group_holds_is_asked_at_run_time(azure: Azure) -> None:
    fleet.good(azure)
    azure.set_categories({"kube-audit": ["audit"], "brand-new": ["audit", "allLogs"]})
    setting(azure, group="audit")

    types = reached().observe().log_types

    assert isinstance(types, dict)
    assert {name for name, on in types.items() if on} == {"kube-audit", "brand-new"}
    assert set(LOG_TYPES) < set(types)


def test_a_group_that_holds_no_audit_log_is_none(azure: Azure) -> None:
    fleet.good(azure)
    azure.set_categories({"kube-audit": [], "guard": ["audit"]})
    setting(azure, group="audit")

    assert reached().observe().audit_on is False


def test_a_group_that_no_category_names_is_not_off(azure: Azure) -> None:
    fleet.good(azure)
    setting(azure, group="allLogs")
    azure.set_categories({"kube-audit": [], "guard": ["audit"]})

    found = reached().observe()

    for part in (found.audit_on, found.destinations, found.unrecorded, found.doubles):
        assert isinstance(part, Unread)
        assert "diagnosticSettingsCategories does not say what the group alllogs holds" in part.detail


def test_a_retention_that_nobody_says_is_not_for_ever(azure: Azure) -> None:
    fleet.good(azure)
    azure.alter(LOGS, retentionInDays=None)
    azure.alter(TABLE, retentionInDays=None, totalRetentionInDays=None)

    found = destination(reached().observe())

    assert isinstance(found.retention_days, Unread)
    assert "no totalRetentionInDays" in found.retention_days.detail
    assert found.details[0] == "plan Analytics"


def test_groups_are_asked_for_only_where_one_is_used(azure: Azure) -> None:
    fleet.good(azure)

    reached().observe()

    assert "Microsoft.Insights/diagnosticSettingsCategories/read" not in azure.calls()


def test_a_group_that_cannot_be_resolved_hides_nothing_that_is_named(azure: Azure) -> None:
    fleet.good(azure)
    fleet.workspace(azure, OTHER)
    setting(azure, "grouped", group="allLogs", to={"workspaceId": OTHER})
    azure.deny("Microsoft.Insights/diagnosticSettingsCategories/read")

    found = reached().observe()

    assert isinstance(found.log_types, dict)
    assert found.log_types["kube-audit"] is True
    assert isinstance(found.log_types["kube-scheduler"], Unread)


def test_who_reads_is_not_recorded_by_kube_audit_admin(azure: Azure) -> None:
    fleet.good(azure)
    setting(azure, "theirs", "kube-audit-admin")

    found = reached().observe()

    assert isinstance(found.unrecorded, tuple)
    left_out = {item.probe for item in found.unrecorded}
    assert {"secrets-get", "secrets-list", "exec-get", "failed-login"} <= left_out
    assert not {"secrets-watch", "secrets-create", "exec-create"} & left_out
    assert found.audit_types == AUDIT_TYPES
    assert destination(found).id == f"{LOGS}/tables/AKSAuditAdmin"


@pytest.mark.parametrize("written", ["OmsAgent", "omsagent", "omsAgent"])
def test_what_is_no_audit_log_is_named_however_it_is_written(azure: Azure, written: str) -> None:
    defender = {"defender": {"securityMonitoring": {"enabled": True}}}
    fleet.cluster(azure, addonProfiles={written: {"enabled": True}}, securityProfile=defender)

    found = reached().observe()

    assert found.beside == ("Container Insights", "Microsoft Defender")
    assert found.audit_on is False


def test_an_id_in_another_case_is_the_same_cluster(azure: Azure) -> None:
    fleet.good(azure)

    found = reached(id=PROD.upper().replace("/SUBSCRIPTIONS", "/subscriptions")).observe()

    assert found.audit_on is True
    assert isinstance(destination(found).last_event, str)


def test_a_cluster_is_found_by_its_name_and_group(azure: Azure) -> None:
    fleet.good(azure)

    found = reached("@managed/prod", id="", subscription=PROD.split("/")[2], resource_group="shop").observe()

    assert found.audit_on is True


@pytest.mark.parametrize("locked", [True, False])
def test_a_storage_account_is_protected_by_a_policy_that_is_locked(azure: Azure, locked: bool) -> None:
    fleet.cluster(azure)
    fleet.account(azure)
    fleet.container(azure, days=365, locked=locked)
    setting(azure, "theirs", "kube-audit", to={"storageAccountId": STORE})

    blobs = destination(reached().observe())

    assert (blobs.id, blobs.exists, blobs.undeletable, blobs.retention_days) == (CONTAINER, True, locked, None)


def test_a_policy_of_the_whole_account_counts_too(azure: Azure) -> None:
    policy = {"immutabilityPeriodSinceCreationInDays": 365, "state": "Locked"}
    fleet.cluster(azure)
    fleet.account(azure, immutableStorageWithVersioning={"enabled": True, "immutabilityPolicy": policy})
    setting(azure, "theirs", "kube-audit", to={"storageAccountId": STORE})

    assert destination(reached().observe()).undeletable is True


@pytest.mark.parametrize(
    ("prefix", "locked", "kept"),
    [
        ("insights-logs-kube-audit", False, 30),
        ("insights-", False, 30),
        ("other/", False, None),
        ("insights-", True, 365),
    ],
)
def test_what_deletes_blobs_is_their_retention(azure: Azure, prefix: str, locked: bool, kept: int | None) -> None:
    """No blob goes before its immutability ends."""
    fleet.cluster(azure)
    fleet.account(azure)
    fleet.container(azure, days=365, locked=locked)
    fleet.delete_after(azure, 30, prefix)
    setting(azure, "theirs", "kube-audit", to={"storageAccountId": STORE})

    assert destination(reached().observe()).retention_days == kept


def test_keys_of_the_customer(azure: Azure) -> None:
    dedicated = f"{fleet.GROUP}/providers/Microsoft.OperationalInsights/clusters/own"
    keys = {"keyVaultProperties": {"keyVaultUri": "https://vault/", "keyName": "logs"}}
    azure.put(dedicated, {"location": "x", "properties": keys}, version="2023-09-01")
    encryption = {"keySource": "Microsoft.Keyvault", "keyvaultproperties": {"keyvaulturi": "https://v", "keyname": "k"}}
    fleet.cluster(azure)
    fleet.workspace(azure, features={"clusterResourceId": dedicated})
    fleet.account(azure, encryption=encryption)
    to = {"workspaceId": LOGS, "storageAccountId": STORE}
    setting(azure, "theirs", "kube-audit", to=to)

    places = reached().observe().destinations

    assert isinstance(places, tuple)
    assert [place.key for place in places] == ["https://vault/keys/logs", "https://v/keys/k"]


@pytest.mark.parametrize("scope", [LOGS, fleet.GROUP, "/".join(fleet.GROUP.split("/")[:3])])
def test_a_lock_holds_wherever_above_it_is(azure: Azure, scope: str) -> None:
    fleet.good(azure)
    azure.ask("DELETE", f"{LOGS}/providers/Microsoft.Authorization/locks/keep-audit")
    path = f"{scope}/providers/Microsoft.Authorization/locks/keep"
    azure.ask("PUT", path, {"properties": {"level": "ReadOnly"}}, version="2016-09-01")

    assert destination(reached().observe()).undeletable is True


def test_a_lock_on_a_neighbour_is_none(azure: Azure) -> None:
    fleet.good(azure)
    azure.ask("DELETE", f"{LOGS}/providers/Microsoft.Authorization/locks/keep-audit")
    fleet.workspace(azure, f"{LOGS}-2")
    fleet.lock(azure, f"{LOGS}-2")

    assert destination(reached().observe()).undeletable is False


def test_the_last_event_is_looked_for_further_back_where_there_is_none_of_today(azure: Azure) -> None:
    fleet.good(azure)
    azure.set(event_age_seconds=5 * 86400)

    assert isinstance(destination(reached().observe()).last_event, str)
    assert azure.calls()["Microsoft.Insights/logs/AKSAudit/read"] == 2


def test_when_a_setting_was_written_is_asked_only_where_no_event_is_recent(azure: Azure) -> None:
    fleet.good(azure)

    reached().observe()
    before = dict(azure.calls())
    azure.set(event_age_seconds=600)
    found = reached().observe()

    assert "Microsoft.Insights/eventtypes/values/read" not in before
    assert found.changed is not None


def test_a_table_that_takes_no_usual_query_is_not_asked(azure: Azure) -> None:
    fleet.good(azure)
    fleet.table(azure, plan="Basic", totalRetentionInDays=365)

    last = destination(reached().observe()).last_event

    assert isinstance(last, Unread)
    assert "on the plan Basic, which takes no such query" in last.detail
    assert "Microsoft.Insights/logs/AKSAudit/read" not in azure.calls()


def test_a_stopped_cluster_is_not_asked_for_events(azure: Azure) -> None:
    fleet.good(azure)
    azure.alter(PROD, powerState={"code": "Stopped"})

    last = destination(reached().observe()).last_event

    assert isinstance(last, Unread)
    assert "the cluster is stopped" in last.detail


def test_an_event_in_another_workspace_is_none_of_this_one(azure: Azure) -> None:
    fleet.good(azure)
    fleet.workspace(azure, OTHER)
    setting(azure, "siem", "kube-audit", to={"workspaceId": OTHER, "logAnalyticsDestinationType": "Dedicated"})
    azure.ask("DELETE", OTHER, version="2023-09-01")

    places = reached().observe().destinations

    assert isinstance(places, tuple)
    assert [(place.exists, isinstance(place.last_event, str)) for place in places] == [(True, True), (False, False)]


def test_pages_are_followed_and_empty_ones_too(azure: Azure) -> None:
    fleet.good(azure)
    setting(azure, "more", "cluster-autoscaler")
    for size in (1, 0):
        azure.truncate("*", size=size)

        types = reached().observe().log_types

        assert isinstance(types, dict)
        assert (types["kube-audit"], types["cluster-autoscaler"]) == (True, True)
        azure.heal()


def test_a_connected_cluster_is_asked_nothing_more(azure: Azure) -> None:
    azure.put(ARC, {"location": "x", "properties": {"distribution": "k3s"}}, version="2024-01-01")
    azure.forget_calls()

    found = reached(id=ARC).observe()

    assert found.not_loggable == "connected by Azure Arc, runs elsewhere (k3s)"
    assert set(azure.calls()) - {"token"} == {"Microsoft.Kubernetes/connectedClusters/read"}
