"""What stands against bringing an AKS cluster to a standard, over the wire: each refusal by its name."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from kubewitness.errors import KubewitnessError
from tests.unit.providers.aks import fleet
from tests.unit.providers.aks.bringing import ON, WRITES, bring, on, refusal, table, written
from tests.unit.providers.aks.fleet import DEMANDED, LOGS, OTHER, setting

if TYPE_CHECKING:
    from tests.fakes.azure import Azure


def test_without_a_destination_nothing_is_switched_on(new: Azure) -> None:
    assert "name a workspace or a storage account as host data destination" in refusal(destination="")
    assert written(new) == set()


def test_a_destination_that_does_not_exist_is_refused_and_not_made(new: Azure) -> None:
    assert refusal(destination=OTHER) == f"{OTHER} does not exist: make it, or name another as host data destination"
    assert written(new) == set()


def test_five_settings_are_all_that_azure_takes(new: Azure) -> None:
    for number in range(5):
        setting(new, f"s{number}", LOG[number])
    new.forget_calls()

    said = refusal()

    assert said.startswith(
        "there are 5 diagnostic settings already, which is all that Azure takes: delete one of s0, s1"
    )
    assert written(new) == set()


LOG = ("cluster-autoscaler", "kube-scheduler", "csi-azuredisk-controller", "karpenter-events", "fleet-member-agent")


def test_one_of_five_that_is_ours_is_extended(new: Azure) -> None:
    for number, name in enumerate(("kubewitness", "s1", "s2", "s3", "s4")):
        setting(new, name, LOG[number])

    bring()

    assert on(new) == {LOG[0], *DEMANDED}


def test_a_sixth_that_somebody_was_quicker_with_is_named(new: Azure) -> None:
    said = "The limit of 5 diagnostic settings was reached."
    new.fail("Microsoft.Insights/diagnosticSettings/write", code="Conflict", status=409, message=said)

    assert "Conflict: The limit of 5 diagnostic settings was reached.: Azure takes 5" in refusal()


def test_a_data_sink_that_is_used_already_is_named(new: Azure) -> None:
    said = "Data sink 'x' is already used in diagnostic setting 'theirs' for category 'kube-audit'."
    new.fail("Microsoft.Insights/diagnosticSettings/write", code="Conflict", status=409, message=said)

    found = refusal()

    assert found.startswith("Microsoft.Insights/diagnosticSettings/write: Conflict: Data sink 'x' is already used")
    assert found.endswith("take it out of one, or name another host data destination")


def test_a_category_that_the_cluster_does_not_offer_is_named(new: Azure) -> None:
    new.set_categories({"kube-audit": ["audit"]})

    assert refusal().endswith("this cluster does not offer it: take it out of the standard's log_types")


def test_a_list_that_shows_the_setting_late_is_read_again(new: Azure) -> None:
    new.set(lag_seconds=1)

    assert bring() == [ON]
    assert on(new) == set(DEMANDED)


def test_a_setting_that_is_never_shown_is_an_error(new: Azure) -> None:
    new.set(lag_seconds=600)

    assert f"still not to be seen: {ON}" in refusal(wait=1)


@pytest.mark.parametrize("action", sorted(WRITES))
def test_an_answer_that_was_lost_makes_no_difference(azure: Azure, action: str) -> None:
    fleet.cluster(azure)
    fleet.workspace(azure, days=30)
    azure.lose(action, times=1)

    try:
        bring()
    except KubewitnessError as error:
        assert "run again: what is done stays done" in str(error)  # noqa: PT017  either may be
        bring()

    assert bring() == []


@pytest.mark.parametrize("action", sorted(WRITES))
def test_a_permission_that_is_missing_is_named(azure: Azure, action: str) -> None:
    fleet.cluster(azure)
    fleet.workspace(azure, days=30)
    azure.deny(action)

    said = refusal()

    assert said.startswith(f"{action}: AuthorizationFailed")
    assert "grant it: kubewitness permissions azure --enforce" in said


def test_a_permission_on_the_place_that_azure_asks_for_itself_is_named(new: Azure) -> None:
    wanted = "Microsoft.OperationalInsights/workspaces/sharedKeys/action"
    said = (
        "The client has permission to perform action 'Microsoft.Insights/diagnosticSettings/write'; however, it does "
        f"not have permission to perform action(s) '{wanted}' on the linked scope(s)."
    )
    code = "LinkedAuthorizationFailed"
    new.fail("Microsoft.Insights/diagnosticSettings/write", code=code, status=403, message=said)

    assert refusal().startswith(f"{wanted}: {code}")


def test_throttling_that_does_not_end_is_named(new: Azure) -> None:
    new.throttle("Microsoft.Insights/diagnosticSettings/write", seconds=1)

    said = refusal(wait=1)

    assert said.startswith("Microsoft.Insights/diagnosticSettings/write: SubscriptionRequestsThrottled")
    assert "run again later" in said


def test_throttling_is_waited_out(new: Azure) -> None:
    new.throttle("Microsoft.Insights/diagnosticSettings/write", times=2, seconds=1)

    assert bring() == [ON]


def test_a_pause_that_is_longer_than_a_cluster_may_take_is_not_waited_for(new: Azure) -> None:
    new.throttle("Microsoft.Insights/diagnosticSettings/write", seconds=3600)

    assert "not to be waited out in 20 s" in refusal()


def test_credentials_that_expire_on_the_way(new: Azure) -> None:
    said = "The access token expiry UTC time is earlier than current UTC time."
    new.fail("Microsoft.Insights/diagnosticSettings/write", code="ExpiredAuthenticationToken", status=401, message=said)

    assert refusal().endswith("run again: what is done stays done")


def test_two_changes_of_a_table_at_once_are_tried_again(azure: Azure) -> None:
    fleet.cluster(azure)
    fleet.workspace(azure, days=30)
    said = "Another operation is in progress."
    azure.fail(
        "Microsoft.OperationalInsights/workspaces/tables/write", code="Conflict", status=409, message=said, times=1
    )

    bring()

    assert table(azure)["totalRetentionInDays"] == 90


def test_a_change_of_a_table_that_does_not_end_is_named(azure: Azure) -> None:
    fleet.cluster(azure)
    fleet.workspace(azure, days=30)
    said = "Another operation is in progress."
    azure.fail("Microsoft.OperationalInsights/workspaces/tables/write", code="Conflict", status=409, message=said)

    assert "not to be waited out in 1 s: run again later" in refusal(wait=1)


def test_what_is_done_before_a_refusal_is_said(azure: Azure) -> None:
    fleet.cluster(azure)
    fleet.workspace(azure, days=30)
    azure.deny("Microsoft.Insights/diagnosticSettings/write")

    assert refusal().endswith(f" (done before: keep {LOGS}/tables/AKSAudit 90 days instead of 30)")


@pytest.mark.parametrize(
    "action", ["Microsoft.Insights/diagnosticSettings/read", "Microsoft.OperationalInsights/workspaces/read"]
)
def test_what_could_not_be_read_is_not_changed(new: Azure, action: str) -> None:
    new.deny(action)

    assert refusal().endswith("not changed, as it could not be read")
    assert written(new) == set()


def test_groups_that_cannot_be_resolved_are_not_added_to(new: Azure) -> None:
    setting(new, "theirs", group="allLogs")
    new.deny("Microsoft.Insights/diagnosticSettingsCategories/read")
    new.forget_calls()

    assert "Microsoft.Insights/diagnosticSettingsCategories/read: AuthorizationFailed" in refusal()
    assert written(new) == set()
