"""Discovery over the wire, on a fake AWS: an organisation, and all that can refuse in it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from botocore.config import Config  # type: ignore[import-untyped]
from botocore.exceptions import ClientError  # type: ignore[import-untyped]

from kubewitness.discovery.found import Discovery, Place, hosts
from kubewitness.discovery.search import aws_clusters, discover
from kubewitness.model import Reason, Unread
from kubewitness.providers.eks import accounts
from kubewitness.providers.eks.discovery import AwsSearch
from tests.unit.providers.eks.fleet import ACCOUNT, create

if TYPE_CHECKING:
    from tests.fakes.aws import Aws

SHOP, BANK, OLD = "222222222222", "333333333333", "444444444444"
REGIONS = ("eu-west-1", "us-east-1")


def searched(*, role: str = "kw", regions: tuple[str, ...] = REGIONS, **where: Any) -> Discovery:
    return discover(AwsSearch(role=role, regions=regions, **where))


def role_of(account: str) -> str:
    return f"arn:aws:iam::{account}:role/kw"


def names(found: Discovery) -> list[str]:
    return [one.path for one in found.clusters]


def gaps(found: Discovery) -> list[tuple[Place, str, str]]:
    """Place, reason, and the permission or what else was tried."""
    return [(one.place, str(one.why.reason), one.why.detail.partition(": ")[0]) for one in found.unseen]


def few_attempts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Retries take a minute."""
    monkeypatch.setattr(accounts, "CONFIG", accounts.CONFIG.merge(Config(retries={"total_max_attempts": 1})))


def test_a_whole_organisation_is_found_with_the_role_that_leads_to_each_cluster(aws: Aws) -> None:
    aws.organization([{"id": SHOP, "name": "shop"}, BANK])
    create(aws, "a", on=("audit",))
    create(aws, "b", account=SHOP, on=())

    found = searched(external_id="x-1")

    assert names(found) == [f"{ACCOUNT}/eu-west-1/a", f"{SHOP}/eu-west-1/b"]
    assert [one.audit for one in found.clusters] == [True, False]
    assert found.complete
    assert len(found.looked) == 3 * len(REGIONS)
    assert hosts(found) == [
        (
            f"@managed/{ACCOUNT}/eu-west-1/a",
            {"provider": "eks", "id": f"arn:aws:eks:eu-west-1:{ACCOUNT}:cluster/a", "cluster": "a"},
        ),
        (
            f"@managed/{SHOP}/eu-west-1/b",
            {
                "provider": "eks",
                "id": f"arn:aws:eks:eu-west-1:{SHOP}:cluster/b",
                "cluster": "b",
                "role": role_of(SHOP),
                "external_id": "x-1",
            },
        ),
    ]


def test_the_same_name_in_each_account_and_region_is_a_cluster_each(aws: Aws) -> None:
    aws.organization([SHOP])
    for account in (ACCOUNT, SHOP):
        create(aws, account=account)
    aws.client("eks", region="us-east-1").create_cluster(name="prod", roleArn=role_of(ACCOUNT), resourcesVpcConfig={})

    assert names(searched()) == [f"{ACCOUNT}/eu-west-1/prod", f"{ACCOUNT}/us-east-1/prod", f"{SHOP}/eu-west-1/prod"]


def test_enabled_regions_are_looked_at_and_no_others(aws: Aws) -> None:
    aws.client("account", region="us-east-1").enable_region(RegionName="me-south-1")
    aws.client("eks", region="me-south-1").create_cluster(
        name="desert", roleArn=role_of(ACCOUNT), resourcesVpcConfig={}
    )

    found = searched(role="", regions=())

    assert names(found) == [f"{ACCOUNT}/me-south-1/desert"]
    assert len(found.looked) == 18
    assert found.complete
    assert aws.calls("eks:ListClusters")["eks:ListClusters"] == 18


def test_a_connected_cluster_is_shown_as_such(aws: Aws) -> None:
    aws.client("eks").register_cluster(name="far", connectorConfig={"roleArn": role_of(ACCOUNT), "provider": "GKE"})

    [cluster] = searched(role="").clusters

    assert (cluster.elsewhere, cluster.audit) == ("connected, runs elsewhere (GKE)", None)


def test_an_account_that_denies_the_role_is_a_gap_that_names_it(aws: Aws) -> None:
    aws.organization([SHOP, BANK])
    create(aws, account=BANK)
    aws.deny("sts:AssumeRole", name=role_of(SHOP))

    found = searched()

    assert gaps(found) == [(Place(SHOP), "denied", "sts:AssumeRole")]
    assert names(found) == [f"{BANK}/eu-west-1/prod"]
    assert not found.complete


