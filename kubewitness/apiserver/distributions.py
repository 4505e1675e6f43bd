"""The Kubernetes distributions whose control planes run on nodes, and how to tell them apart. Pure.

Where an API server's flags come from decides how they may be changed: on all but kubeadm's nodes the next start of the
distribution's own tool would undo an edit of the manifest.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Collection


@dataclass(frozen=True, slots=True)
class Distribution:
    """One distribution.

    ``manifest_dir``: where its static pods are; ``None`` where it has none. ``markers`` (paths) and ``processes``
    (names as in /proc/PID/comm): one of them is enough. ``builds_on``: the distribution that it hides, because it uses
    it. ``can_enable``, ``can_read``, ``can_prove``: what this tool does on it today; ``instead``: its own way to
    switch audit logging on.
    """

    id: str
    title: str
    markers: tuple[str, ...]
    processes: tuple[str, ...]
    instead: str
    source_url: str
    manifest_dir: str | None = None
    builds_on: str | None = None
    can_enable: bool = False
    can_read: bool = False
    can_prove: bool = False


DISTRIBUTIONS: Final = (
    Distribution(
        id="kubeadm",
        title="kubeadm",
        manifest_dir="/etc/kubernetes/manifests",
        markers=("/etc/kubernetes/manifests/kube-apiserver.yaml", "/var/lib/kubelet/kubeadm-flags.env"),
        processes=(),
        can_enable=True,
        can_read=True,
        can_prove=True,
        instead="set apiServer.extraArgs and extraVolumes in the ClusterConfiguration, then"
        " kubeadm init phase control-plane apiserver --config FILE",
        source_url="https://kubernetes.io/docs/tasks/debug/debug-cluster/audit/",
    ),
    Distribution(
        id="kubespray",
        title="Kubespray",
        manifest_dir="/etc/kubernetes/manifests",
        markers=("/etc/kubernetes/kubelet.env",),
        processes=(),
        builds_on="kubeadm",
        instead="set kubernetes_audit: true and the audit_* variables in its group_vars, then run its playbook again",
        source_url="https://github.com/kubernetes-sigs/kubespray/blob/master/roles/kubernetes/control-plane/defaults/main/main.yml",
    ),
    Distribution(
        id="cluster-api",
        title="Cluster API",
        manifest_dir="/etc/kubernetes/manifests",
        markers=("/run/cluster-api", "/run/kubeadm/kubeadm.yaml"),
        processes=(),
        builds_on="kubeadm",
        instead="set files and clusterConfiguration.apiServer in the KubeadmControlPlane, which replaces the machines",
        source_url="https://cluster-api.sigs.k8s.io/tasks/bootstrap/kubeadm-bootstrap/",
    ),
    Distribution(
        id="k3s",
        title="K3s",
        markers=("/var/lib/rancher/k3s/server",),
        processes=("k3s-server",),
        instead="add audit-policy-file=… and audit-log-path=… to kube-apiserver-arg in /etc/rancher/k3s/config.yaml,"
        " then systemctl restart k3s",
        source_url="https://docs.k3s.io/security/hardening-guide",
    ),
    Distribution(
        id="rke2",
        title="RKE2",
        manifest_dir="/var/lib/rancher/rke2/agent/pod-manifests",
        markers=("/var/lib/rancher/rke2/server", "/var/lib/rancher/rke2/agent/pod-manifests"),
        processes=("rke2",),
        instead="set audit-policy-file in /etc/rancher/rke2/config.yaml, then systemctl restart rke2-server",
        source_url="https://docs.rke2.io/security/hardening_guide",
    ),
    Distribution(
        id="rke1",
        title="RKE1",
        markers=("/etc/kubernetes/ssl/kubecfg-kube-node.yaml",),
        processes=(),
        instead="set services.kube-api.audit_log in cluster.yml, then rke up",
        source_url="https://rke.docs.rancher.com/config-options/audit-log",
    ),
    Distribution(
        id="microk8s",
        title="MicroK8s",
        markers=("/var/snap/microk8s",),
        processes=("kubelite",),
        instead="add the --audit-* flags to /var/snap/microk8s/current/args/kube-apiserver, then"
        " snap restart microk8s.daemon-kubelite",
        source_url="https://microk8s.io/docs/configuring-services",
    ),
    Distribution(
        id="canonical-k8s",
        title="Canonical Kubernetes",
        markers=("/var/snap/k8s",),
        processes=("k8sd",),
        instead="add the --audit-* flags to /var/snap/k8s/common/args/kube-apiserver, then"
        " snap restart k8s.kube-apiserver",
        source_url="https://documentation.ubuntu.com/canonical-kubernetes/latest/snap/",
    ),
    Distribution(
        id="k0s",
        title="k0s",
        markers=("/etc/k0s/k0s.yaml", "/var/lib/k0s"),
        processes=("k0s",),
        instead="set spec.api.extraArgs in /etc/k0s/k0s.yaml, then systemctl restart k0scontroller",
        source_url="https://docs.k0sproject.io/stable/configuration/",
    ),
    Distribution(
        id="kops",
        title="kOps",
        manifest_dir="/etc/kubernetes/manifests",
        markers=("/etc/sysconfig/kops-configuration",),
        processes=(),
        instead="set spec.kubeAPIServer.auditPolicyFile, auditLogPath and fileAssets, then kops update cluster and"
        " kops rolling-update cluster",
        source_url="https://kops.sigs.k8s.io/cluster_spec/",
    ),
    Distribution(
        id="gce",
        title="kube-up on GCE",
        manifest_dir="/etc/kubernetes/manifests",
        markers=("/etc/srv/kubernetes",),
        processes=(),
        instead="set ENABLE_APISERVER_ADVANCED_AUDIT and ADVANCED_AUDIT_POLICY, then create the control plane anew",
        source_url="https://github.com/kubernetes/kubernetes/blob/master/cluster/gce/gci/configure-kubeapiserver.sh",
    ),
    Distribution(
        id="openshift",
        title="OpenShift",
        manifest_dir="/etc/kubernetes/manifests",
        markers=("/etc/kubernetes/static-pod-resources",),
        processes=(),
        instead="set spec.audit.profile of the APIServer named cluster: oc edit apiserver cluster",
        source_url="https://docs.openshift.com/container-platform/latest/security/audit-log-policy-config.html",
    ),
    Distribution(
        id="microshift",
        title="MicroShift",
        markers=("/etc/microshift", "/var/lib/microshift"),
        processes=("microshift",),
        instead="set apiServer.auditLog in /etc/microshift/config.yaml, then systemctl restart microshift",
        source_url="https://github.com/openshift/microshift/blob/main/docs/user/howto_config.md",
    ),
    Distribution(
        id="talos",
        title="Talos Linux",
        markers=("/system/config/kubernetes/kube-apiserver",),
        processes=("machined",),
        instead="set cluster.apiServer.auditPolicy in the machine configuration: talosctl patch machineconfig",
        source_url="https://www.talos.dev/latest/reference/configuration/v1alpha1/config/",
    ),
)
"""The order is the one of the README's table."""


def detect(paths_present: Collection[str], processes: Collection[str]) -> tuple[str, ...]:
    """The ids of the distributions that left a trace, in the order of the table; of several the caller has to judge.

    ``paths_present``: those markers that exist; ``processes``: names of running processes. One that another one found
    here builds on is left out: a Kubespray node is no kubeadm node. Nodes of kind and minikube are kubeadm's.
    """
    found = [
        distribution
        for distribution in DISTRIBUTIONS
        if any(marker in paths_present for marker in distribution.markers)
        or any(name in processes for name in distribution.processes)
    ]
    hidden = {distribution.builds_on for distribution in found}
    return tuple(distribution.id for distribution in found if distribution.id not in hidden)
