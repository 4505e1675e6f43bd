"""What CloudWatch Logs does with a log group."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import pytest

from tests.unit.fakes.aws.asking import refused

if TYPE_CHECKING:
    from tests.fakes.aws import Aws

GROUP = "/aws/eks/prod/cluster"


@pytest.fixture
def logs(aws: Aws) -> Any:
    client = aws.client("logs")
    client.create_log_group(logGroupName=GROUP)
    return client


def described(logs: Any) -> Any:
    (group,) = logs.describe_log_groups(logGroupNamePrefix=GROUP)["logGroups"]
    return group


def test_a_new_group_never_expires_and_is_not_protected(logs: Any) -> None:
    group = described(logs)

    assert "retentionInDays" not in group
    assert (group["logGroupClass"], group["deletionProtectionEnabled"]) == ("STANDARD", False)
    assert group["arn"] == f"{group['logGroupArn']}:*"


@pytest.mark.parametrize("days", [0, 2, 29, 366, 3654])
def test_only_some_retentions_are_taken(logs: Any, days: int) -> None:
    """moto takes 366, which is what people write who mean a year."""
    assert refused(logs, "put_retention_policy", logGroupName=GROUP, retentionInDays=days).code == (
        "InvalidParameterException"
    )
    logs.put_retention_policy(logGroupName=GROUP, retentionInDays=365)
    assert described(logs)["retentionInDays"] == 365
    logs.delete_retention_policy(logGroupName=GROUP)
    assert "retentionInDays" not in described(logs)


def test_a_key_must_exist_and_be_named_by_its_arn(aws: Aws, logs: Any) -> None:
    key = aws.client("kms").create_key()["KeyMetadata"]["Arn"]
    gone = key[:-4] + "0000"

    for wrong in (gone, "alias/audit"):
        assert refused(logs, "associate_kms_key", logGroupName=GROUP, kmsKeyId=wrong).code == (
            "InvalidParameterException"
        )
    logs.associate_kms_key(logGroupName=GROUP, kmsKeyId=key)
    assert described(logs)["kmsKeyId"] == key
    logs.disassociate_kms_key(logGroupName=GROUP)
    assert "kmsKeyId" not in described(logs)
    assert refused(logs, "create_log_group", logGroupName="other", kmsKeyId=gone).status == 400


def test_protection_holds_until_it_is_taken_away(logs: Any) -> None:
    logs.put_log_group_deletion_protection(
        logGroupIdentifier=described(logs)["logGroupArn"], deletionProtectionEnabled=True
    )

    assert described(logs)["deletionProtectionEnabled"] is True
    assert refused(logs, "delete_log_group", logGroupName=GROUP).code == "ValidationException"
    logs.put_log_group_deletion_protection(logGroupIdentifier=GROUP, deletionProtectionEnabled=False)
    logs.delete_log_group(logGroupName=GROUP)
    assert logs.describe_log_groups()["logGroups"] == []


def test_a_group_can_be_made_protected_and_of_a_class(logs: Any) -> None:
    logs.create_log_group(logGroupName="b", deletionProtectionEnabled=True, logGroupClass="INFREQUENT_ACCESS")

    (group,) = logs.describe_log_groups(logGroupNamePrefix="b")["logGroups"]
    assert (group["deletionProtectionEnabled"], group["logGroupClass"]) == (True, "INFREQUENT_ACCESS")
    assert [one["logGroupName"] for one in logs.describe_log_groups(logGroupClass="STANDARD")["logGroups"]] == [GROUP]


def test_data_protection(logs: Any) -> None:
    assert "policyDocument" not in logs.get_data_protection_policy(logGroupIdentifier=GROUP)
    logs.put_data_protection_policy(logGroupIdentifier=GROUP, policyDocument="{}")

    assert described(logs)["dataProtectionStatus"] == "ACTIVATED"
    assert logs.get_data_protection_policy(logGroupIdentifier=GROUP)["policyDocument"] == "{}"
    logs.delete_data_protection_policy(logGroupIdentifier=GROUP)
    assert described(logs)["dataProtectionStatus"] == "DELETED"


def test_groups_are_found_by_prefix_by_part_and_by_name(logs: Any) -> None:
    logs.create_log_group(logGroupName="/aws/lambda/f")

    found = logs.describe_log_groups(logGroupNamePattern="eks")["logGroups"]
    assert [sorted(one) for one in found] == [["arn", "creationTime", "logGroupName"]]
    named = logs.describe_log_groups(logGroupIdentifiers=[GROUP])["logGroups"]
    assert [one["logGroupName"] for one in named] == [GROUP]
    both = refused(logs, "describe_log_groups", logGroupNamePrefix="a", logGroupNamePattern="b")
    assert both.code == "InvalidParameterException"


def test_one_of_two_subscription_filters_can_be_changed_and_a_third_is_too_many(aws: Aws, logs: Any) -> None:
    kinesis = aws.client("kinesis")
    kinesis.create_stream(StreamName="s", ShardCount=1)
    arn = kinesis.describe_stream(StreamName="s")["StreamDescription"]["StreamARN"]
    asked = {"logGroupName": GROUP, "destinationArn": arn, "roleArn": "arn:aws:iam::111111111111:role/r"}
    for name in ("a", "b"):
        logs.put_subscription_filter(**asked, filterName=name, filterPattern="")

    logs.put_subscription_filter(**asked, filterName="b", filterPattern="ERROR")

    assert refused(logs, "put_subscription_filter", **asked, filterName="c", filterPattern="").code == (
        "LimitExceededException"
    )
    filters = logs.describe_subscription_filters(logGroupName=GROUP)["subscriptionFilters"]
    assert {one["filterName"]: one["filterPattern"] for one in filters} == {"a": "", "b": "ERROR"}


def test_streams_say_their_last_event_late_and_never_their_size(aws: Aws, logs: Any) -> None:
    now = int(time.time() * 1000)
    logs.create_log_stream(logGroupName=GROUP, logStreamName="s")
    logs.put_log_events(
        logGroupName=GROUP,
        logStreamName="s",
        logEvents=[{"timestamp": now - 7_200_000, "message": "old"}, {"timestamp": now, "message": "new"}],
    )

    def last_event() -> int:
        (stream,) = logs.describe_log_streams(logGroupName=GROUP, orderBy="LastEventTime", descending=True)[
            "logStreams"
        ]
        assert stream["storedBytes"] == 0
        return int(stream["lastEventTimestamp"])

    assert last_event() == now
    aws.set(stream_lag_seconds=3600)
    assert last_event() == now - 7_200_000
    assert [one["message"] for one in logs.filter_log_events(logGroupName=GROUP)["events"]] == ["old", "new"]


def test_streams_are_not_ordered_by_time_and_found_by_prefix_at_once(logs: Any) -> None:
    found = refused(
        logs, "describe_log_streams", logGroupName=GROUP, orderBy="LastEventTime", logStreamNamePrefix="kube"
    )

    assert found.code == "InvalidParameterException"


def test_a_group_that_is_not_there(logs: Any) -> None:
    found = refused(logs, "describe_log_streams", logGroupName="/gone")

    assert (found.code, found.message) == ("ResourceNotFoundException", "The specified log group does not exist.")
