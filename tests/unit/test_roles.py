"""Which hosts of an inventory are control planes, and of which cluster."""

from __future__ import annotations

import pytest
from pyinfra.api.inventory import Inventory

from kubewitness.roles import cluster_of, is_control_plane, is_managed, may_share_a_cluster

NAMES = ["cp-1", "cp-2", "worker-1", "both", "eks", "other", "alone", "@managed/shop"]


@pytest.fixture
def inventory() -> Inventory:
    return Inventory(
        (NAMES, {}),
        control_plane=(["cp-1", ("cp-2", {"cluster": "blue"}), "both"], {"cluster": "green"}),
        workers=(["worker-1", "both"], {}),
        managed=(["eks"], {}),
        europe=(["other"], {}),
    )


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("cp-1", True),
        ("worker-1", False),
        ("both", True),
        ("eks", False),
        ("other", True),
        ("alone", True),
        ("@managed/shop", False),
    ],
)
def test_a_host_is_one_unless_its_groups_give_it_another_role(inventory: Inventory, name: str, expected: bool) -> None:
    assert is_control_plane(inventory.get_host(name)) is expected


@pytest.mark.parametrize(
    ("name", "cluster"), [("cp-1", "green"), ("cp-2", "blue"), ("alone", "alone"), ("@managed/shop", "shop")]
)
def test_a_host_names_its_cluster_or_is_one_of_its_own(inventory: Inventory, name: str, cluster: str) -> None:
    assert cluster_of(inventory.get_host(name)) == cluster


def test_a_managed_cluster_is_one_by_its_name_and_a_machine_of_that_group_is_none(inventory: Inventory) -> None:
    assert [host.name for host in inventory if is_managed(host)] == ["@managed/shop"]


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("cp-1", "both", True),
        ("cp-1", "cp-2", False),
        ("alone", "other", True),
        ("alone", "cp-1", True),
        ("@managed/shop", "alone", False),
    ],
)
def test_a_machine_without_a_cluster_may_be_of_any(inventory: Inventory, one: str, other: str, expected: bool) -> None:
    assert may_share_a_cluster(inventory.get_host(one), inventory.get_host(other)) is expected
