"""Manifests for these tests.

``kubeadm-1.37.1.yaml`` is what ``kubeadm init phase control-plane apiserver --dry-run`` of 1.37.1 wrote for a made-up
address (1.34.4 differs in the image's tag only); ``kubeadm-1.37.1-audited.yaml`` is that file with AUDIT. The kubelet
of 1.37.1 accepts both. Everything else here is made up.
"""

from __future__ import annotations

import difflib
from pathlib import Path

from kubewitness.apiserver import AddedVolume, ManifestEdit

HERE = Path(__file__).parent
KUBEADM = (HERE / "kubeadm-1.37.1.yaml").read_text(encoding="utf-8")
AUDITED = (HERE / "kubeadm-1.37.1-audited.yaml").read_text(encoding="utf-8")

POLICY_VOLUME = AddedVolume(
    "audit-policy", "/etc/kubernetes/audit", "/etc/kubernetes/audit", "Directory", read_only=True
)
LOG_VOLUME = AddedVolume(
    "audit-log", "/var/log/kubernetes/audit", "/var/log/kubernetes/audit", "DirectoryOrCreate", read_only=False
)
AUDIT = ManifestEdit(
    set_flags={
        "audit-policy-file": "/etc/kubernetes/audit/policy.yaml",
        "audit-log-path": "/var/log/kubernetes/audit/audit.log",
        "audit-log-maxage": "30",
        "audit-log-maxbackup": "10",
        "audit-log-maxsize": "100",
    },
    volumes=(POLICY_VOLUME, LOG_VOLUME),
)

SMALL = """\
apiVersion: v1
kind: Pod
metadata:
  name: kube-apiserver
  namespace: kube-system
spec:
  containers:
  - command:
    - kube-apiserver
    - --secure-port=6443
    image: registry.k8s.io/kube-apiserver:v1.34.4
    name: kube-apiserver
"""


def small(*flags: str) -> str:
    """SMALL with these lines of flags in the place of its only one."""
    return SMALL.replace("    - --secure-port=6443\n", "".join(f"    - {flag}\n" for flag in flags))


def with_spec(mounts: str, volumes: str) -> str:
    """SMALL with these lines of mounts and volumes, which bring their own indentation."""
    return f"{SMALL}    volumeMounts:\n{mounts}  volumes:\n{volumes}"


def flags(**values: str) -> ManifestEdit:
    """These flags, with ``_`` for ``-``."""
    return ManifestEdit({name.replace("_", "-"): value for name, value in values.items()})


def mounts(*volumes: AddedVolume) -> ManifestEdit:
    """These mounts and no flags."""
    return ManifestEdit({}, volumes)


def changed_lines(before: str, after: str) -> list[str]:
    """The lines that differ, each with a + or a -."""
    diff = difflib.unified_diff(before.splitlines(keepends=True), after.splitlines(keepends=True), n=0)
    return [line for line in diff if not line.startswith(("---", "+++", "@@"))]
