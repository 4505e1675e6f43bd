"""Clusters as EKS describes them, and the log group that it makes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.unit.fakes.aws.asking import ROLE, TYPES, make_cluster, refused, switch, types_on

if TYPE_CHECKING:
    from tests.fakes.aws import Aws

GROUP = "/aws/eks/prod/cluster"


def test_logging_is_said_for_all_five_types_in_no_particular_order(aws: Aws) -> None:
    firsts = set()
    orders = set()
    for number in range(12):
        eks = make_cluster(aws, f"c{number}", on=("api", "audit"))
        setups = eks.describe_cluster(name=f"c{number}")["cluster"]["logging"]["clusterLogging"]
        assert {kind for one in setups for kind in one["types"]} == TYPES
        firsts.add(setups[0]["enabled"])
        orders.add(tuple(setups[0]["types"]))

    assert firsts == {True, False}
    assert len(orders) == 4


def test_a_cluster_of_which_nothing_was_asked_logs_nothing(aws: Aws) -> None:
    eks = aws.client("eks")

    eks.create_cluster(name="prod", roleArn=ROLE, resourcesVpcConfig={})

    assert types_on(eks.describe_cluster(name="prod")["cluster"]) == set()
    assert aws.client("logs").describe_log_groups()["logGroups"] == []


def test_it_remembers_what_moto_forgets(aws: Aws) -> None:
    eks = aws.client("eks")
    more = {"accessConfig": {"authenticationMode": "API"}, "deletionProtection": True, "version": "1.35"}
    eks.create_cluster(name="prod", roleArn=ROLE, resourcesVpcConfig={"subnetIds": ["s"]}, **more)

    cluster = eks.describe_cluster(name="prod")["cluster"]

    assert {name: cluster[name] for name in more} == more
    assert cluster["resourcesVpcConfig"]["vpcId"].startswith("vpc-")
    assert refused(eks, "delete_cluster", name="prod").code == "InvalidRequestException"


def test_an_old_recording_has_no_logging(aws: Aws) -> None:
    eks = make_cluster(aws)

    aws.alter_cluster("prod", logging=None, status="CREATING")

    cluster = eks.describe_cluster(name="prod")["cluster"]
    assert "logging" not in cluster
    assert cluster["status"] == "CREATING"


def test_connected_clusters_come_only_when_all_are_asked_for(aws: Aws) -> None:
    eks = make_cluster(aws)
    eks.register_cluster(name="shop", connectorConfig={"roleArn": ROLE, "provider": "ANTHOS"})

    assert eks.list_clusters()["clusters"] == ["prod"]
    assert eks.list_clusters(include=["all"])["clusters"] == ["prod", "shop"]
    shop = eks.describe_cluster(name="shop")["cluster"]
    assert (shop["status"], shop["connectorConfig"]["provider"], "logging" in shop) == ("PENDING", "ANTHOS", False)
    eks.deregister_cluster(name="shop")
    assert eks.list_clusters(include=["all"])["clusters"] == ["prod"]


def test_pages_of_clusters_lead_to_the_last(aws: Aws) -> None:
    eks = aws.client("eks")
    for number in range(5):
        make_cluster(aws, f"c{number}")

    pages = [page["clusters"] for page in eks.get_paginator("list_clusters").paginate(PaginationConfig={"PageSize": 2})]

    assert pages == [["c0", "c1"], ["c2", "c3"], ["c4"]]


def test_enabling_makes_a_log_group_that_never_expires(aws: Aws) -> None:
    eks, logs = make_cluster(aws), aws.client("logs")

    eks.update_cluster_config(name="prod", logging=switch(True, "audit"))

    (group,) = logs.describe_log_groups(logGroupNamePrefix=GROUP)["logGroups"]
    assert "retentionInDays" not in group
    (stream,) = logs.describe_log_streams(logGroupName=GROUP)["logStreams"]
    assert stream["logStreamName"].startswith("kube-apiserver-audit-")
    assert stream["lastEventTimestamp"]


def test_a_log_group_that_is_there_first_is_used_as_it_is(aws: Aws) -> None:
    eks, logs = make_cluster(aws), aws.client("logs")
    logs.create_log_group(logGroupName=GROUP)
    logs.put_retention_policy(logGroupName=GROUP, retentionInDays=400)

    eks.update_cluster_config(name="prod", logging=switch(True, "audit"))

    (group,) = logs.describe_log_groups()["logGroups"]
    assert group["retentionInDays"] == 400


def test_a_deleted_log_group_comes_back_without_its_retention(aws: Aws) -> None:
    make_cluster(aws, on=("audit",))
    logs = aws.client("logs")
    logs.put_retention_policy(logGroupName=GROUP, retentionInDays=400)

    logs.delete_log_group(logGroupName=GROUP)

    (group,) = logs.describe_log_groups()["logGroups"]
    assert "retentionInDays" not in group


def test_a_cluster_goes_on_writing_until_it_is_told_not_to(aws: Aws) -> None:
    make_cluster(aws, on=("audit",))
    logs = aws.client("logs")

    def last_event() -> int:
        (stream,) = logs.describe_log_streams(logGroupName=GROUP)["logStreams"]
        return int(stream["lastEventTimestamp"])

    first = last_event()
    aws.advance(600)
    second = last_event()
    aws.set(emits=False)
    aws.advance(600)

    assert second - first >= 600_000
    assert last_event() == second
    assert len(logs.filter_log_events(logGroupName=GROUP)["events"]) == 2
