from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubewitness.discovery.found import Item, LeftOut, Looked, Place, gathered, hosts, parse_unread
from kubewitness.model import Reason, Unread
from tests.unit.discovery.items import SHOP, cluster, unseen


def test_the_order_is_the_same_whoever_answered_first() -> None:
    items: list[Item] = [
        cluster("b"),
        unseen("2"),
        Looked(SHOP),
        cluster("a"),
        LeftOut(Place("3"), "closed"),
        unseen("1"),
    ]

    found = gathered(items)

    assert found == gathered(reversed(items))
    assert [one.name for one in found.clusters] == ["a", "b"]
    assert [one.place.scope for one in found.unseen] == ["1", "2"]


def test_what_comes_twice_counts_once() -> None:
    found = gathered([cluster("a"), cluster("a"), unseen("1"), unseen("1"), Looked(SHOP), Looked(SHOP)])

    assert (len(found.clusters), len(found.unseen), len(found.looked)) == (1, 1, 1)


def test_a_search_is_complete_when_nothing_refused() -> None:
    assert gathered([cluster("a"), Looked(SHOP), LeftOut(Place("3"), "closed")]).complete
    assert not gathered([cluster("a"), unseen("1")]).complete


def test_each_host_has_a_name_of_its_own() -> None:
    other = Place("111111111111", "us-east-1")

    listed = hosts(gathered([cluster("a"), cluster("a", other), unseen("222222222222"), unseen("1", "us-east-1")]))

    assert [name for name, _ in listed] == [
        "@managed/111111111111/eu-west-1/a",
        "@managed/111111111111/us-east-1/a",
        "@managed/1/us-east-1",
        "@managed/222222222222",
    ]


@given(st.lists(st.text(st.sampled_from("a~2/\x1b\u202e"), min_size=1, max_size=4), unique=True))
def test_no_name_is_lost_whatever_clusters_are_called(names: list[str]) -> None:
    listed = hosts(gathered(cluster(name) for name in names))

    assert len({name for name, _ in listed}) == len(names)
    assert all(name.isprintable() for name, _ in listed)


def test_what_could_not_be_looked_at_is_a_host_with_the_reason() -> None:
    [(_, data)] = hosts(gathered([unseen("1", detail="sts:AssumeRole: no: not you")]))

    assert parse_unread(data["unread"]) == Unread(Reason.DENIED, "sts:AssumeRole: no: not you")


def test_a_reason_that_there_is_not_is_part_of_the_text() -> None:
    assert parse_unread("broken: by hand") == Unread(Reason.NOT_OBSERVED, "broken: by hand")


@pytest.mark.parametrize(
    ("one", "other", "overlap"),
    [
        (("p", ""), ("p", "europe-west1"), True),
        (("p", "europe-west1-b"), ("p", "europe-west1"), True),
        (("p", "europe-west1"), ("p", "europe-west10"), False),
        (("p", "us-east-1"), ("p", "us-east-2"), False),
        (("p", ""), ("q", ""), False),
        (("ABC", ""), ("abc", ""), True),
    ],
)
def test_places_overlap_where_one_lies_in_the_other(
    one: tuple[str, str], other: tuple[str, str], overlap: bool
) -> None:
    assert Place(*one).overlaps(Place(*other)) is overlap
    assert Place(*other).overlaps(Place(*one)) is overlap
