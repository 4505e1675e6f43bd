"""The objects of the workload: a small shop in several namespaces."""

from __future__ import annotations

import base64
from typing import Any, Final

NAMESPACES: Final = tuple(f"shop-{number}" for number in range(1, 6))
DEPLOYMENTS: Final = 10
"""In each namespace."""
RUNNING: Final = 4
"""How many of these have a pod; the others have none, and are objects only."""

Object = dict[str, Any]


def namespace(name: str) -> Object:
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": {"team": "shop"}}}


def configuration(place: str) -> list[Object]:
    """A Secret and a ConfigMap for each Deployment that runs."""
    value, settings = base64.b64encode(b"not a secret").decode(), "a: 1\n" * 20
    made: list[Object] = []
    for number in range(RUNNING):
        metadata = {"name": f"web-{number}", "namespace": place}
        made.append({"apiVersion": "v1", "kind": "Secret", "metadata": metadata, "data": {"password": value}})
        made.append({"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": {"settings": settings}})
    return made


def deployments(place: str, image: str, release: str) -> list[Object]:
    """Ten of them, about 1.5 kB each; another ``release`` makes new pods."""
    return [_deployment(place, number, image, release) for number in range(DEPLOYMENTS)]


def _deployment(place: str, number: int, image: str, release: str) -> Object:
    name = f"web-{number}"
    labels = {"app.kubernetes.io/name": name, "app.kubernetes.io/part-of": "shop"}
    runs = number < RUNNING
    container: Object = {
        "name": "web",
        "image": image,
        "imagePullPolicy": "IfNotPresent",
        "env": [{"name": f"SETTING_{each}", "value": f"{place}/{name}/{each}"} for each in range(8)],
        "resources": {"requests": {"cpu": "1m", "memory": "4Mi"}, "limits": {"memory": "32Mi"}},
    }
    pod: Object = {
        "terminationGracePeriodSeconds": 1,
        "tolerations": [{"key": "node-role.kubernetes.io/control-plane", "operator": "Exists"}],
        "containers": [container],
    }
    if runs:
        container["volumeMounts"] = [
            {"name": each, "mountPath": f"/{each}", "readOnly": True} for each in ("secret", "config")
        ]
        pod["volumes"] = [
            {"name": "secret", "secret": {"secretName": name}},
            {"name": "config", "configMap": {"name": name}},
        ]
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": name, "namespace": place, "labels": labels},
        "spec": {
            "replicas": 1 if runs else 0,
            "selector": {"matchLabels": labels},
            "template": {"metadata": {"labels": labels, "annotations": {"release": release}}, "spec": pod},
        },
    }


def service_account(place: str, name: str, cluster_role: str) -> list[Object]:
    """Somebody with a cluster role in all namespaces."""
    subject = {"kind": "ServiceAccount", "name": name, "namespace": place}
    return [
        {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": name, "namespace": place}},
        {
            "apiVersion": "rbac.authorization.k8s.io/v1",
            "kind": "ClusterRoleBinding",
            "metadata": {"name": f"workload-{name}"},
            "subjects": [subject],
            "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": cluster_role},
        },
    ]


def cluster_role(name: str, *rules: Object) -> Object:
    return {
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": "ClusterRole",
        "metadata": {"name": name},
        "rules": list(rules),
    }


def lease(place: str, name: str) -> Object:
    return {
        "apiVersion": "coordination.k8s.io/v1",
        "kind": "Lease",
        "metadata": {"name": name, "namespace": place},
        "spec": {"holderIdentity": "operator-1", "leaseDurationSeconds": 15},
    }


def network_policy(place: str) -> Object:
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": {"name": "default-deny", "namespace": place},
        "spec": {"podSelector": {}, "policyTypes": ["Ingress"]},
    }


def webhook() -> Object:
    """One that is asked about nothing."""
    return {
        "apiVersion": "admissionregistration.k8s.io/v1",
        "kind": "ValidatingWebhookConfiguration",
        "metadata": {"name": "workload"},
        "webhooks": [
            {
                "name": "workload.kubewitness.example.com",
                "clientConfig": {"url": "https://127.0.0.1:1/"},
                "admissionReviewVersions": ["v1"],
                "sideEffects": "None",
                "failurePolicy": "Ignore",
                "rules": [
                    {"apiGroups": ["example.com"], "apiVersions": ["v1"], "operations": ["*"], "resources": ["none"]}
                ],
            }
        ],
    }
