"""Which nodes a lab has, and when one that is up will do."""

from __future__ import annotations

import argparse

import pytest

from tests.lab.__main__ import _workers
from tests.lab.lifecycle import Plan
from tests.lab.topology import MOST_WORKERS, Layout, Role


def test_a_lab_is_a_control_plane_and_a_bastion() -> None:
    assert [node.name for node in Layout().nodes] == ["bastion", "cp-1"]


def test_workers_bring_a_collector_node() -> None:
    names = [node.name for node in Layout(workers=2).nodes]

    assert names == ["bastion", "cp-1", "collector-1", "worker-1", "worker-2"]


def test_without_a_control_plane_there_is_no_kubernetes_anywhere() -> None:
    layout = Layout(control_planes=0, workers=1)

    assert {node.role for node in layout.nodes} == {Role.COLLECTOR, Role.WORKER}
    assert layout.control_plane is None
    assert Plan.of(layout, "v1.37.1").version is None


def test_every_node_has_an_address_of_its_own() -> None:
    nodes = Layout(workers=MOST_WORKERS).nodes

    assert len({node.address for node in nodes}) == len(nodes)
    assert all(int(node.address.rpartition(".")[2]) < 255 for node in nodes)


@pytest.mark.parametrize(
    ("there", "wanted", "will_do"),
    [
        (Layout(), Layout(), True),
        (Layout(workers=2), Layout(), True),
        (Layout(workers=2), Layout(control_planes=0, workers=1), True),
        (Layout(), Layout(workers=1), False),
        (Layout(control_planes=0, workers=1), Layout(), False),
    ],
)
def test_a_lab_with_more_nodes_will_do(there: Layout, wanted: Layout, *, will_do: bool) -> None:
    assert there.holds(wanted) is will_do


@pytest.mark.parametrize("text", ["-1", "many", "1.5", "", str(MOST_WORKERS + 1)])
def test_a_number_of_workers_is_a_small_number(text: str) -> None:
    with pytest.raises(argparse.ArgumentTypeError, match="not a number from 0 to"):
        _workers(text)
