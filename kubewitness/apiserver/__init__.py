"""What kube-apiserver and the kubelet make of their configuration: flags, manifest, rotation. Pure."""

from __future__ import annotations

from kubewitness.apiserver.auditflags import AUDIT_FLAGS, AuditFlag, ValueKind
from kubewitness.apiserver.distributions import DISTRIBUTIONS, Distribution, detect
from kubewitness.apiserver.flags import (
    FlagError,
    Flags,
    Occurrence,
    VariableError,
    anonymous_auth,
    parse_flags,
    server_endpoint,
    unknown_flags,
)
from kubewitness.apiserver.manifest import image_version, is_kube_apiserver, pod_identity, read_static_pod
from kubewitness.apiserver.patch import AddedVolume, ManifestEdit, patch
from kubewitness.apiserver.pod import Covering, HostFile, Mount, StaticPod, Volume
from kubewitness.apiserver.podtree import ManifestError, UnsupportedManifestError
from kubewitness.apiserver.retention import (
    Gap,
    RotationMinimum,
    capacity_mib,
    is_unbounded,
    rotation_gaps,
    rotation_values,
    unknown_rotation,
)
from kubewitness.apiserver.settings import AuditSettings, Batching, Truncation, audit_settings
from kubewitness.apiserver.yamlsource import PatchError

__all__ = [
    "AUDIT_FLAGS",
    "DISTRIBUTIONS",
    "AddedVolume",
    "AuditFlag",
    "AuditSettings",
    "Batching",
    "Covering",
    "Distribution",
    "FlagError",
    "Flags",
    "Gap",
    "HostFile",
    "ManifestEdit",
    "ManifestError",
    "Mount",
    "Occurrence",
    "PatchError",
    "RotationMinimum",
    "StaticPod",
    "Truncation",
    "UnsupportedManifestError",
    "ValueKind",
    "VariableError",
    "Volume",
    "anonymous_auth",
    "audit_settings",
    "capacity_mib",
    "detect",
    "image_version",
    "is_kube_apiserver",
    "is_unbounded",
    "parse_flags",
    "patch",
    "pod_identity",
    "read_static_pod",
    "rotation_gaps",
    "rotation_values",
    "server_endpoint",
    "unknown_flags",
    "unknown_rotation",
]
