"""What the server can be told to get wrong, and what it counts."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest

from tests.unit.fakes.aws.asking import Refused, make_cluster, refused, switch, types_on

if TYPE_CHECKING:
    from tests.fakes.aws import Aws

USER = "arn:aws:iam::111111111111:user/admin"


def test_a_denial_names_who_what_and_on_what(aws: Aws) -> None:
    eks = make_cluster(aws, "a")
    make_cluster(aws, "b")
    number = aws.deny("eks:DescribeCluster", name="a")

    arn = "arn:aws:eks:eu-west-1:111111111111:cluster/a"
    assert refused(eks, "describe_cluster", name="a") == Refused(
        "AccessDeniedException",
        f"User: {USER} is not authorized to perform: eks:DescribeCluster on resource: {arn} "
        "because no identity-based policy allows the eks:DescribeCluster action",
        403,
    )
    assert eks.describe_cluster(name="b")
    aws.heal(number)
    assert eks.describe_cluster(name="a")


@pytest.mark.parametrize(
    ("service", "action", "asked", "code", "status"),
    [
        ("eks", "list_clusters", {}, "AccessDeniedException", 403),
        ("logs", "describe_log_groups", {}, "AccessDeniedException", 400),
        ("organizations", "list_accounts", {}, "AccessDeniedException", 400),
        ("account", "list_regions", {}, "AccessDeniedException", 403),
        ("ec2", "describe_regions", {}, "UnauthorizedOperation", 403),
        ("sts", "assume_role", {"RoleArn": f"{USER[:25]}role/r", "RoleSessionName": "xx"}, "AccessDenied", 403),
    ],
)
def test_each_service_denies_in_its_own_way(  # noqa: PLR0917  one row of the table above
    aws: Aws, service: str, action: str, asked: dict[str, Any], code: str, status: int
) -> None:
    aws.deny()

    found = refused(aws.client(service), action, **asked)

    assert (found.code, found.status) == (code, status)
    assert f"User: {USER} is not authorized to perform: {service}:" in found.message


@pytest.mark.parametrize(
    ("service", "action", "code", "status"),
    [
        ("eks", "list_clusters", "ThrottlingException", 429),
        ("logs", "describe_log_groups", "ThrottlingException", 400),
        ("organizations", "list_accounts", "TooManyRequestsException", 400),
        ("account", "list_regions", "TooManyRequestsException", 429),
        ("ec2", "describe_regions", "RequestLimitExceeded", 503),
        ("sts", "get_caller_identity", "Throttling", 400),
    ],
)
def test_each_service_throttles_in_its_own_way_and_the_sdk_tries_again(
    aws: Aws, service: str, action: str, code: str, status: int
) -> None:
    aws.organization([])
    aws.throttle(f"{service}:*", times=3)

    found = refused(aws.client(service), action)
    patient = aws.client(service, retries={"mode": "standard", "total_max_attempts": 4})

    assert (found.code, found.status) == (code, status)
    assert getattr(patient, action)()
    assert sum(aws.calls(outcome=code).values()) == 3
    assert sum(aws.calls().values()) == 4


def test_only_what_exceeds_a_rate_is_throttled(aws: Aws) -> None:
    aws.throttle("eks:ListClusters", per_second=0.5)
    eks = aws.client("eks")

    assert eks.list_clusters()["clusters"] == []
    assert refused(eks, "list_clusters").code == "ThrottlingException"
    time.sleep(2.5)
    assert eks.list_clusters()["clusters"] == []


def test_a_region_can_be_closed_by_a_service_control_policy(aws: Aws) -> None:
    aws.block(region="us-*", account="111111111111")

    found = refused(aws.client("eks", region="us-east-1"), "list_clusters")

    assert found.code == "AccessDeniedException"
    assert found.message.endswith(
        "on resource: arn:aws:eks:us-east-1:111111111111:cluster/* with an explicit deny in a service control policy"
    )
    assert aws.client("eks").list_clusters()
    assert aws.client("eks", region="us-east-1", account="222222222222").list_clusters()


def test_an_answer_can_be_late(aws: Aws) -> None:
    aws.hang("eks:ListClusters", seconds=3, times=1)
    eks = aws.client("eks", read_timeout=0.3)

    with pytest.raises(Exception, match="Read timeout"):
        eks.list_clusters()
    assert eks.list_clusters()["clusters"] == []


def test_an_answer_can_be_lost_after_the_deed(aws: Aws) -> None:
    make_cluster(aws)
    aws.lose("eks:UpdateClusterConfig", times=1)
    eks = aws.client("eks", retries={"total_max_attempts": 2})

    update = eks.update_cluster_config(name="prod", logging=switch(True, "audit"))["update"]

    assert update["status"] in ("InProgress", "Successful")
    assert types_on(eks.describe_cluster(name="prod")["cluster"]) == {"audit"}
    assert aws.calls()["eks:UpdateClusterConfig"] == 2
    assert len(eks.list_updates(name="prod")["updateIds"]) == 1


def test_any_other_refusal(aws: Aws) -> None:
    aws.fail("logs:CreateLogGroup", code="LimitExceededException", status=400, message="quota", times=1)
    logs = aws.client("logs")

    assert refused(logs, "create_log_group", logGroupName="g") == Refused("LimitExceededException", "quota", 400)
    logs.create_log_group(logGroupName="g")


@pytest.mark.parametrize(("size", "sizes"), [(2, [2, 1]), (0, [0, 1, 0, 1, 0, 1])])
def test_pages_can_be_short_and_even_empty(aws: Aws, size: int, sizes: list[int]) -> None:
    for name in "abc":
        make_cluster(aws, name)
    aws.truncate("eks:ListClusters", size=size)

    pages = [page["clusters"] for page in aws.client("eks").get_paginator("list_clusters").paginate()]

    assert [len(page) for page in pages] == sizes
    assert [one for page in pages for one in page] == ["a", "b", "c"]


def test_a_token_of_another_action_is_refused(aws: Aws) -> None:
    assert refused(aws.client("eks"), "list_clusters", nextToken="nonsense").code == "InvalidParameterException"


def test_calls_are_counted_with_what_came_of_them(aws: Aws) -> None:
    make_cluster(aws)
    aws.deny("eks:DescribeCluster")
    refused(aws.client("eks"), "describe_cluster", name="prod")
    aws.client("eks", account="222222222222").list_clusters()

    assert aws.calls() == {"eks:CreateCluster": 1, "eks:DescribeCluster": 1, "eks:ListClusters": 1}
    assert aws.calls(outcome="ok", scope="111111111111") == {"eks:CreateCluster": 1}
    aws.forget_calls()
    assert aws.calls() == {}


def test_who_is_turned_away_at_the_door_is_counted_too(aws: Aws) -> None:
    refused(aws.client("eks", region="me-south-1"), "list_clusters")

    assert aws.calls(region="me-south-1") == {"eks:ListClusters": 1}


def test_latency_and_how_much_runs_at_once(aws: Aws) -> None:
    aws.set(latency=0.3)
    clients = [aws.client("eks", account=account) for account in ("111111111111", "222222222222") for _ in range(3)]
    together = threading.Barrier(6)

    def ask(eks: Any) -> None:
        together.wait()
        eks.list_clusters()

    began = time.monotonic()
    with ThreadPoolExecutor(6) as pool:
        list(pool.map(ask, clients))

    assert time.monotonic() - began > 0.3
    assert (aws.peak(), aws.peak("222222222222")) == (6, 3)


def test_a_world_that_stands_still_answers_from_memory(aws: Aws) -> None:
    eks = make_cluster(aws)
    aws.set(replay=True)

    first = eks.describe_cluster(name="prod")["cluster"]
    assert eks.describe_cluster(name="prod")["cluster"] == first
    assert aws.calls()["eks:DescribeCluster"] == 2
    eks.update_cluster_config(name="prod", logging=switch(True, "audit"))
    assert types_on(eks.describe_cluster(name="prod")["cluster"]) == {"audit"}
    aws.deny("eks:DescribeCluster")
    assert refused(eks, "describe_cluster", name="prod").code == "AccessDeniedException"
