"""Probes: who is not known, and requests for what is no resource."""

from __future__ import annotations

from typing import Final

from kubewitness.auditpolicy.probes.request import (
    ANONYMOUS,
    NAME,
    NOBODY,
    REFUSED,
    Probe,
    by,
    canary_attributes,
    on_path,
    request,
)

STRANGERS: Final = (
    Probe("failed-login", "a failed login", by(NOBODY, request("list", "pods")), REFUSED),
    Probe(
        "failed-login-write",
        "a failed login that would have created a pod",
        by(NOBODY, request("create", "pods")),
        REFUSED,
    ),
    Probe(
        "failed-login-discovery",
        "a failed login at a path that is no resource",
        on_path("get", "/version", NOBODY),
        REFUSED,
    ),
    Probe("failed-login-health", "a failed login at a health check", on_path("get", "/healthz", NOBODY), REFUSED),
    Probe("anonymous-get", "an anonymous request for an object", canary_attributes(NAME, anonymous=True)),
    Probe(
        "anonymous-list",
        "an anonymous request for all secrets",
        by(ANONYMOUS, request("list", "secrets", namespace="")),
    ),
    Probe("anonymous-write", "an anonymous attempt to create a pod", by(ANONYMOUS, request("create", "pods"))),
    Probe(
        "unauthenticated-get",
        "a request without a credential, refused",
        canary_attributes(NAME, anonymous=False),
        REFUSED,
    ),
)

PATHS: Final = (
    Probe("path-unknown", "a request for a path that nobody serves", on_path("get", "/kubewitness-probe")),
    Probe("path-metrics", "reading the API server's metrics", on_path("get", "/metrics")),
    Probe("path-debug", "reading the API server's profile", on_path("get", "/debug/pprof")),
    Probe("path-write", "sending something to a path that is no resource", on_path("post", "/kubewitness-probe")),
)
