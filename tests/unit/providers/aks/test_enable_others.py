"""The deploy on AKS while somebody else works there too, over the wire: nothing of theirs is lost."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from kubewitness.enabling import Deadline
from kubewitness.errors import KubewitnessError
from kubewitness.managedplan import LengthenRetention, SwitchOn
from kubewitness.providers.aks import connections
from tests.unit.providers.aks import fleet
from tests.unit.providers.aks.bringing import bring, on, refusal, table, written
from tests.unit.providers.aks.fleet import DEMANDED, LOGS, OTHER, PROD, SETTINGS, reached, setting, settings

if TYPE_CHECKING:
    from collections.abc import Callable

    from kubewitness.managedplan import Step
    from tests.fakes.azure import Azure

AUDIT = f"{LOGS}/tables/AKSAudit"
LONGER = f"{LOGS}2"
TABLES_WRITE = "Microsoft.OperationalInsights/workspaces/tables/write"
LATE = 600
"""Seconds for which a list shows what was: longer than any test."""


def by_name(azure: Azure) -> dict[str, Any]:
    return dict(azure.ask("GET", f"{PROD}/{SETTINGS}/kubewitness")[1]["properties"])


def now_on(azure: Azure) -> set[str]:
    """What our setting has on, whatever the list shows."""
    return {one["category"] for one in by_name(azure)["logs"] if one["enabled"]}


def carry_out(step: Step, tell: Callable[[str], object] = str) -> None:
    reached(destination=LOGS).carry_out(step, Deadline(20), lambda said: void(tell(said)))


def void(_: object) -> None:
    """What a deed of somebody else answers is of no interest."""


def test_what_a_late_list_does_not_show_yet_stays_on(new: Azure) -> None:
    setting(new, "kubewitness", "kube-audit")
    new.set(lag_seconds=LATE)
    setting(new, "kubewitness", "kube-audit", "kube-scheduler", "karpenter-events")

    carry_out(SwitchOn(("guard",)))

    assert on(new) == {"kube-audit"}, "the list is late"
    assert now_on(new) == {"kube-audit", "kube-scheduler", "karpenter-events", "guard"}


def test_a_setting_that_the_list_does_not_show_yet_is_extended(new: Azure) -> None:
    new.set(lag_seconds=LATE)
    setting(new, "kubewitness", "kube-scheduler")

    carry_out(SwitchOn(("guard",)))

    assert now_on(new) == {"kube-scheduler", "guard"}


def test_a_setting_that_goes_elsewhere_now_is_not_led_away_by_a_late_list(new: Azure) -> None:
    fleet.workspace(new, OTHER)
    setting(new, "kubewitness", "guard")
    new.set(lag_seconds=LATE)
    setting(new, "kubewitness", "guard", to={"workspaceId": OTHER})

    with pytest.raises(KubewitnessError, match=f"sends to {OTHER}, and host data destination names {LOGS}"):
        carry_out(SwitchOn(("kube-audit",)))

    assert by_name(new)["workspaceId"] == OTHER


def test_what_somebody_else_overwrites_at_the_same_time_is_put_back(
    new: Azure, monkeypatch: pytest.MonkeyPatch
) -> None:
    write, theirs = connections.Arm.write, [("karpenter-events",)]
    setting(new, "kubewitness", "kube-scheduler")

    def then_they(self: connections.Arm, *request: Any) -> None:
        write(self, *request)
        if theirs:
            setting(new, "kubewitness", *theirs.pop())

    monkeypatch.setattr(connections.Arm, "write", then_they)

    carry_out(SwitchOn(("guard",)))

    assert now_on(new) == {"kube-scheduler", "karpenter-events", "guard"}


REFUSALS = (("Conflict", 409), ("TooManyRequests", 429), ("InternalServerError", 500))
"""After which a change is tried again; and none of them by the SDK, which would repeat it unread."""


@pytest.mark.parametrize(("code", "status"), REFUSALS)
def test_what_somebody_else_switches_on_while_we_wait_stays_on(new: Azure, code: str, status: int) -> None:
    new.fail("Microsoft.Insights/diagnosticSettings/write", code=code, status=status, message="Later.", times=1)

    carry_out(SwitchOn(("guard",)), lambda _: setting(new, "kubewitness", "kube-scheduler"))

    assert now_on(new) == {"kube-scheduler", "guard"}


def test_an_answer_that_was_lost_is_read_and_nothing_sent_again(new: Azure) -> None:
    new.lose("Microsoft.Insights/diagnosticSettings/write", times=1)

    carry_out(SwitchOn(("guard",)))

    assert new.calls()["Microsoft.Insights/diagnosticSettings/write"] == 1
    assert now_on(new) == {"guard"}


@pytest.mark.parametrize(("code", "status"), REFUSALS)
@pytest.mark.parametrize(("theirs", "after"), [(730, 730), (60, 90)])
def test_a_retention_that_was_changed_while_we_waited_is_not_shortened(
    azure: Azure, theirs: int, after: int, code: str, status: int
) -> None:
    fleet.workspace(azure, days=30)
    azure.fail(TABLES_WRITE, code=code, status=status, message="Later.", times=1)

    carry_out(LengthenRetention(AUDIT, 30, 90), lambda _: fleet.table(azure, totalRetentionInDays=theirs))

    assert table(azure)["totalRetentionInDays"] == after


def test_a_retention_that_is_longer_since_the_plan_was_made_is_not_shortened(azure: Azure) -> None:
    fleet.workspace(azure, days=30)
    fleet.table(azure, totalRetentionInDays=365)
    azure.forget_calls()

    carry_out(LengthenRetention(AUDIT, 30, 90))

    assert table(azure)["totalRetentionInDays"] == 365
    assert written(azure) == set()


def test_a_workspace_is_there_though_one_whose_name_begins_alike_is_gone(new: Azure) -> None:
    fleet.workspace(new, OTHER)
    fleet.workspace(new, LONGER)
    setting(new, "kubewitness", "guard", "kube-apiserver")
    setting(new, "theirs", "kube-audit", to={"workspaceId": LONGER, "logAnalyticsDestinationType": "Dedicated"})
    new.ask("DELETE", LONGER, version="2023-09-01")
    route = reached(destination=OTHER).observe().route

    said = refusal(destination=OTHER)

    assert f"sends to {LOGS}, and host data destination names {OTHER}" in said
    assert route is not None
    assert route.obstacle == said
    assert settings(new)["kubewitness"]["workspaceId"] == LOGS


def test_a_setting_is_not_led_away_from_a_workspace_that_may_be_there(new: Azure) -> None:
    """Of a subscription that the credentials are not shown, Azure says that there is none."""
    fleet.workspace(new, OTHER)
    setting(new, "kubewitness", *DEMANDED, to={"workspaceId": OTHER})
    said = "The subscription could not be found."
    read = "Microsoft.OperationalInsights/workspaces/read"
    new.fail(read, code="SubscriptionNotFound", status=404, message=said, name="other")

    with pytest.raises(KubewitnessError, match=r"SubscriptionNotFound.*not changed, as it could not be read"):
        carry_out(SwitchOn(("kube-scheduler",)))

    assert bring() == []
    assert settings(new)["kubewitness"]["workspaceId"] == OTHER


def test_a_group_that_no_category_names_is_left_on(new: Azure) -> None:
    setting(new, "kubewitness", group="allLogs")
    new.set_categories({name: [] for name in DEMANDED})
    new.forget_calls()

    with pytest.raises(KubewitnessError, match=r"kubewitness: .* the group alllogs holds: not changed"):
        carry_out(SwitchOn(("guard",)))

    assert "does not say what the group alllogs holds: not changed" in refusal()
    assert written(new) == set()
