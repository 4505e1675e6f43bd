"""Up, down, and what is there."""

from __future__ import annotations

import json
import logging
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from tests.lab import binaries, images, kubeadm, layers, machine, network, node, ssh, traces, tree
from tests.lab.settings import Lab, LabError, kubernetes_version
from tests.lab.topology import SUDO_PASSWORD, Layout, Node

log = logging.getLogger("lab")


@dataclass(frozen=True, slots=True)
class Plan:
    """What a lab is to be, or is. ``version``: of Kubernetes; ``None``: it has none."""

    layout: Layout
    version: str | None

    @classmethod
    def of(cls, layout: Layout, version: str) -> Plan:
        return cls(layout, version if layout.control_planes else None)

    def __str__(self) -> str:
        names = ", ".join(node.name for node in self.layout.nodes)
        return f"{names}, {f'Kubernetes {self.version}' if self.version else 'no Kubernetes'}"


@dataclass(frozen=True, slots=True)
class Cluster:
    """What a control plane is made of."""

    version: str
    binaries: binaries.Binaries
    images: Path


@dataclass(frozen=True, slots=True)
class Caches:
    """Everything that outlives `down`. ``cluster``: ``None`` where no control plane is wanted."""

    tree: Path
    cluster: Cluster | None


def build(lab: Lab, version: str | None) -> Caches:
    """Find or make what `up` needs; without a version what a lab without Kubernetes needs."""
    cluster = None
    if version is not None:
        found = binaries.find(lab, version)
        cluster = Cluster(version, found, images.find_or_make(lab, found, version))
    return Caches(tree.find_or_make(lab), cluster)


def up(lab: Lab, plan: Plan) -> None:
    """Bring the lab up, if it is not. What is left of another attempt is removed first."""
    machine.require(lab)
    with lab.alone():
        there = running(lab)
        if there is None:
            _start(lab, plan)
        elif there.layout.holds(plan.layout) and plan.version in {there.version, None}:
            log.info("the lab is up already: %s", there)
        else:
            raise LabError(f"the lab is up, but with {there}; wanted: {plan}: python -m tests.lab down")


def down(lab: Lab) -> None:
    with lab.alone():
        _remove(lab)


def reset(lab: Lab) -> None:
    """Back to the state right after `up`, whatever has happened since."""
    machine.require(lab)
    with lab.alone():
        _start(lab, _recorded(lab) or Plan.of(Layout(), kubernetes_version()))


def running(lab: Lab) -> Plan | None:
    """The lab that is up, with every node; ``None`` when there is none."""
    plan = _recorded(lab)
    return plan if plan is not None and all(node.leader(lab, each) for each in plan.layout.nodes) else None


def require_up(lab: Lab) -> Plan:
    if (plan := running(lab)) is None:
        raise LabError("the lab is not up: python -m tests.lab up")
    return plan


def environment(lab: Lab, plan: Plan) -> dict[str, str]:
    """What a program in the lab's network namespace is told."""
    cluster = {"KUBEWITNESS_LAB_VERSION": plan.version, "KUBEWITNESS_LAB_KUBECONFIG": str(lab.kubeconfig)}
    return {
        "KUBEWITNESS_LAB_NAME": lab.name,
        "KUBEWITNESS_LAB_DIR": str(lab.home),
        "KUBEWITNESS_LAB_RUN": str(lab.run),
        "KUBEWITNESS_LAB_SSH_CONFIG": str(lab.ssh_config_inside),
        "KUBEWITNESS_LAB_SSH_KEY": str(lab.identity),
        "KUBEWITNESS_LAB_KNOWN_HOSTS": str(lab.known_hosts),
        "KUBEWITNESS_LAB_SUDO_PASSWORD": SUDO_PASSWORD,
        **({key: value for key, value in cluster.items() if value} if plan.version else {}),
    }


def status(lab: Lab) -> dict[str, object]:
    """The shape of `status --json`; all but `up` and `name` only while the lab is up, and what is Kubernetes' only
    where there is a control plane.
    """
    if (plan := running(lab)) is None:
        return {"up": False, "name": lab.name}
    return {
        "up": True,
        "name": lab.name,
        "run": str(lab.run),
        "namespace": str(lab.namespace),
        "ssh_config": str(lab.ssh_config),
        "ssh_config_inside": str(lab.ssh_config_inside),
        "ssh_key": str(lab.identity),
        "known_hosts": str(lab.known_hosts),
        "nodes": [{"name": each.name, "role": each.role, "address": each.address} for each in plan.layout.nodes],
        **({"version": plan.version, "kubeconfig": str(lab.kubeconfig)} if plan.version else {}),
    }


def node_states(lab: Lab, plan: Plan) -> dict[str, str]:
    """What systemd says of each node: ``running``, ``degraded`` …"""
    return {each.name: _state(lab, each) for each in plan.layout.nodes}


def _start(lab: Lab, plan: Plan) -> None:
    caches, nodes = build(lab, plan.version), plan.layout.nodes
    _remove(lab)
    lab.run.mkdir(parents=True)
    layers.make_common(lab)
    if (cluster := caches.cluster) is not None:
        pause = images.references(cluster.binaries, cluster.version)["pause"]
        layers.make_kubernetes(lab, cluster.binaries, pause)
    ssh.make_client(lab, nodes)
    network.create(lab)
    store = cluster.images if cluster else None
    supervisors = [node.start(lab, each, nodes, caches.tree, store) for each in nodes]
    for each, supervisor in zip(nodes, supervisors, strict=True):
        node.wait_for_boot(lab, each, supervisor)
    log.info("booted: %s", ", ".join(each.name for each in nodes))
    if cluster is not None and (first := plan.layout.control_plane) is not None:
        kubeadm.init(lab, first, cluster.version)
        log.info("kubeadm init done")
        kubeadm.wait_until_ready(lab)
    _record(lab).write_text(json.dumps(asdict(plan)))
    log.info("up: %s", plan)


def _state(lab: Lab, each: Node) -> str:
    try:
        # It fails for all but "running"; what it prints is what we want to know.
        return ssh.call(lab, each, "sh", "-c", "systemctl is-system-running || true").strip()
    except LabError as error:
        return f"runs, but cannot be reached: {error}"


def _remove(lab: Lab) -> None:
    if not traces.find(lab):
        return
    began = time.monotonic()
    traces.remove(lab)
    log.info("removed what was there, in %.1f s", time.monotonic() - began)


def _record(lab: Lab) -> Path:
    """Written when the lab is up: without it, what is there is half a lab."""
    return lab.run / "lab.json"


def _recorded(lab: Lab) -> Plan | None:
    try:
        written = json.loads(_record(lab).read_text())
        return Plan(Layout(**written["layout"]), written["version"])
    except (FileNotFoundError, TypeError, KeyError):  # none, or one of an older checkout
        return None
