"""Each refusal of AWS by its name, over the wire, while a cluster is read; and who is asked."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

import pytest
from botocore.config import Config  # type: ignore[import-untyped]

from kubewitness.errors import KubewitnessError
from kubewitness.managed import Destination, ManagedCluster
from kubewitness.model import Reason, Unread
from kubewitness.providers import NotReadError
from kubewitness.providers.eks import accounts
from kubewitness.providers.eks.cluster import Connections
from kubewitness.providers.eks.permissions import PERMISSIONS
from tests.unit.providers.eks.fleet import ACCOUNT, ARN, create, reached

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


@pytest.mark.parametrize("action", [item.name for item in PERMISSIONS if not item.enforces])
def test_a_permission_that_is_missing_is_named_and_hides_nothing_else(aws: Aws, action: str) -> None:
    aws.set(stream_lag_seconds=3600)
    create(aws, on=())
    aws.client("eks").update_cluster_config(name="prod", logging=LOGGING)
    reached().observe()
    aws.deny(action)

    found = reached().observe()

    group = destination(found)
    parts = {
        "eks:DescribeCluster": found.log_types,
        "eks:ListUpdates": found.update,
        "eks:DescribeUpdate": found.update,
        "logs:DescribeLogGroups": group.exists,
        "logs:DescribeLogStreams": group.last_event,
        "logs:GetLogEvents": group.last_event,
        "logs:DescribeSubscriptionFilters": group.readers,
    }
    denied = {name for name, part in parts.items() if isinstance(part, Unread)}
    part = parts[action]
    assert isinstance(part, Unread)
    assert part.reason is Reason.DENIED
    assert part.detail.startswith(f"{action}: AccessDenied")
    allowed = {name for name, other in parts.items() if other == part}
    if action == "logs:DescribeLogGroups":
        allowed |= {"logs:DescribeLogStreams", "logs:GetLogEvents", "logs:DescribeSubscriptionFilters"}
    assert denied <= allowed
    assert isinstance(found.changed, Unread) == (action.startswith("eks:"))


def test_reading_asks_for_nothing_that_is_not_declared(aws: Aws) -> None:
    aws.set(stream_lag_seconds=3600)
    create(aws, on=())
    aws.client("eks").update_cluster_config(name="prod", logging=LOGGING)
    aws.forget_calls()

    reached().observe()

    assert set(aws.calls()) == {item.name for item in PERMISSIONS if not item.enforces}


def test_throttling_is_waited_out(aws: Aws) -> None:
    create(aws)
    aws.throttle("eks:DescribeCluster", times=2)

    assert reached().observe().audit_on is True


def test_throttling_that_does_not_end_is_named(aws: Aws, monkeypatch: pytest.MonkeyPatch) -> None:
    once(monkeypatch)
    create(aws)
    aws.throttle("eks:DescribeCluster")

    types = reached().observe().log_types

    assert types == Unread(Reason.THROTTLED, "eks:DescribeCluster: ThrottlingException: Rate exceeded")


def test_an_answer_that_does_not_come(aws: Aws, monkeypatch: pytest.MonkeyPatch) -> None:
    once(monkeypatch)
    create(aws)
    aws.hang("eks:DescribeCluster", seconds=3)

    assert not_read() == Unread(Reason.TIMEOUT, "eks:DescribeCluster: no answer in time")


def test_nobody_there(aws: Aws, monkeypatch: pytest.MonkeyPatch) -> None:
    once(monkeypatch)

    found = not_read(endpoint="http://user:s3cret@127.0.0.1:9")

    assert found.reason is Reason.UNREACHABLE
    assert "s3cret" not in found.detail


def test_a_cluster_that_is_not_there(aws: Aws) -> None:
    found = not_read()

    assert found.reason is Reason.NOT_OBSERVED
    assert "No cluster found for name: prod. Are account and region right?" in found.detail


def test_a_role_leads_into_another_account(aws: Aws) -> None:
    create(aws, account="222222222222")
    role = "arn:aws:iam::222222222222:role/audit"
    aws.ask_for_external_id(role, "x-1")

    found = reached(role=role, external_id="x-1").observe()

    assert "222222222222" in found.id
    assert aws.calls(scope="222222222222")["eks:DescribeCluster"] == 1


def test_all_clusters_of_an_account_share_one_assumed_role(aws: Aws) -> None:
    account, ways = "222222222222", Connections()
    create(aws, account=account)
    create(aws, "other", account=account)
    data = {"role": f"arn:aws:iam::{account}:role/audit"}

    for name in ("@managed/prod", "@managed/other"):
        for region in ("eu-west-1", "us-east-1"):
            with suppress(NotReadError):
                ways.cluster(name, "x", {**data, "region": region}.get).observe()

    assert aws.calls(outcome="ok")["sts:AssumeRole"] == 1


def test_a_role_that_may_not_be_assumed(aws: Aws) -> None:
    role = "arn:aws:iam::222222222222:role/audit"
    aws.ask_for_external_id(role, "x-1")

    found = not_read(role=role, external_id="wrong")

    assert found.reason is Reason.DENIED
    assert found.detail.startswith("sts:AssumeRole: AccessDenied")


def test_credentials_that_have_expired(aws: Aws) -> None:
    create(aws)
    role = f"arn:aws:iam::{ACCOUNT}:role/audit"
    cluster = reached(role=role)
    cluster.observe()
    aws.expire()

    with pytest.raises(NotReadError) as caught:
        cluster.observe()

    assert caught.value.unread.reason is Reason.EXPIRED_CREDENTIAL


def test_a_key_that_aws_does_not_know(aws: Aws, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAUNKNOWN")

    found = not_read()

    assert found.reason is Reason.DENIED
    assert "UnrecognizedClientException" in found.detail
    assert "AKIAUNKNOWN" not in found.detail


def test_no_credentials_at_all(aws: Aws, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")

    assert not_read().detail == "eks:DescribeCluster: no credentials: set AWS_PROFILE, or host data profile"


def test_an_arn_of_another_account_is_not_confused_with_a_cluster_of_the_same_name(aws: Aws) -> None:
    create(aws)

    found = not_read(id=ARN.replace(ACCOUNT, "999999999999"))

    assert "in another account" in found.detail


def test_nor_are_its_logs_where_the_cluster_may_not_be_described(aws: Aws) -> None:
    create(aws)
    aws.deny("eks:DescribeCluster")

    found = not_read(id=ARN.replace(ACCOUNT, "999999999999"))

    assert f":{ACCOUNT}:" in found.detail
    assert "in another account" in found.detail


def test_an_arn_of_a_cluster_that_may_not_be_described_hides_nothing_of_its_logs(aws: Aws) -> None:
    create(aws)
    aws.deny("eks:DescribeCluster")

    found = reached(id=ARN).observe()

    assert isinstance(found.log_types, Unread)
    assert destination(found).exists is True


def test_whose_credentials_they_are_may_not_be_known_either(aws: Aws) -> None:
    create(aws)
    aws.deny("eks:DescribeCluster")
    aws.deny("sts:GetCallerIdentity")

    assert not_read(id=ARN).detail.startswith("sts:GetCallerIdentity: AccessDenied")


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({"id": "a b"}, "neither a cluster's name nor its ARN"),
        ({"id": ARN, "region": "us-east-1"}, "the ARN says eu-west-1"),
    ],
)
def test_host_data_that_names_no_cluster(aws: Aws, data: dict[str, str], message: str) -> None:
    with pytest.raises(KubewitnessError, match=message):
        reached(**data)


def test_no_region(aws: Aws, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION"):
        monkeypatch.delenv(name)

    with pytest.raises(KubewitnessError, match="set host data region"):
        reached()
