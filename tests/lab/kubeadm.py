"""The cluster: real kubeadm on the nodes."""

from __future__ import annotations

import shutil
import string

from tests.lab import node as nodes
from tests.lab import ssh
from tests.lab.command import run
from tests.lab.images import REPOSITORY
from tests.lab.settings import FILES, Lab, LabError
from tests.lab.topology import POD_SUBNET, Node

_READY = ("wait", "--for=condition=Ready", "node", "--all", "--timeout=120s")


def init(lab: Lab, node: Node, version: str) -> None:
    """`kubeadm init` on the first control plane. Its output stays on the node, in /root/kubeadm.log."""
    template = string.Template((FILES / "kubeadm.yaml").read_text())
    root = nodes.root(lab, node)
    (root / "root/kubeadm.yaml").write_text(
        template.substitute(
            node=node.name,
            address=node.address,
            version=version,
            endpoint=f"{node.address}:6443",  # a load balancer's, once there are several control planes
            repository=REPOSITORY,
            pod_subnet=POD_SUBNET,
        )
    )
    # addon: kube-proxy and CoreDNS have no images here. SystemVerification: says that cgroup v1 is deprecated.
    command = (
        "kubeadm init --config /root/kubeadm.yaml --skip-phases=addon --ignore-preflight-errors=SystemVerification"
    )
    log = root / "root/kubeadm.log"
    try:
        ssh.call(lab, node, "sh", "-c", f"{command} >/root/kubeadm.log 2>&1")
    except LabError as error:
        said = log.read_text().strip().splitlines()[-5:] if log.exists() else [str(error)]
        raise LabError(f"kubeadm init failed on {node.name} (all of it: {log}): {' | '.join(said)}") from error
    shutil.copy2(root / "etc/kubernetes/admin.conf", lab.kubeconfig)


def wait_until_ready(lab: Lab) -> None:
    kubectl(lab, *_READY)


def kubectl(lab: Lab, *arguments: str) -> str:
    return run("nsenter", f"--net={lab.namespace}", lab.kubectl, "--kubeconfig", lab.kubeconfig, *arguments)
