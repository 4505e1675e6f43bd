"""Probes: what gives power over the cluster, and the objects that make it up."""

from __future__ import annotations

from typing import Final

from kubewitness.auditpolicy.evaluate import RequestAttributes
from kubewitness.auditpolicy.probes.request import (
    ADMISSION,
    MASTER,
    NAME,
    NAMESPACE,
    RBAC,
    Probe,
    by,
    on_namespace,
    request,
)

_CERTIFICATES: Final = "certificates.k8s.io"
_EXTENSIONS: Final = "apiextensions.k8s.io"
_AGGREGATION: Final = "apiregistration.k8s.io"
_CUSTOM: Final = "kubewitness.example.com"


def _wide(verb: str, resource: str, group: str = "") -> RequestAttributes:
    """A request for an object without a namespace, or for all of them."""
    has_name = verb in {"get", "update", "patch", "delete"}
    return request(verb, resource, group=group, name=NAME if has_name else "", namespace="")


RIGHTS: Final = (
    Probe("rbac-write", "creating a ClusterRoleBinding", _wide("create", "clusterrolebindings", RBAC)),
    Probe("rbac-update", "replacing a ClusterRole", _wide("update", "clusterroles", RBAC)),
    Probe("rbac-patch", "changing a ClusterRole", _wide("patch", "clusterroles", RBAC)),
    Probe("rbac-create-role", "creating a Role", request("create", "roles", group=RBAC)),
    Probe("rbac-delete", "deleting a RoleBinding", request("delete", "rolebindings", group=RBAC, name=NAME)),
    Probe(
        "rbac-write-by-admin",
        "a member of system:masters creating a ClusterRoleBinding",
        by(MASTER, _wide("create", "clusterrolebindings", RBAC)),
    ),
    Probe(
        "own-rights",
        "asking what one is allowed to do",
        _wide("create", "selfsubjectrulesreviews", "authorization.k8s.io"),
    ),
)

ADMISSION_AND_API: Final = (
    Probe(
        "webhook-write", "creating an admission webhook", _wide("create", "mutatingwebhookconfigurations", ADMISSION)
    ),
    Probe(
        "webhook-patch", "changing an admission webhook", _wide("patch", "validatingwebhookconfigurations", ADMISSION)
    ),
    Probe(
        "webhook-delete", "deleting an admission webhook", _wide("delete", "validatingwebhookconfigurations", ADMISSION)
    ),
    Probe(
        "admission-policy-create",
        "creating an admission policy",
        _wide("create", "validatingadmissionpolicies", ADMISSION),
    ),
    Probe(
        "admission-binding-delete",
        "taking an admission policy out of force",
        _wide("delete", "validatingadmissionpolicybindings", ADMISSION),
    ),
    Probe(
        "crd-create", "creating a custom resource definition", _wide("create", "customresourcedefinitions", _EXTENSIONS)
    ),
    Probe(
        "crd-delete", "deleting a custom resource definition", _wide("delete", "customresourcedefinitions", _EXTENSIONS)
    ),
    Probe("apiservice-write", "registering an aggregated API", _wide("create", "apiservices", _AGGREGATION)),
    Probe("apiservice-patch", "changing an aggregated API", _wide("patch", "apiservices", _AGGREGATION)),
)

CERTIFICATES: Final = (
    Probe("csr-create", "asking for a certificate", _wide("create", "certificatesigningrequests", _CERTIFICATES)),
    Probe(
        "csr-approve",
        "approving a certificate request",
        _wide("update", "certificatesigningrequests/approval", _CERTIFICATES),
    ),
    Probe(
        "csr-sign", "signing a certificate request", _wide("update", "certificatesigningrequests/status", _CERTIFICATES)
    ),
    Probe("csr-delete", "deleting a certificate request", _wide("delete", "certificatesigningrequests", _CERTIFICATES)),
)

CLUSTER: Final = (
    Probe("namespace-create", "creating a namespace", _wide("create", "namespaces")),
    Probe("namespace-patch", "changing the labels of a namespace", on_namespace("patch", NAMESPACE)),
    Probe("namespace-delete", "deleting a namespace", on_namespace("delete", NAMESPACE)),
    Probe("namespace-delete-kube-system", "deleting the namespace kube-system", on_namespace("delete", "kube-system")),
    Probe("namespace-patch-kube-system", "changing the namespace kube-system", on_namespace("patch", "kube-system")),
    Probe("namespace-finalize", "finalizing a namespace", on_namespace("update", NAMESPACE, "finalize")),
    Probe("nodes-create", "creating a node", _wide("create", "nodes")),
    Probe("nodes-patch", "changing a node", _wide("patch", "nodes")),
    Probe("nodes-delete", "deleting a node", _wide("delete", "nodes")),
    Probe("volumes-create", "creating a persistent volume", _wide("create", "persistentvolumes")),
    Probe("quota-delete", "deleting a resource quota", request("delete", "resourcequotas", name=NAME)),
)

CUSTOM: Final = (
    Probe("crd-object-write", "creating an object of a custom resource", request("create", "probes", group=_CUSTOM)),
    Probe(
        "crd-object-patch",
        "changing an object of a custom resource",
        request("patch", "probes", group=_CUSTOM, name=NAME),
    ),
    Probe(
        "crd-object-delete",
        "deleting an object of a custom resource",
        request("delete", "probes", group=_CUSTOM, name=NAME),
    ),
    Probe(
        "crd-object-get", "reading an object of a custom resource", request("get", "probes", group=_CUSTOM, name=NAME)
    ),
    Probe("crd-object-list", "listing the objects of a custom resource", _wide("list", "probes", _CUSTOM)),
    Probe(
        "aggregated-write",
        "creating an object of an aggregated API",
        request("create", "probes", group="aggregated.kubewitness.example.com"),
    ),
)
