"""An EKS cluster as it is read, over the wire."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from botocore.config import Config  # type: ignore[import-untyped]

from kubewitness.managed import Destination, ManagedCluster
from kubewitness.model import Reason, Unread
from kubewitness.providers import NotReadError
from kubewitness.providers.eks import accounts
from tests.unit.providers.eks.fleet import ACCOUNT, ALL, ARN, GROUP, create, reached

if TYPE_CHECKING:
    from tests.fakes.aws import Aws

LOGGING = {"clusterLogging": [{"types": ["audit"], "enabled": True}]}


def not_read(**data: str) -> Unread:
    with pytest.raises(NotReadError) as caught:
        reached(**data).observe()
    return caught.value.unread


def destination(found: ManagedCluster) -> Destination:
    assert isinstance(found.destinations, tuple)
    return found.destinations[0]


def once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Retries take a minute."""
    config = accounts.CONFIG.merge(Config(retries={"total_max_attempts": 2}, read_timeout=1))
    monkeypatch.setattr(accounts, "CONFIG", config)
    monkeypatch.setattr(accounts, "PAUSES", ())


def test_a_cluster_with_everything_on(aws: Aws) -> None:
    create(aws)

    found = reached().observe()

    assert (found.id, found.log_types, found.update) == (ARN, dict.fromkeys(ALL, True), None)
    group = destination(found)
    assert (group.id, group.exists) == (f"arn:aws:logs:eu-west-1:{ACCOUNT}:log-group:{GROUP}", True)
    assert (group.retention_days, group.retention_owner, group.key, group.undeletable) == (None, "", "", False)
    assert isinstance(group.last_event, str)


def test_each_call_is_made_once_and_the_log_itself_is_left_alone(aws: Aws) -> None:
    create(aws)

    reached().observe()

    calls = aws.calls(outcome="ok")
    assert set(calls.values()) == {1}
    assert "logs:GetLogEvents" not in calls


def test_types_are_gathered_from_all_entries(aws: Aws) -> None:
    create(aws)
    entries = [{"types": ["api"], "enabled": False}, {"types": ["audit"], "enabled": True}]
    aws.alter_cluster("prod", logging={"clusterLogging": entries})

    types = reached().observe().log_types

    assert types == {**dict.fromkeys(ALL, False), "audit": True}


def test_an_old_cluster_without_logging_has_none_on(aws: Aws) -> None:
    create(aws)
    aws.alter_cluster("prod", logging=None)

    assert reached().observe().log_types == dict.fromkeys(ALL, False)


def test_a_connected_cluster_is_asked_nothing_more(aws: Aws) -> None:
    role = f"arn:aws:iam::{ACCOUNT}:role/c"
    aws.client("eks").register_cluster(name="prod", connectorConfig={"roleArn": role, "provider": "GKE"})

    found = reached().observe()

    assert found.not_loggable == "connected, runs elsewhere (GKE)"
    assert set(aws.calls(outcome="ok")) == {"eks:RegisterCluster", "eks:DescribeCluster"}


def test_a_cluster_being_deleted_is_said_to_be(aws: Aws) -> None:
    create(aws)
    aws.alter_cluster("prod", status="DELETING")

    assert reached().observe().not_loggable == "being deleted"


def test_an_account_policy_owns_the_retention(aws: Aws) -> None:
    create(aws)
    logs = aws.client("logs")
    logs.put_retention_policy(logGroupName=GROUP, retentionInDays=365)
    document = json.dumps({"retentionInDays": 30, "enforcementMode": "RETROACTIVE"})
    logs.put_account_policy(policyName="p", policyType="RETENTION_POLICY", policyDocument=document, scope="ALL")

    group = destination(reached().observe())

    assert (group.retention_days, group.retention_owner) == (30, "p")


def test_a_log_group_that_is_not_there(aws: Aws) -> None:
    create(aws, "prod-2")
    create(aws, on=())

    assert destination(reached().observe()).exists is False


def test_an_update_of_the_logging_is_seen_among_others_though_the_cluster_says_active(aws: Aws) -> None:
    create(aws, on=())
    eks = aws.client("eks")
    for protected in (True, False, True):
        eks.update_cluster_config(name="prod", deletionProtection=protected)
        aws.finish_updates()
    aws.set(update_seconds=None)
    running = eks.update_cluster_config(name="prod", logging=LOGGING)["update"]["id"]

    update = reached().observe().update

    assert isinstance(update, str)
    assert running in update


def test_another_update_is_none_of_the_logging(aws: Aws) -> None:
    create(aws)
    aws.set(update_seconds=None)
    aws.client("eks").update_cluster_config(name="prod", deletionProtection=True)

    assert reached().observe().update is None


def test_where_cloudwatch_has_noted_nothing_yet_the_log_is_asked(aws: Aws) -> None:
    aws.set(stream_lag_seconds=3600)
    create(aws)

    group = destination(reached().observe())

    assert isinstance(group.last_event, str)
    assert aws.calls()["logs:GetLogEvents"] == 1


def test_events_of_other_logs_are_none_of_the_audit_log(aws: Aws) -> None:
    create(aws, on=("api", "scheduler"))

    assert destination(reached().observe()).last_event is None


def test_pages_are_followed_and_empty_ones_too(aws: Aws) -> None:
    create(aws)
    aws.client("eks").update_cluster_config(name="prod", deletionProtection=True)
    for size in (1, 0):
        aws.truncate("*", size=size)

        group = destination(reached().observe())

        assert (group.exists, isinstance(group.last_event, str)) == (True, True)
        aws.heal()


def test_a_list_that_leads_round_in_a_circle_is_not_known_and_hides_nothing_else(
    aws: Aws, monkeypatch: pytest.MonkeyPatch
) -> None:
    create(aws)
    call, further = accounts.Accounts.call, {"": "a", "a": "b", "b": "a"}

    def circle(
        self: accounts.Accounts, of: accounts.Account, service: str, method: str, *rest: Any, **asked: Any
    ) -> Any:
        if method != "describe_log_streams":
            return call(self, of, service, method, *rest, **asked)
        return {"logStreams": [], "nextToken": further[asked.get("nextToken", "")]}

    monkeypatch.setattr(accounts.Accounts, "call", circle)

    group = destination(reached().observe())

    said = "logs:DescribeLogStreams: the list leads back to a page that it had"
    assert group.last_event == Unread(Reason.PARSE, said)
    assert group.exists is True


def test_a_service_that_never_answers_is_given_up_after_half_a_minute() -> None:
    attempts = accounts.CONFIG.retries["total_max_attempts"]

    assert attempts * max(accounts.CONFIG.connect_timeout, accounts.CONFIG.read_timeout) <= 30


def test_limits_that_are_met_for_longer_than_the_sdk_tries_are_waited_out(
    aws: Aws, monkeypatch: pytest.MonkeyPatch
) -> None:
    create(aws)
    monkeypatch.setattr(accounts, "PAUSES", (0, 0))
    attempts = accounts.CONFIG.retries["total_max_attempts"]
    aws.throttle("eks:DescribeCluster", times=attempts + 1)

    assert reached().observe().audit_on is True


def test_subscription_filters_are_who_gets_a_copy(aws: Aws) -> None:
    create(aws)
    aws.client("kinesis").create_stream(StreamName="siem", ShardCount=1)
    stream = f"arn:aws:kinesis:eu-west-1:{ACCOUNT}:stream/siem"
    aws.client("logs").put_subscription_filter(
        logGroupName=GROUP, filterName="to-siem", filterPattern="", destinationArn=stream
    )

    assert destination(reached().observe()).readers == (f"to-siem -> {stream}",)