def test_a_wrong_external_id_is_a_gap_and_is_not_told(aws: Aws) -> None:
    aws.organization([SHOP])
    aws.ask_for_external_id(role_of(SHOP), "right-one")

    found = searched(external_id="wrong-one")

    assert gaps(found) == [(Place(SHOP), "denied", "sts:AssumeRole")]
    assert "wrong-one" not in str(found.unseen)


def test_a_region_that_an_organisations_policy_closes_is_a_gap_of_its_own(aws: Aws) -> None:
    aws.organization([SHOP])
    create(aws, account=SHOP)
    aws.block(region="us-*", account=SHOP)

    found = searched()

    assert gaps(found) == [(Place(SHOP, "us-east-1"), "denied", "eks:ListClusters")]
    assert "service control policy" in found.unseen[0].why.detail
    assert names(found) == [f"{SHOP}/eu-west-1/prod"]


def test_a_region_that_was_asked_for_and_is_not_enabled_is_a_gap(aws: Aws) -> None:
    found = searched(role="", regions=("me-south-1",))

    assert gaps(found) == [(Place(ACCOUNT, "me-south-1"), "denied", "eks:ListClusters")]
    assert "the region is not enabled" in found.unseen[0].why.detail


def test_accounts_that_nobody_can_use_are_left_out_and_named(aws: Aws) -> None:
    aws.organization([{"id": SHOP, "state": "SUSPENDED"}, {"id": BANK, "state": "PENDING_CLOSURE"}, OLD])

    found = searched()

    assert [(one.place.scope, one.why) for one in found.left_out] == [
        (SHOP, "the account is SUSPENDED"),
        (BANK, "the account is being closed (PENDING_CLOSURE)"),
    ]
    assert found.complete
    assert aws.calls("sts:AssumeRole")["sts:AssumeRole"] == 1


def test_the_old_word_for_an_accounts_state_is_understood(aws: Aws) -> None:
    aws.organization([{"id": SHOP, "state": "SUSPENDED"}])
    aws.set(status_member=True)

    assert len(searched().left_out) == 1


def test_where_the_list_of_accounts_is_refused_the_own_account_is_looked_at(aws: Aws) -> None:
    aws.organization([SHOP])
    aws.deny("organizations:ListAccounts")
    create(aws)

    found = searched()

    assert gaps(found) == [(Place("organization"), "denied", "organizations:ListAccounts")]
    assert names(found) == [f"{ACCOUNT}/eu-west-1/prod"]


def test_where_the_list_is_refused_an_account_that_is_expected_is_looked_at_too(aws: Aws) -> None:
    aws.organization([SHOP, BANK])
    aws.deny("organizations:ListAccounts")
    aws.ask_for_external_id(role_of(BANK), "x-1")
    create(aws, account=SHOP)

    found = searched(expected=(SHOP, BANK))

    assert names(found) == [f"{SHOP}/eu-west-1/prod"]
    assert gaps(found) == [
        (Place(BANK), "denied", "sts:AssumeRole"),
        (Place("organization"), "denied", "organizations:ListAccounts"),
    ]


def test_where_a_further_page_of_the_list_is_refused_each_account_is_looked_at_once(
    aws: Aws, monkeypatch: pytest.MonkeyPatch
) -> None:
    aws.organization([SHOP, BANK])
    aws.truncate("organizations:ListAccounts", size=1)
    ask = accounts.Accounts.call

    def first_page_only(*where: Any, **arguments: Any) -> Any:
        if "NextToken" in arguments and where[3] == "list_accounts":
            raise ClientError({"Error": {"Code": "AccessDeniedException", "Message": "no"}}, "ListAccounts")
        return ask(*where, **arguments)

    monkeypatch.setattr(accounts.Accounts, "call", first_page_only)

    found = searched(expected=(SHOP, BANK))

    assert [place for place, *_ in gaps(found)] == [Place("organization")]
    seen = [(one.scope, one.location) for one in found.looked]
    assert sorted(seen) == [(account, region) for account in (ACCOUNT, SHOP, BANK) for region in REGIONS]


def test_named_accounts_need_no_list(aws: Aws) -> None:
    create(aws, account=SHOP)

    found = searched(accounts=(SHOP, SHOP))

    assert names(found) == [f"{SHOP}/eu-west-1/prod"]
    assert aws.calls()["organizations:ListAccounts"] == 0
    assert aws.calls()["sts:AssumeRole"] == 1


