"""One node: a container with systemd as its PID 1, on an overlay of the Debian tree, run by systemd-nspawn."""

from __future__ import annotations

import json
import subprocess
import time
import uuid
from collections.abc import Sequence
from pathlib import Path

from tests.lab import cgroups, images, layers, network, ssh
from tests.lab.command import run, succeeds
from tests.lab.settings import FILES, Lab, LabError
from tests.lab.topology import Node, Role

_BOOT_SECONDS = 60

# nspawn's own defaults would take from the node what the kubelet and runc need, or give it what a node would not have.
_NSPAWN = (
    "--quiet",
    "--boot",
    "--register=no",  # no systemd-machined here to register with
    "--keep-unit",  # and no systemd to ask for a scope: stay in the cgroup that files/run-node.sh went into
    "--console=pipe",
    "--resolv-conf=off",  # or nspawn copies the machine's into the node
    "--timezone=off",
    # With a network namespace of ours nspawn drops CAP_NET_ADMIN, and kubeadm's preflight cannot read ip_forward.
    "--capability=all",
    "--kill-signal=SIGRTMIN+3",
)


def folder(lab: Lab, node: Node) -> Path:
    return lab.run / "nodes" / node.name


def root(lab: Lab, node: Node) -> Path:
    """The node's files, as the node sees them but for what it mounts itself."""
    return folder(lab, node) / "root"


def start(lab: Lab, node: Node, neighbours: Sequence[Node], tree: Path, store: Path | None) -> subprocess.Popen[bytes]:
    """Start a node, and return what supervises it; `wait_for_boot` before using the node.

    Args:
        lab: whose node it is.
        node: the node.
        neighbours: whom it knows by name, itself among them.
        tree: the Debian tree.
        store: the images; only a control plane needs them.
    """
    home = folder(lab, node)
    for name in ("root", "upper", "work"):
        (home / name).mkdir(parents=True)
    lower = ":".join(map(str, [*layers.of(lab, node), tree]))
    options = f"lowerdir={lower},upperdir={home / 'upper'},workdir={home / 'work'}"
    # The lab's name as the mount's source: `down` finds it, wherever the folder is.
    run("mount", "-t", "overlay", "-o", options, lab.name, root(lab, node))
    _make_individual(lab, node, neighbours)
    network.attach(lab, node)
    groups = home / "cgroups"
    groups.write_text("".join(f"{group}\n" for group in cgroups.create(lab.machine(node.name))))
    arguments = [
        *_NSPAWN,
        f"--directory={root(lab, node)}",
        f"--hostname={node.name}",
        f"--network-namespace-path=/run/netns/{lab.machine(node.name)}",
        *(f"--bind={source}:{target}" for source, target in _data_folders(lab, node, store)),
    ]
    with (home / "console.log").open("ab") as console:
        # A session of its own: Ctrl-C, or a time limit round `up`, must not take the node down.
        return subprocess.Popen(
            [FILES / "run-node.sh", groups, lab.machine(node.name), *arguments],
            stdin=subprocess.DEVNULL,
            stdout=console,
            stderr=console,
            start_new_session=True,
        )


def wait_for_boot(lab: Lab, node: Node, supervisor: subprocess.Popen[bytes]) -> None:
    """Wait until sshd answers."""
    deadline = time.monotonic() + _BOOT_SECONDS
    while not succeeds("nsenter", f"--net={lab.namespace}", "nc", "-z", node.address, "22"):
        if supervisor.poll() is not None or time.monotonic() > deadline:
            console = folder(lab, node) / "console.log"
            said = " | ".join(console.read_text(errors="replace").splitlines()[-3:])
            raise LabError(f"{node.name} does not boot (all of it: {console}): {said or 'it printed nothing'}")
        time.sleep(0.05)


def leader(lab: Lab, node: Node) -> int | None:
    """The node's PID 1 as the machine counts it; ``None`` when the node does not run."""
    groups = [group for group in cgroups.find(lab) if group.name == lab.machine(node.name)]
    for process in cgroups.processes(groups):
        try:
            status = Path(f"/proc/{process}/status").read_text()
        except OSError:  # it ended meanwhile
            continue
        # "NSpid: 4711 1": PID 1 one level down. A pod's first process is PID 1 too, but two levels down.
        if any(line.split()[2:] == ["1"] for line in status.splitlines() if line.startswith("NSpid:")):
            return process
    return None


def _make_individual(lab: Lab, node: Node, neighbours: Sequence[Node]) -> None:
    etc = root(lab, node) / "etc"
    (etc / "hostname").write_text(f"{node.name}\n")
    (etc / "machine-id").write_text(f"{uuid.uuid4().hex}\n")
    (etc / "hosts").write_text("127.0.0.1 localhost\n" + "".join(f"{n.address} {n.name}\n" for n in neighbours))
    ssh.install(lab, node, root(lab, node))
    if node.pod_subnet:
        (etc / "cni/net.d").mkdir(parents=True)
        (etc / "cni/net.d/10-lab.conflist").write_text(json.dumps(_pod_network(node), indent=2))


def _pod_network(node: Node) -> dict[str, object]:
    """A bridge for the pods of this node alone: enough for the node to become Ready."""
    addresses = {"type": "host-local", "ranges": [[{"subnet": node.pod_subnet}]], "routes": [{"dst": "0.0.0.0/0"}]}
    bridge = {"type": "bridge", "bridge": "cni0", "isGateway": True, "ipam": addresses}
    return {"cniVersion": "1.0.0", "name": "lab", "plugins": [bridge]}


def _data_folders(lab: Lab, node: Node, store: Path | None) -> list[tuple[Path, str]]:
    """Folders of the machine's disk: the kernel stacks no overlay (containerd's) on an overlay (the node's root)."""
    if node.role is not Role.CONTROL_PLANE or store is None:
        return []
    home = folder(lab, node)
    images.link(store, home / "containerd")
    for name in ("etcd", "kubelet"):  # they would do without, but real nodes have them on a disk too
        (home / name).mkdir(mode=0o700)
    return [(home / name, f"/var/lib/{name}") for name in ("containerd", "etcd", "kubelet")]
