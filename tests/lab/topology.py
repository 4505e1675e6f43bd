"""The nodes of a lab, as data: how many of which kind, what they are called, and where they are."""

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
    COLLECTOR = "collector"  # a plain Debian: where the workers' logs go
    WORKER = "worker"  # a plain Debian: its logs, and what ships them


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


MOST_WORKERS = 20  # as many addresses are kept for them


@dataclass(frozen=True, slots=True)
class Layout:
    """How many nodes of which kind. A bastion comes with a control plane, a collector node with the first worker."""

    control_planes: int = 1
    workers: int = 0

    @property
    def nodes(self) -> tuple[Node, ...]:
        control_planes = [
            Node(f"cp-{i}", Role.CONTROL_PLANE, f"10.99.0.{10 + i}", pod_subnet=f"10.244.{i}.0/24")
            for i in range(1, self.control_planes + 1)
        ]
        workers = [Node(f"worker-{i}", Role.WORKER, f"10.99.0.{30 + i}") for i in range(1, self.workers + 1)]
        bastion = [Node("bastion", Role.BASTION, "10.99.0.5")] if control_planes else []
        collector = [Node("collector-1", Role.COLLECTOR, "10.99.0.21")] if workers else []
        return (*bastion, *control_planes, *collector, *workers)

    @property
    def control_plane(self) -> Node | None:
        """The one that `kubeadm init` runs on; ``None``: the lab has no Kubernetes."""
        return next((node for node in self.nodes if node.role is Role.CONTROL_PLANE), None)

    def holds(self, other: Layout) -> bool:
        """Is every node of the other layout in this one?"""
        return self.control_planes >= other.control_planes and self.workers >= other.workers


USERS = (
    User("root", "root"),
    User("deployer", "home/deployer"),  # sudo without a password
    User("careful", "home/careful"),  # sudo with SUDO_PASSWORD
)