def test_another_account_without_a_role_is_a_gap(aws: Aws) -> None:
    found = searched(role="", accounts=(SHOP,))

    assert gaps(found) == [(Place(SHOP), "denied", "sts:AssumeRole")]
    assert "name a role" in found.unseen[0].why.detail


@pytest.mark.parametrize("size", [0, 1])
def test_short_and_empty_pages_that_lead_on_lose_nothing(aws: Aws, size: int) -> None:
    aws.organization([SHOP, BANK])
    for name in "abc":
        create(aws, name, account=BANK)
    for action in ("organizations:ListAccounts", "account:ListRegions", "eks:ListClusters"):
        aws.truncate(action, size=size)

    found = searched(regions=())

    assert [one.name for one in found.clusters] == ["a", "b", "c"]
    assert len(found.looked) == 3 * 17
    assert found.complete


def test_ec2_knows_the_regions_where_account_management_may_not_be_asked(aws: Aws) -> None:
    aws.deny("account:ListRegions")

    found = searched(role="", regions=())

    assert found.complete
    assert len(found.looked) == 17


def test_where_nobody_tells_the_regions_all_known_ones_are_tried_and_the_gap_is_told(aws: Aws) -> None:
    aws.deny("account:ListRegions")
    aws.deny("ec2:DescribeRegions")
    create(aws)

    found = searched(role="", regions=())

    assert gaps(found) == [(Place(ACCOUNT), "denied", "account:ListRegions, ec2:DescribeRegions")]
    assert names(found) == [f"{ACCOUNT}/eu-west-1/prod"]
    assert len(found.looked) == 17


def test_a_cluster_that_may_not_be_described_is_found_and_its_log_is_not_known(aws: Aws) -> None:
    create(aws)
    aws.deny("eks:DescribeCluster")

    found = searched(role="")

    [cluster] = found.clusters
    assert isinstance(cluster.audit, Unread)
    assert cluster.audit.detail.startswith("eks:DescribeCluster: ")
    assert not found.complete


def test_throttling_is_waited_out(aws: Aws) -> None:
    create(aws)
    aws.throttle("eks:ListClusters", times=2)

    found = searched(role="")

    assert found.complete
    assert names(found) == [f"{ACCOUNT}/eu-west-1/prod"]


def test_throttling_that_does_not_end_is_a_gap(aws: Aws, monkeypatch: pytest.MonkeyPatch) -> None:
    few_attempts(monkeypatch)
    aws.throttle("eks:ListClusters", region="us-east-1")

    assert gaps(searched(role="")) == [(Place(ACCOUNT, "us-east-1"), "throttled", "eks:ListClusters")]


def test_credentials_that_end_on_the_way_are_a_gap(aws: Aws, monkeypatch: pytest.MonkeyPatch) -> None:
    few_attempts(monkeypatch)
    aws.organization([SHOP])
    aws.fail("eks:ListClusters", code="ExpiredTokenException", status=403, account=SHOP, region="us-east-1")

    assert gaps(searched()) == [(Place(SHOP, "us-east-1"), "expired-credential", "eks:ListClusters")]


def test_nobody_we_know_is_a_gap_and_no_crash(aws: Aws, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE")

    assert gaps(searched()) == [(Place("aws"), "denied", "sts:GetCallerIdentity")]


def test_a_profile_that_there_is_not_is_a_gap_and_no_crash(aws: Aws) -> None:
    found = searched(profile="nope")

    assert gaps(found) == [(Place("aws"), "denied", "credentials")]
    assert "no such profile" in found.unseen[0].why.detail


def test_a_server_that_is_not_there_is_a_gap(monkeypatch: pytest.MonkeyPatch, aws: Aws) -> None:
    few_attempts(monkeypatch)
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")

    [gap] = searched().unseen

    assert gap.why.reason is Reason.UNREACHABLE


def test_an_inventory_asks_for_no_more_than_names(aws: Aws) -> None:
    create(aws)
    aws.forget_calls()

    [(name, data)] = aws_clusters(regions=REGIONS)

    assert name == f"@managed/{ACCOUNT}/eu-west-1/prod"
    assert data == {"provider": "eks", "id": f"arn:aws:eks:eu-west-1:{ACCOUNT}:cluster/prod", "cluster": "prod"}
    assert aws.calls() == {"sts:GetCallerIdentity": 1, "eks:ListClusters": 2}


def test_no_account_is_asked_more_at_once_than_it_can_take(aws: Aws) -> None:
    aws.set(latency=0.02)

    searched(role="", regions=())

    assert 1 < aws.peak(ACCOUNT) <= 8
