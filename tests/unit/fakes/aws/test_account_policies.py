"""Account-level retention: it wins over what was put on the group, even when it is shorter."""

from __future__ import annotations

import json
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


def put(logs: Any, name: str, days: int | str, mode: str = "RETROACTIVE", prefix: str | None = None) -> Any:
    criteria = {} if prefix is None else {"selectionCriteria": f'LogGroupNamePrefix == "{prefix}"'}
    document = json.dumps({"retentionInDays": days, "enforcementMode": mode})
    return logs.put_account_policy(policyName=name, policyType="RETENTION_POLICY", policyDocument=document, **criteria)[
        "accountPolicy"
    ]


def retention(logs: Any, group: str = GROUP) -> tuple[int | None, str | None]:
    (found,) = logs.describe_log_groups(logGroupNamePrefix=group)["logGroups"]
    return found.get("retentionInDays"), found.get("retentionPolicyName")


def test_a_put_retention_policy_succeeds_without_effect(logs: Any) -> None:
    put(logs, "baseline", 90)

    logs.put_retention_policy(logGroupName=GROUP, retentionInDays=400)

    assert retention(logs) == (90, "baseline")
    logs.delete_account_policy(policyName="baseline", policyType="RETENTION_POLICY")
    assert retention(logs) == (400, None)


def test_the_longest_policy_holds_and_of_equal_ones_the_first(logs: Any) -> None:
    put(logs, "short", 30)
    put(logs, "eks", 400, prefix="/aws/eks/")
    put(logs, "later", 400)

    assert retention(logs) == (400, "eks")
    put(logs, "keep", "NEVER_EXPIRE")
    assert retention(logs) == (None, "keep")


def test_new_only_leaves_the_old_groups_alone(aws: Aws, logs: Any) -> None:
    logs.describe_log_groups()
    aws.advance(1)
    put(logs, "new", 90, mode="NEW_ONLY")

    logs.create_log_group(logGroupName="/later")

    assert retention(logs) == (None, None)
    assert retention(logs, "/later") == (90, "new")


def test_it_takes_effect_a_day_later(aws: Aws, logs: Any) -> None:
    aws.set(policy_delay_seconds=86400)
    put(logs, "baseline", 90)
    assert retention(logs) == (None, None)
    aws.advance(86400)
    assert retention(logs) == (90, "baseline")

    put(logs, "baseline", 30)

    assert retention(logs) == (90, "baseline")
    aws.advance(86400)
    assert retention(logs) == (30, "baseline")


@pytest.mark.parametrize(
    "document",
    [
        "no json",
        '{"retentionInDays": 7, "enforcementMode": "RETROACTIVE"}',
        '{"retentionInDays": 90}',
        '{"retentionInDays": 90, "enforcementMode": "ALWAYS"}',
    ],
)
def test_what_is_no_retention_policy_is_refused(logs: Any, document: str) -> None:
    asked = {"policyName": "p", "policyType": "RETENTION_POLICY", "policyDocument": document}

    assert refused(logs, "put_account_policy", **asked).code == "InvalidParameterException"


def test_policies_are_told_by_their_type(logs: Any) -> None:
    put(logs, "baseline", 90)
    logs.put_account_policy(policyName="mask", policyType="DATA_PROTECTION_POLICY", policyDocument="{}")

    (policy,) = logs.describe_account_policies(policyType="RETENTION_POLICY")["accountPolicies"]
    assert (policy["policyName"], policy["accountId"], policy["scope"]) == ("baseline", "111111111111", "ALL")
    (group,) = logs.describe_log_groups()["logGroups"]
    assert group["inheritedProperties"] == ["ACCOUNT_DATA_PROTECTION"]
    gone = refused(logs, "describe_account_policies", policyType="RETENTION_POLICY", policyName="x")
    assert gone.code == "ResourceNotFoundException"


def test_a_policy_holds_in_its_own_region_only(aws: Aws, logs: Any) -> None:
    put(logs, "baseline", 90)
    elsewhere = aws.client("logs", region="us-east-1")
    elsewhere.create_log_group(logGroupName=GROUP)

    assert retention(elsewhere) == (None, None)
