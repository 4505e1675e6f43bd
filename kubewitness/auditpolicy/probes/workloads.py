"""Probes: what runs, who gets into it, and the network around it."""

from __future__ import annotations

from typing import Final

from kubewitness.auditpolicy.probes.request import (
    CONTROLLERS,
    LONG_RUNNING,
    MASTER,
    NAME,
    NODE,
    Probe,
    by,
    request,
    service_account,
)

_APPS: Final = "apps"
_BATCH: Final = "batch"
_NETWORK: Final = "networking.k8s.io"

INTO_PODS: Final = (
    *(
        Probe(f"{short}-{verb}", title.format(how), request(verb, f"pods/{subresource}", name=NAME), LONG_RUNNING)
        for short, subresource, title in (
            ("exec", "exec", "running a command in a container over {}"),
            ("attach", "attach", "attaching to a container over {}"),
            ("portforward", "portforward", "forwarding a port of a pod over {}"),
        )
        for verb, how in (("get", "WebSocket (get)"), ("create", "SPDY (create)"))
    ),
    Probe(
        "exec-by-admin",
        "a member of system:masters running a command in a container",
        by(MASTER, request("get", "pods/exec", name=NAME)),
        LONG_RUNNING,
    ),
    Probe(
        "ephemeral-containers",
        "putting a debug container into a pod",
        request("patch", "pods/ephemeralcontainers", name=NAME),
    ),
    Probe("logs-get", "reading the log of a container", request("get", "pods/log", name=NAME), LONG_RUNNING),
    Probe(
        "pods-proxy-get",
        "reading from a pod through the API server",
        request("get", "pods/proxy", name=NAME),
        LONG_RUNNING,
    ),
    Probe(
        "pods-proxy-create",
        "sending to a pod through the API server",
        request("create", "pods/proxy", name=NAME),
        LONG_RUNNING,
    ),
    Probe(
        "services-proxy-get",
        "reading from a service through the API server",
        request("get", "services/proxy", name=NAME),
        LONG_RUNNING,
    ),
    Probe(
        "services-proxy-create",
        "sending to a service through the API server",
        request("create", "services/proxy", name=NAME),
        LONG_RUNNING,
    ),
    Probe(
        "nodes-proxy-get",
        "reaching a kubelet through the API server",
        request("get", "nodes/proxy", name=NAME, namespace=""),
        LONG_RUNNING,
    ),
    Probe(
        "nodes-proxy-create",
        "having a kubelet run something through the API server",
        request("create", "nodes/proxy", name=NAME, namespace=""),
        LONG_RUNNING,
    ),
)

PODS: Final = (
    Probe("pods-list-all-namespaces", "listing the pods of all namespaces", request("list", "pods", namespace="")),
    Probe("pods-create", "creating a pod", request("create", "pods")),
    Probe("pods-create-by-node", "a node creating a pod", by(NODE, request("create", "pods"))),
    Probe(
        "pods-create-by-service-account",
        "a service account of kube-system creating a pod",
        by(service_account("kubewitness-probe"), request("create", "pods")),
    ),
    Probe(
        "pods-create-by-controllers",
        "the controller manager creating a pod",
        by(CONTROLLERS, request("create", "pods")),
    ),
    Probe("pods-update", "replacing a pod", request("update", "pods", name=NAME)),
    Probe("pods-patch", "changing a pod", request("patch", "pods", name=NAME)),
    Probe("pods-delete", "deleting a pod", request("delete", "pods", name=NAME)),
    Probe("pods-delete-collection", "deleting all pods of a namespace", request("deletecollection", "pods")),
    Probe("pods-evict", "evicting a pod", request("create", "pods/eviction", name=NAME)),
    Probe("pods-bind", "binding a pod to a node", request("create", "pods/binding", name=NAME)),
)

WORKLOADS: Final = (
    Probe("workloads-create", "creating a Deployment", request("create", "deployments", group=_APPS)),
    Probe("workloads-update", "replacing a Deployment", request("update", "deployments", group=_APPS, name=NAME)),
    Probe("workloads-patch", "changing a Deployment", request("patch", "deployments", group=_APPS, name=NAME)),
    Probe("workloads-delete", "deleting a Deployment", request("delete", "deployments", group=_APPS, name=NAME)),
    Probe(
        "workloads-scale",
        "changing the number of a Deployment's pods",
        request("patch", "deployments/scale", group=_APPS, name=NAME),
    ),
    Probe("daemonsets-create", "creating a DaemonSet", request("create", "daemonsets", group=_APPS)),
    Probe("statefulsets-patch", "changing a StatefulSet", request("patch", "statefulsets", group=_APPS, name=NAME)),
    Probe("jobs-create", "creating a Job", request("create", "jobs", group=_BATCH)),
    Probe("cronjobs-create", "creating a CronJob", request("create", "cronjobs", group=_BATCH)),
    Probe("cronjobs-patch", "changing a CronJob", request("patch", "cronjobs", group=_BATCH, name=NAME)),
)

NETWORK: Final = (
    Probe("network-policy-create", "creating a NetworkPolicy", request("create", "networkpolicies", group=_NETWORK)),
    Probe(
        "network-policy-patch",
        "changing a NetworkPolicy",
        request("patch", "networkpolicies", group=_NETWORK, name=NAME),
    ),
    Probe(
        "network-policy-delete",
        "deleting a NetworkPolicy",
        request("delete", "networkpolicies", group=_NETWORK, name=NAME),
    ),
    Probe("ingress-patch", "changing an Ingress", request("patch", "ingresses", group=_NETWORK, name=NAME)),
    Probe("services-create", "creating a Service", request("create", "services")),
    Probe("services-patch", "changing a Service", request("patch", "services", name=NAME)),
)

EVENTS: Final = (
    Probe("events-delete", "deleting Kubernetes events", request("deletecollection", "events")),
    Probe("events-create", "writing a Kubernetes event", request("create", "events")),
)
