from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubewitness.discovery.expected import compared, exit_code, parse_expected, place_of
from kubewitness.discovery.found import Item, Looked, Place, gathered
from kubewitness.errors import KubewitnessError
from kubewitness.report import Options
from kubewitness.report.discovery import DiscoveryReport, discovery_renderer
from tests.unit.discovery.items import SHOP, cluster, unseen

ARN = "arn:aws:eks:eu-west-1:111111111111:cluster/"
AKS = "/subscriptions/s-1/resourceGroups/g/providers/Microsoft.ContainerService/managedClusters/prod"


def test_a_list_is_an_id_a_line() -> None:
    text = f"# ours\n{ARN}a  # the shop\n\n{AKS}\nprojects/p/locations/l/clusters/c\n{ARN}a\n"

    assert parse_expected(text, "list") == (f"{ARN}a", AKS, "projects/p/locations/l/clusters/c")


def test_what_was_found_earlier_is_a_list() -> None:
    found = gathered([cluster("a"), cluster("b"), unseen("2")])
    report = DiscoveryReport("kubewitness", "aws", "2026-11-21T00:00:00Z", found, None)

    text = discovery_renderer("json")(report, Options())

    assert parse_expected(text, "list") == (f"{ARN}a", f"{ARN}b")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "names no cluster"),
        ("# nothing\n", "names no cluster"),
        (f"{ARN}a\nprod\n", "list:2: 'prod' is not a cluster's id"),
        ("{", "not what `kubewitness discover -o json` writes"),
        ('{"schema": "kubewitness/report/v1", "clusters": []}', "its schema is 'kubewitness/report/v1'"),
        (json.dumps({"schema": "kubewitness/discovery/v1", "clusters": [{}]}), "KeyError: 'id'"),
        ("[" * 100_000, "is not a cluster's id"),
    ],
)
def test_a_list_that_is_none_is_refused(text: str, said: str) -> None:
    with pytest.raises(KubewitnessError, match="list") as raised:
        parse_expected(text, "list")

    assert said in str(raised.value)


@given(st.text() | st.text(st.sampled_from('{}[]":,arn#\n')))
def test_any_text_is_a_list_or_refused(text: str) -> None:
    try:
        found = parse_expected(text, "list")
    except KubewitnessError:
        return

    assert all(place_of(one) for one in found)


def test_missing_and_unexpected_clusters_are_differences() -> None:
    found = gathered([Looked(SHOP), cluster("a"), cluster("new")])

    comparison = compared(found, (f"{ARN}a", f"{ARN}gone"))

    assert [one.id for one in comparison.missing] == [f"{ARN}gone"]
    assert comparison.missing[0].looked_at
    assert [one.name for one in comparison.unexpected] == ["new"]
    assert exit_code(found, comparison) == 1


def test_a_cluster_whose_account_nobody_looked_at_is_missing_and_that_is_said() -> None:
    found = gathered([Looked(SHOP)])

    [missing] = compared(found, ("arn:aws:eks:eu-west-1:999999999999:cluster/x",)).missing

    assert not missing.looked_at


def test_what_could_not_be_looked_at_is_neither_missing_nor_there() -> None:
    found = gathered([Looked(SHOP), unseen("111111111111", "us-east-1"), unseen("222222222222")])
    wanted = ("arn:aws:eks:us-east-1:111111111111:cluster/x", "arn:aws:eks:eu-west-1:222222222222:cluster/y")

    comparison = compared(found, wanted)

    assert (comparison.missing, comparison.unexpected) == ((), ())
    assert [one.unseen.place for one in comparison.not_known] == [
        Place("111111111111", "us-east-1"),
        Place("222222222222"),
    ]
    assert exit_code(found, comparison) == 3


def test_ids_are_the_same_in_any_case() -> None:
    assert not compared(gathered([cluster("a")]), (f"{ARN}A".upper().replace("ARN:AWS:EKS", "arn:aws:eks"),)).differs


@pytest.mark.parametrize(
    ("items", "code"),
    [
        ([Looked(SHOP), cluster("a")], 0),
        ([Looked(SHOP)], 0),
        ([cluster("a"), unseen("1")], 3),
        ([Looked(SHOP), unseen("1")], 3),
        ([unseen("1")], 2),
        ([], 2),
    ],
)
def test_without_a_list_only_gaps_count(items: list[Item], code: int) -> None:
    assert exit_code(gathered(items), None) == code
