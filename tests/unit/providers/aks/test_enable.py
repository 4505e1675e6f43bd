"""An AKS cluster brought to a standard, over the wire: what is changed, and what stays."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.unit.providers.aks import fleet
from tests.unit.providers.aks.bringing import ON, WRITES, bring, notes, on, refusal, table, written
from tests.unit.providers.aks.fleet import ARC, DEMANDED, LOGS, OTHER, PROD, RULE, STORE, setting, settings

if TYPE_CHECKING:
    from tests.fakes.azure import Azure


def test_a_new_cluster_logs_into_tables_of_their_own(new: Azure) -> None:
    told = bring()

    assert told == [ON]
    made = settings(new)["kubewitness"]
    assert (made["workspaceId"], made["logAnalyticsDestinationType"]) == (LOGS, "Dedicated")
    assert on(new) == set(DEMANDED)


def test_the_second_time_nothing_is_written(new: Azure) -> None:
    bring()
    new.forget_calls()

    assert bring() == []
    assert written(new) == set()


def test_nothing_but_what_is_declared_is_written(new: Azure) -> None:
    fleet.workspace(new, days=30)
    new.forget_calls()

    bring()

    assert written(new) == WRITES


@pytest.mark.parametrize("to", [STORE, RULE])
def test_other_places_do_as_well(azure: Azure, to: str) -> None:
    fleet.cluster(azure)
    fleet.account(azure)
    fleet.hub(azure)

    bring(destination=to)

    made = settings(azure)["kubewitness"]
    assert to in (made["storageAccountId"], made["eventHubAuthorizationRuleId"])
    assert bring(destination=to) == []


def test_what_any_setting_sends_is_not_sent_again(new: Azure) -> None:
    setting(new, "theirs", "kube-audit", "guard")

    bring()

    assert on(new) == {"kube-apiserver"}
    assert on(new, "theirs") == {"kube-audit", "guard"}


def test_a_group_that_is_on_counts_as_all_that_it_holds(new: Azure) -> None:
    setting(new, "theirs", group="allLogs")

    assert bring() == []
    assert list(settings(new)) == ["theirs"]


def test_our_setting_keeps_what_it_has(new: Azure) -> None:
    fleet.account(new)
    logs = [{"category": "cluster-autoscaler", "enabled": True}, {"category": "guard", "enabled": False}]
    metrics = [{"category": "AllMetrics", "enabled": True}]
    new.ask(
        "PUT",
        f"{PROD}/{fleet.SETTINGS}/KubeWitness",
        {"properties": {"storageAccountId": STORE, "logs": logs, "metrics": metrics}},
    )

    bring()

    found = settings(new)
    assert list(found) == ["KubeWitness"]
    assert on(new, "KubeWitness") == {"cluster-autoscaler", *DEMANDED}
    mine = found["KubeWitness"]
    assert (mine["storageAccountId"], mine["workspaceId"]) == (STORE, LOGS)
    assert [(one["category"], one["enabled"]) for one in mine["metrics"]] == [("AllMetrics", True)]


def test_groups_of_our_setting_are_named_one_by_one_where_more_is_added(new: Azure) -> None:
    """Azure takes no mix of categories and groups."""
    new.set_categories({name: ["audit"] if name in ("kube-audit", "guard") else [] for name in DEMANDED})
    setting(new, "kubewitness", group="audit")

    bring()

    assert on(new) == set(DEMANDED)


def test_the_tables_of_our_setting_stay_what_they_were(new: Azure) -> None:
    setting(new, "kubewitness", "guard", to={"workspaceId": LOGS})

    bring()

    assert settings(new)["kubewitness"]["logAnalyticsDestinationType"] is None


def test_with_kube_audit_admin_on_what_records_the_reads_is_added_and_the_double_is_said(new: Azure) -> None:
    setting(new, "theirs", "kube-audit-admin", "guard", "kube-apiserver")

    bring()

    assert on(new) == {"kube-audit"}
    assert on(new, "theirs") == {"kube-audit-admin", "guard", "kube-apiserver"}
    assert any("gets kube-audit and kube-audit-admin" in note for note in notes())


@pytest.mark.parametrize(("before", "after"), [(30, 90), (90, 90), (365, 365)])
def test_a_retention_is_lengthened_and_never_shortened(azure: Azure, before: int, after: int) -> None:
    fleet.cluster(azure)
    fleet.workspace(azure, days=before)

    told = bring()

    assert table(azure)["totalRetentionInDays"] == after
    expected = [f"keep {LOGS}/tables/AKSAudit 90 days instead of 30"] if before < after else []
    assert told == [*expected, ON]


def test_days_for_queries_stay_as_they_are(azure: Azure) -> None:
    fleet.cluster(azure)
    fleet.workspace(azure, days=30)

    bring()

    found = table(azure)
    assert (found["retentionInDays"], found["totalRetentionInDays"]) == (30, 90)
    assert table(azure, "AzureDiagnostics")["totalRetentionInDays"] == 30


def test_the_retention_of_a_place_that_host_data_does_not_name_is_left_alone(new: Azure) -> None:
    fleet.workspace(new, OTHER, days=30)
    setting(new, "theirs", *DEMANDED, to={"workspaceId": OTHER, "logAnalyticsDestinationType": "Dedicated"})

    assert bring() == []
    assert table(new, of=OTHER)["totalRetentionInDays"] == 30
    assert any("its owner keeps it longer" in note for note in notes())


def test_a_place_that_has_been_deleted_is_left_for_the_one_that_is_named(new: Azure) -> None:
    fleet.workspace(new, OTHER)
    setting(new, "theirs", *DEMANDED, to={"workspaceId": OTHER})
    new.ask("DELETE", OTHER, version="2023-09-01")

    bring()

    assert on(new) == {"kube-audit"}
    assert on(new, "theirs") == set(DEMANDED)


def test_our_own_setting_is_led_away_from_what_has_been_deleted(new: Azure) -> None:
    fleet.workspace(new, OTHER)
    setting(new, "kubewitness", *DEMANDED, to={"workspaceId": OTHER})
    new.ask("DELETE", OTHER, version="2023-09-01")

    bring()

    assert settings(new)["kubewitness"]["workspaceId"] == LOGS


def test_our_own_setting_is_not_led_away_from_what_is_there(new: Azure) -> None:
    fleet.workspace(new, OTHER)
    setting(new, "kubewitness", "guard", to={"workspaceId": OTHER})
    new.forget_calls()

    said = refusal()

    assert f"sends to {OTHER}, and host data destination names {LOGS}" in said
    assert written(new) == set()


def test_locks_and_keys_are_left_to_their_owner_and_said(new: Azure) -> None:
    bring()

    assert any("deletion protection: off: put a lock on it: az resource lock create" in note for note in notes())


def test_a_connected_cluster_is_left_alone(azure: Azure) -> None:
    azure.put(ARC, {"location": "x", "properties": {}}, version="2024-01-01")

    assert bring(id=ARC) == []
