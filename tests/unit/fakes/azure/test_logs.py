"""What the fake Azure says of events, of changes and of locks."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import pytest

from tests.fakes.azure.handle import SUBSCRIPTION
from tests.unit.fakes.azure.asking import (
    PROD,
    SETTINGS,
    WORKSPACE,
    code,
    make_cluster,
    make_workspace,
    put_setting,
    setting,
)

if TYPE_CHECKING:
    from tests.fakes.azure import Azure

NEWEST = "AKSAudit | summarize Last = max(TimeGenerated) by TenantId"
CHANGES = f"/subscriptions/{SUBSCRIPTION}/providers/Microsoft.Insights/eventtypes/management/values"


@pytest.fixture
def logging(azure: Azure) -> Azure:
    """A cluster whose audit log has a table of its own."""
    make_cluster(azure)
    make_workspace(azure)
    put_setting(azure, "audit", setting("kube-audit", logAnalyticsDestinationType="Dedicated"))
    return azure


def ask(azure: Azure, query: str = NEWEST, span: str = "P1D") -> tuple[int, Any]:
    asked = urlencode({"query": query, "timespan": span})
    path = f"{azure.endpoint}{PROD}/providers/Microsoft.Insights/logs?{asked}"
    return azure.ask("GET", path, version="2018-03-01-preview")


def rows(answer: tuple[int, Any]) -> list[Any]:
    status, body = answer
    assert status == 200, body
    return list(body["tables"][0]["rows"])


def test_the_newest_event_is_told_for_each_workspace(logging: Azure) -> None:
    number = logging.ask("GET", WORKSPACE, version="2023-09-01")[1]["properties"]["customerId"]

    ((found, last),) = rows(ask(logging))

    assert found == number
    assert abs(datetime.now(UTC) - timedelta(seconds=60) - datetime.fromisoformat(last)) < timedelta(seconds=30)


@pytest.mark.parametrize("table", ["AKSAuditAdmin"])
def test_events_lie_in_the_table_of_their_category(logging: Azure, table: str) -> None:
    assert rows(ask(logging, NEWEST.replace("AKSAudit", table))) == []


def test_older_events_take_a_longer_look(logging: Azure) -> None:
    logging.set(event_age_seconds=2 * 86400)

    assert rows(ask(logging)) == []
    assert len(rows(ask(logging, span="P30D"))) == 1


def test_a_table_is_denied_by_its_name(logging: Azure) -> None:
    logging.deny("Microsoft.Insights/logs/AKSAudit/read")

    assert code(ask(logging)) == (403, "AuthorizationFailed")


def test_another_question_is_not_understood(logging: Azure) -> None:
    assert code(ask(logging, "AKSAudit | take 1")) == (400, "BadArgumentError")


def test_when_a_setting_was_written(logging: Azure) -> None:
    now = datetime.now(UTC)
    since, until = now - timedelta(hours=1), now + timedelta(hours=1)
    span = f"eventTimestamp ge '{since.isoformat()}' and eventTimestamp le '{until.isoformat()}'"
    asked = urlencode({"$filter": f"{span} and resourceUri eq '{PROD}/{SETTINGS}/audit'"})

    status, answer = logging.ask("GET", f"{logging.endpoint}{CHANGES}?{asked}", version="2015-04-01")

    assert status == 200, answer
    assert [event["status"]["value"] for event in answer["value"]] == ["Succeeded"]


def test_a_list_may_show_a_setting_late(logging: Azure) -> None:
    logging.set(lag_seconds=60)
    put_setting(logging, "more", setting("guard"))

    before = [one["name"] for one in logging.ask("GET", f"{PROD}/{SETTINGS}")[1]["value"]]
    logging.advance(60)
    after = [one["name"] for one in logging.ask("GET", f"{PROD}/{SETTINGS}")[1]["value"]]

    assert (before, after) == (["audit"], ["audit", "more"])
