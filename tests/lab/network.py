"""The lab's own network: nothing of it appears in the machine's, and nothing in it reaches the outside.

One namespace holds the bridge, and each node has a namespace of its own at the end of a cable (veth).
"""

from __future__ import annotations

from pathlib import Path

from tests.lab.command import run
from tests.lab.settings import Lab
from tests.lab.topology import GATEWAY, PREFIX_LENGTH, Node

_NAMESPACES = Path("/run/netns")
_BRIDGE = "br0"


def create(lab: Lab) -> None:
    run("ip", "netns", "add", lab.name)
    _configure(
        lab.name,
        "link set lo up",
        f"link add {_BRIDGE} type bridge",
        f"addr add {GATEWAY}/{PREFIX_LENGTH} dev {_BRIDGE}",
        f"link set {_BRIDGE} up",
    )


def attach(lab: Lab, node: Node) -> None:
    machine, cable = lab.machine(node.name), f"v-{node.name}"
    run("ip", "netns", "add", machine)
    _configure(
        lab.name,
        f"link add {cable} type veth peer name eth0 netns {machine}",
        f"link set {cable} master {_BRIDGE} up",
    )
    _configure(
        machine,
        "link set lo up",
        f"addr add {node.address}/{PREFIX_LENGTH} dev eth0",
        "link set eth0 up",
        # kubeadm and the kubelet look for a default route to learn their own address. It leads nowhere.
        f"route add default via {GATEWAY}",
    )


def namespaces(lab: Lab) -> list[Path]:
    return sorted(path for path in _NAMESPACES.glob("*") if lab.owns(path.name))


def processes(namespaces: list[Path]) -> set[int]:
    """Every process that has one of them as its network namespace."""
    wanted = {path.stat().st_ino for path in namespaces}
    found = set()
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if (process / "ns/net").stat().st_ino in wanted:
                found.add(int(process.name))
        except OSError:  # it ended meanwhile
            continue
    return found


def remove(namespaces: list[Path]) -> None:
    for namespace in namespaces:
        run("ip", "netns", "delete", namespace.name)
    # The first `ip netns add` on a machine mounts this folder on itself, and no `delete` undoes it.
    if namespaces and not any(_NAMESPACES.iterdir()):
        run("umount", _NAMESPACES)
        _NAMESPACES.rmdir()


def _configure(namespace: str, *commands: str) -> None:
    run("ip", "-n", namespace, "-batch", "-", stdin="\n".join(commands))
