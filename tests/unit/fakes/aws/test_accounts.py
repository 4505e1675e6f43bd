"""Accounts, roles and regions, as discovery meets them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.unit.fakes.aws.asking import make_cluster, refused

if TYPE_CHECKING:
    from tests.fakes.aws import Aws

ROLE = "arn:aws:iam::222222222222:role/kubewitness"


def assumed(aws: Aws, service: str, role: str = ROLE, region: str = "eu-west-1", **asked: Any) -> Any:
    """A client with the credentials of the role."""
    credentials = aws.client("sts").assume_role(RoleArn=role, RoleSessionName="test", **asked)["Credentials"]
    return aws.client(
        service,
        region=region,
        credentials=(credentials["AccessKeyId"], credentials["SecretAccessKey"], credentials["SessionToken"]),
    )


def test_an_organization_tells_its_accounts_in_pages_with_their_state(aws: Aws) -> None:
    aws.organization([f"3{number:011}" for number in range(24)])
    aws.organization([{"id": "222222222222", "name": "shop", "state": "SUSPENDED"}])
    organizations = aws.client("organizations", region="us-east-1")

    pages = [page["Accounts"] for page in organizations.get_paginator("list_accounts").paginate()]

    assert [len(page) for page in pages] == [20, 6]
    accounts = {one["Id"]: one for page in pages for one in page}
    assert (accounts["222222222222"]["Name"], accounts["222222222222"]["State"]) == ("shop", "SUSPENDED")
    assert all("Status" not in one for one in accounts.values())
    aws.set(status_member=True)
    assert all("Status" in one for one in organizations.list_accounts()["Accounts"])


def test_a_member_may_not_list_and_a_stranger_is_in_no_organization(aws: Aws) -> None:
    stranger = aws.client("organizations", region="us-east-1", account="999999999999")
    assert refused(stranger, "list_accounts").code == "AWSOrganizationsNotInUseException"
    aws.organization(["222222222222"])

    member = refused(aws.client("organizations", region="us-east-1", account="222222222222"), "list_accounts")

    assert (member.code, member.status) == ("AccessDeniedException", 400)


def test_accounts_and_regions_do_not_see_each_other(aws: Aws) -> None:
    make_cluster(aws, "a")
    make_cluster(aws, "b", region="us-east-1")
    make_cluster(aws, "c", account="222222222222")

    assert aws.client("eks").list_clusters()["clusters"] == ["a"]
    assert aws.client("eks", region="us-east-1").list_clusters()["clusters"] == ["b"]
    assert assumed(aws, "eks").list_clusters()["clusters"] == ["c"]


def test_a_role_says_who_it_is(aws: Aws) -> None:
    assert assumed(aws, "sts").get_caller_identity()["Arn"] == (
        "arn:aws:sts::222222222222:assumed-role/kubewitness/test"
    )


def test_a_role_may_ask_for_an_external_id(aws: Aws) -> None:
    aws.ask_for_external_id(ROLE, "kw-1")

    found = refused(aws.client("sts"), "assume_role", RoleArn=ROLE, RoleSessionName="test", ExternalId="kw-2")

    assert (found.code, found.status) == ("AccessDenied", 403)
    assert found.message.startswith(
        f"User: arn:aws:iam::111111111111:user/admin is not authorized to perform: sts:AssumeRole on resource: {ROLE}"
    )
    assert assumed(aws, "eks", ExternalId="kw-1").list_clusters()["clusters"] == []


def test_credentials_expire_in_time_or_when_told(aws: Aws) -> None:
    first, second = assumed(aws, "eks"), assumed(aws, "logs")
    aws.advance(3600)
    assert refused(first, "list_clusters").code == "ExpiredTokenException"
    assert refused(second, "describe_log_groups").code == "ExpiredTokenException"
    third = assumed(aws, "sts")

    aws.expire("222222222222")

    assert refused(third, "get_caller_identity").code == "ExpiredToken"
    assert assumed(aws, "eks").list_clusters()["clusters"] == []


def test_unknown_keys_and_stolen_tokens_are_turned_away(aws: Aws) -> None:
    keys = aws.client("sts").assume_role(RoleArn=ROLE, RoleSessionName="test")["Credentials"]

    for credentials in (("AKIAIOSFODNN7EXAMPLE", "x", ""), (keys["AccessKeyId"], "x", "another")):
        found = refused(aws.client("eks", credentials=credentials), "list_clusters")
        assert (found.code, found.status) == ("UnrecognizedClientException", 403)


def test_a_region_must_be_enabled_first(aws: Aws) -> None:
    account = aws.client("account", region="us-east-1")
    bahrain = aws.client("eks", region="me-south-1")

    assert refused(bahrain, "list_clusters").code == "UnrecognizedClientException"
    assert refused(aws.client("ec2", region="me-south-1"), "describe_regions").code == "AuthFailure"
    account.enable_region(RegionName="me-south-1")
    assert bahrain.list_clusters()["clusters"] == []
    assert account.get_region_opt_status(RegionName="me-south-1")["RegionOptStatus"] == "ENABLED"


def test_list_regions_filters_and_pages(aws: Aws) -> None:
    account = aws.client("account", region="us-east-1")
    account.enable_region(RegionName="me-south-1")
    wanted = ["ENABLED", "ENABLED_BY_DEFAULT"]

    pages = [
        page["Regions"]
        for page in account.get_paginator("list_regions").paginate(RegionOptStatusContains=wanted, MaxResults=10)
    ]

    assert [len(page) for page in pages] == [10, 8]
    assert {"RegionName": "me-south-1", "RegionOptStatus": "ENABLED"} in [one for page in pages for one in page]


def test_describe_regions_leaves_out_what_is_not_enabled(aws: Aws) -> None:
    """moto answers all of them, asked for or not."""
    ec2 = aws.client("ec2")

    enabled = ec2.describe_regions()["Regions"]
    every = ec2.describe_regions(AllRegions=True)["Regions"]

    assert {one["OptInStatus"] for one in enabled} == {"opt-in-not-required"}
    assert {one["OptInStatus"] for one in every} == {"opt-in-not-required", "not-opted-in"}
    off = [{"Name": "opt-in-status", "Values": ["not-opted-in"]}]
    assert ec2.describe_regions(Filters=off)["Regions"] == []
    assert len(ec2.describe_regions(Filters=off, AllRegions=True)["Regions"]) == len(every) - len(enabled)
    named = ec2.describe_regions(RegionNames=["me-south-1"])["Regions"]
    assert [(one["RegionName"], one["OptInStatus"]) for one in named] == [("me-south-1", "not-opted-in")]
    assert refused(ec2, "describe_regions", RegionNames=["mars-1"]).code == "InvalidParameterValue"
