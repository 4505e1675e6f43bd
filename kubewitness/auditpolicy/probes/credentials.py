"""Probes: secrets, tokens, and what is used to hand them out."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from kubewitness.auditpolicy.probes.request import (
    LONG_RUNNING,
    MASTER,
    NAME,
    NODE,
    Probe,
    by,
    request,
    service_account,
)
from kubewitness.auditpolicy.types import Level

_SECRET: Final = request("get", "secrets", name=NAME)
_REVIEWS: Final = "authentication.k8s.io"
_ANSWER: Final = Level.REQUEST_RESPONSE
"""The secret is in the answer."""
_QUESTION: Final = Level.REQUEST
"""The secret is in what was sent."""

SECRETS: Final = (
    Probe("secrets-get", "reading a secret by name", _SECRET, leaks_from=_ANSWER),
    Probe("secrets-list", "listing the secrets of a namespace", request("list", "secrets"), leaks_from=_ANSWER),
    Probe(
        "secrets-list-all-namespaces",
        "listing the secrets of all namespaces",
        request("list", "secrets", namespace=""),
        leaks_from=_ANSWER,
    ),
    Probe("secrets-watch", "watching the secrets of a namespace", request("watch", "secrets"), LONG_RUNNING),
    Probe(
        "secrets-watch-all-namespaces",
        "watching the secrets of all namespaces",
        request("watch", "secrets", namespace=""),
        LONG_RUNNING,
    ),
    Probe("secrets-create", "creating a secret", request("create", "secrets"), leaks_from=_QUESTION),
    Probe("secrets-update", "replacing a secret", request("update", "secrets", name=NAME), leaks_from=_QUESTION),
    Probe("secrets-patch", "changing a secret", request("patch", "secrets", name=NAME), leaks_from=_QUESTION),
    Probe("secrets-delete", "deleting a secret", request("delete", "secrets", name=NAME)),
    Probe(
        "secrets-delete-collection",
        "deleting all secrets of a namespace",
        request("deletecollection", "secrets"),
        leaks_from=_ANSWER,
    ),
    Probe("secrets-get-by-node", "a node reading a secret", by(NODE, _SECRET), leaks_from=_ANSWER),
    Probe(
        "secrets-get-by-service-account",
        "a service account of kube-system reading a secret",
        by(service_account("kubewitness-probe"), _SECRET),
        leaks_from=_ANSWER,
    ),
    Probe(
        "secrets-get-by-workload",
        "a service account of another namespace reading a secret",
        by(service_account("kubewitness-probe", "kubewitness-probe"), _SECRET),
        leaks_from=_ANSWER,
    ),
    Probe(
        "secrets-get-by-admin",
        "a member of system:masters reading a secret",
        by(MASTER, _SECRET),
        leaks_from=_ANSWER,
    ),
    Probe(
        "impersonated-get",
        "reading a secret in another's name, recorded under the real user",
        replace(
            by(service_account("kubewitness-probe"), _SECRET),
            user="system:serviceaccount:kube-system:kubewitness-impersonator",
        ),
        leaks_from=_ANSWER,
    ),
)

TOKENS: Final = (
    Probe(
        "service-account-token",
        "issuing a token of a service account",
        request("create", "serviceaccounts/token", name=NAME),
        leaks_from=_ANSWER,
    ),
    Probe(
        "service-account-token-by-node",
        "a node having a token of a service account issued",
        by(NODE, request("create", "serviceaccounts/token", name=NAME)),
        leaks_from=_ANSWER,
    ),
    Probe(
        "token-review",
        "having a token checked",
        request("create", "tokenreviews", group=_REVIEWS, namespace=""),
        leaks_from=_QUESTION,
    ),
    Probe(
        "token-review-by-node",
        "a node having a token checked",
        by(NODE, request("create", "tokenreviews", group=_REVIEWS, namespace="")),
        leaks_from=_QUESTION,
    ),
    Probe("service-account-create", "creating a service account", request("create", "serviceaccounts")),
    Probe("service-account-patch", "changing a service account", request("patch", "serviceaccounts", name=NAME)),
    Probe("service-account-delete", "deleting a service account", request("delete", "serviceaccounts", name=NAME)),
)

CONFIGMAPS: Final = (
    Probe(
        "configmaps-get",
        "reading a ConfigMap of kube-system",
        request("get", "configmaps", name=NAME, namespace="kube-system"),
        leaks_from=_ANSWER,
    ),
    Probe(
        "configmaps-write",
        "changing a ConfigMap of kube-system",
        request("update", "configmaps", name=NAME, namespace="kube-system"),
        leaks_from=_QUESTION,
    ),
    Probe(
        "configmaps-get-elsewhere",
        "reading a ConfigMap of another namespace",
        request("get", "configmaps", name=NAME),
        leaks_from=_ANSWER,
    ),
    Probe(
        "configmaps-write-elsewhere",
        "changing a ConfigMap of another namespace",
        request("update", "configmaps", name=NAME),
        leaks_from=_QUESTION,
    ),
)
