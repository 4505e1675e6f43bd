"""Up, down, and what is there."""

from __future__ import annotations

import json
import logging
import time
from dataclasses import dataclass
from pathlib import Path

from tests.lab import binaries, images, kubeadm, layers, machine, network, node, ssh, traces, tree
from tests.lab.settings import Lab, LabError, kubernetes_version
from tests.lab.topology import FIRST_CONTROL_PLANE, NODES, SUDO_PASSWORD, Node

log = logging.getLogger("lab")


@dataclass(frozen=True, slots=True)
class Caches:
    """Everything that outlives `down`."""

    binaries: binaries.Binaries
    tree: Path
    images: Path


def build(lab: Lab, version: str) -> Caches:
    """Find or make what `up` needs."""
    found = binaries.find(lab, version)
    return Caches(found, tree.find_or_make(lab), images.find_or_make(lab, found, version))


def up(lab: Lab, version: str) -> None:
    """Bring the lab up, if it is not. What is left of another attempt is removed first."""
    machine.require(lab)
    with lab.alone():
        running = running_version(lab)
        if running == version:
            log.info("the lab is up already, with Kubernetes %s", version)
            return
        if running is not None:
            raise LabError(f"the lab is up with Kubernetes {running}, not {version}: python -m tests.lab down")
        _start(lab, version)


def down(lab: Lab) -> None:
    with lab.alone():
        _remove(lab)


def reset(lab: Lab) -> None:
    """Back to the state right after `kubeadm init`, whatever has happened since."""
    machine.require(lab)
    with lab.alone():
        _start(lab, _recorded_version(lab) or kubernetes_version())


def running_version(lab: Lab) -> str | None:
    """Of the lab that is up, with every node; ``None`` when there is none."""
    if not all(node.leader(lab, each) for each in NODES):
        return None
    return _recorded_version(lab)


def require_up(lab: Lab) -> str:
    if (version := running_version(lab)) is None:
        raise LabError("the lab is not up: python -m tests.lab up")
    return version


def environment(lab: Lab, version: str) -> dict[str, str]:
    """What a program in the lab's network namespace is told."""
    return {
        "KUBEWITNESS_LAB_NAME": lab.name,
        "KUBEWITNESS_LAB_DIR": str(lab.home),
        "KUBEWITNESS_LAB_VERSION": version,
        "KUBEWITNESS_LAB_RUN": str(lab.run),
        "KUBEWITNESS_LAB_SSH_CONFIG": str(lab.ssh_config_inside),
        "KUBEWITNESS_LAB_SSH_KEY": str(lab.identity),
        "KUBEWITNESS_LAB_KNOWN_HOSTS": str(lab.known_hosts),
        "KUBEWITNESS_LAB_KUBECONFIG": str(lab.kubeconfig),
        "KUBEWITNESS_LAB_SUDO_PASSWORD": SUDO_PASSWORD,
    }


def status(lab: Lab) -> dict[str, object]:
    """The shape of `status --json`; all but `up` and `name` only while the lab is up."""
    if (version := running_version(lab)) is None:
        return {"up": False, "name": lab.name}
    return {
        "up": True,
        "name": lab.name,
        "version": version,
        "run": str(lab.run),
        "namespace": str(lab.namespace),
        "ssh_config": str(lab.ssh_config),
        "ssh_config_inside": str(lab.ssh_config_inside),
        "ssh_key": str(lab.identity),
        "known_hosts": str(lab.known_hosts),
        "kubeconfig": str(lab.kubeconfig),
        "nodes": [{"name": each.name, "role": each.role, "address": each.address} for each in NODES],
    }


def node_states(lab: Lab) -> dict[str, str]:
    """What systemd says of each node: ``running``, ``degraded`` …"""
    return {each.name: _state(lab, each) for each in NODES}


def _start(lab: Lab, version: str) -> None:
    caches = build(lab, version)
    _remove(lab)
    lab.run.mkdir(parents=True)
    pause = images.references(caches.binaries, version)["pause"]
    layers.make(lab, caches.binaries, pause)
    ssh.make_client(lab)
    network.create(lab)
    supervisors = [node.start(lab, each, caches.tree, caches.images) for each in NODES]
    for each, supervisor in zip(NODES, supervisors, strict=True):
        node.wait_for_boot(lab, each, supervisor)
    log.info("booted: %s", ", ".join(each.name for each in NODES))
    kubeadm.init(lab, FIRST_CONTROL_PLANE, version)
    log.info("kubeadm init done")
    kubeadm.wait_until_ready(lab)
    _record(lab).write_text(json.dumps({"version": version}))
    log.info("up, with Kubernetes %s", version)


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


def _recorded_version(lab: Lab) -> str | None:
    try:
        return str(json.loads(_record(lab).read_text())["version"])
    except FileNotFoundError:
        return None
