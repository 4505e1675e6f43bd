"""The nodes of the lab, as data: another control plane or worker is another line here."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

GATEWAY = "10.99.0.1"  # the lab's own end of the bridge: where `run --` runs programs
PREFIX_LENGTH = 24
POD_SUBNET = "10.244.0.0/16"

SUDO_PASSWORD = "only-for-the-lab"  # noqa: S105  the one of `careful`; nobody can log in with it


class Role(StrEnum):
    BASTION = "bastion"  # sshd and nothing else: where a ProxyJump goes through
    CONTROL_PLANE = "control-plane"


@dataclass(frozen=True, slots=True)
class Node:
    name: str
    role: Role
    address: str
    pod_subnet: str = ""  # of the bridge plugin; empty: no Kubernetes


@dataclass(frozen=True, slots=True)
class User:
    """Somebody who can log in to every node with the lab's key."""

    name: str
    home: str


NODES = (
    Node("bastion", Role.BASTION, "10.99.0.5"),
    Node("cp-1", Role.CONTROL_PLANE, "10.99.0.11", pod_subnet="10.244.1.0/24"),
)
FIRST_CONTROL_PLANE = next(node for node in NODES if node.role is Role.CONTROL_PLANE)
ENDPOINT = f"{FIRST_CONTROL_PLANE.address}:6443"  # a load balancer's, once there are several control planes

USERS = (
    User("root", "root"),
    User("deployer", "home/deployer"),  # sudo without a password
    User("careful", "home/careful"),  # sudo with SUDO_PASSWORD
)
