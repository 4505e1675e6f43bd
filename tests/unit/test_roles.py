"""Which hosts of an inventory are control planes, and of which cluster."""

from __future__ import annotations

import pytest
from pyinfra.api.inventory import Inventory

from kubewitness.roles import cluster_of, is_control_plane

NAMES = ["cp-1", "cp-2", "worker-1", "both", "eks", "other", "alone"]


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
    ],
)
def test_a_host_is_one_unless_its_groups_give_it_another_role(inventory: Inventory, name: str, expected: bool) -> None:
    assert is_control_plane(inventory.get_host(name)) is expected


@pytest.mark.parametrize(("name", "cluster"), [("cp-1", "green"), ("cp-2", "blue"), ("alone", "alone")])
def test_a_host_names_its_cluster_or_is_one_of_its_own(inventory: Inventory, name: str, cluster: str) -> None:
    assert cluster_of(inventory.get_host(name)) == cluster
