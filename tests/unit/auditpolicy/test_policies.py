"""The policies that we ship, judged like anybody's."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from kubewitness.auditpolicy import (
    PROBES,
    Level,
    Loaded,
    Policy,
    RequestAttributes,
    Rule,
    Stage,
    evaluate,
    load_bytes,
    recorded,
)
from kubewitness.model import ServerVersion

NEWEST = ServerVersion(1, 37)
FOLDER = Path(__file__).parents[3] / "policies" / "audit"
NAMES = ("essential", "standard", "forensic")
PROBE = {probe.id: probe for probe in PROBES}

#: What ``standard`` and ``forensic`` record with bodies; everything else is Metadata, and all of ``essential`` is.
CHANGES = (
    "admission-binding-delete", "admission-policy-create", "anonymous-write", "apiservice-patch", "apiservice-write",
    "cronjobs-create", "cronjobs-patch", "daemonsets-create", "ephemeral-containers", "failed-login-write",
    "ingress-patch", "jobs-create", "namespace-create", "namespace-delete", "namespace-delete-kube-system",
    "namespace-patch", "namespace-patch-kube-system", "network-policy-create", "network-policy-delete",
    "network-policy-patch", "nodes-create", "nodes-delete", "nodes-patch", "pods-create",
    "pods-create-by-controllers", "pods-create-by-node", "pods-create-by-service-account", "pods-delete",
    "pods-delete-collection", "pods-patch", "pods-update", "quota-delete", "rbac-create-role", "rbac-delete",
    "rbac-patch", "rbac-update", "rbac-write", "rbac-write-by-admin", "service-account-create",
    "service-account-delete", "service-account-patch", "services-create", "services-patch", "statefulsets-patch",
    "volumes-create", "webhook-delete", "webhook-patch", "webhook-write", "workloads-create", "workloads-delete",
    "workloads-patch", "workloads-scale", "workloads-update",
)  # fmt: skip
#: What ``forensic`` alone records with bodies.
MORE = ("crd-create", "crd-delete", "namespace-finalize", "own-rights", "pods-bind", "pods-evict")
LEVELS = {"essential": Level.METADATA, "standard": Level.REQUEST, "forensic": Level.REQUEST_RESPONSE}

Who = tuple[str, tuple[str, ...]]

KUBELET: Who = ("system:node:n1", ("system:nodes", "system:authenticated"))
SCHEDULER: Who = ("system:kube-scheduler", ("system:authenticated",))
PROXY: Who = (
    "system:serviceaccount:kube-system:kube-proxy",
    ("system:serviceaccounts", "system:serviceaccounts:kube-system", "system:authenticated"),
)
JANE: Who = ("jane", ("system:authenticated",))
ANONYMOUS: Who = ("system:anonymous", ("system:unauthenticated",))
API_SERVER: Who = ("system:apiserver", ("system:masters", "system:authenticated"))
LEASES = "coordination.k8s.io"


@cache
def shipped(name: str, version: ServerVersion = NEWEST) -> Policy:
    result = load_bytes((FOLDER / f"{name}.yaml").read_bytes(), version)
    assert isinstance(result, Loaded), result
    assert result.ignored == ()
    return result.policy


def by(who: Who, request: RequestAttributes) -> RequestAttributes:
    return replace(request, user=who[0], groups=who[1])


def level(name: str, request: RequestAttributes) -> Level:
    return evaluate(shipped(name), request, NEWEST).level


def asking(verb: str, resource: str, group: str = "", namespace: str = "", name: str = "") -> RequestAttributes:
    resource, _, subresource = resource.partition("/")
    return RequestAttributes(
        None,
        (),
        verb,
        True,
        api_group=group,
        resource=resource,
        subresource=subresource,
        name=name,
        namespace=namespace,
    )


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("minor", range(24, 38))
def test_it_loads_without_a_warning(name: str, minor: int) -> None:
    assert shipped(name, ServerVersion(1, minor)).rules


@pytest.mark.parametrize("name", NAMES)
def test_every_probe_is_recorded_as_far_as_promised(name: str) -> None:
    policy = shipped(name)

    levels = {probe.id: recorded(policy, probe, NEWEST).level for probe in PROBES}

    with_bodies = {*CHANGES, *(MORE if name == "forensic" else ())}
    assert levels == {id_: LEVELS[name] if id_ in with_bodies else Level.METADATA for id_ in PROBE}


@pytest.mark.parametrize("name", NAMES)
def test_no_secret_and_no_token_gets_into_the_log(name: str) -> None:
    policy = shipped(name)

    leaks = [
        probe.id
        for probe in PROBES
        if probe.leaks_from is not None and recorded(policy, probe, NEWEST).level.rank >= probe.leaks_from.rank
    ]

    assert leaks == []


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("verb", ["get", "list", "watch", "create", "update", "patch", "delete", "deletecollection"])
@pytest.mark.parametrize(
    ("group", "resource"),
    [
        ("", "secrets"),
        ("", "serviceaccounts/token"),
        ("authentication.k8s.io", "tokenreviews"),
        ("certificates.k8s.io", "certificatesigningrequests"),
        ("certificates.k8s.io", "certificatesigningrequests/approval"),
    ],
)
def test_credentials_are_at_metadata_by_every_verb(name: str, verb: str, group: str, resource: str) -> None:
    for who in (KUBELET, PROXY, SCHEDULER, JANE, ANONYMOUS):
        assert level(name, by(who, asking(verb, resource, group))) is Level.METADATA


@pytest.mark.parametrize("name", NAMES)
def test_it_ends_with_everything_else_at_metadata(name: str) -> None:
    policy = shipped(name)

    last = policy.rules[-1]

    assert replace(last, line=0, column=0) == Rule(Level.METADATA)
    assert policy.omit_stages == (Stage.REQUEST_RECEIVED,)
    assert all(rule.omit_stages == () for rule in policy.rules)


@pytest.mark.parametrize("name", NAMES)
def test_health_checks_are_left_out_but_not_tokens_tried_out_there(name: str) -> None:
    policy = shipped(name)
    check = RequestAttributes(*ANONYMOUS, "get", resource_request=False, path="/livez")
    guess = RequestAttributes(None, (), "get", resource_request=False, path="/livez")

    assert evaluate(policy, check, NEWEST).level is Level.NONE
    assert evaluate(policy, guess, NEWEST).level is Level.METADATA


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    ("who", "request_"),
    [
        (KUBELET, asking("update", "leases", LEASES, "kube-node-lease", "n1")),
        (SCHEDULER, asking("update", "leases", LEASES, "kube-system", "kube-scheduler")),
        (PROXY, asking("watch", "endpointslices", "discovery.k8s.io")),
    ],
)
def test_what_the_cluster_does_all_the_time_is_left_out_for_those_who_do_it(
    name: str, who: Who, request_: RequestAttributes
) -> None:
    assert level(name, by(who, request_)) is Level.NONE
    assert level(name, by(JANE, request_)) is not Level.NONE


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    ("who", "request_"),
    [
        (KUBELET, asking("update", "leases", LEASES, "kube-system", "kube-scheduler")),
        (KUBELET, asking("delete", "leases", LEASES, "kube-node-lease", "n1")),
        (SCHEDULER, asking("update", "leases", LEASES, "kube-system", "another")),
        (PROXY, asking("list", "services")),
        (PROXY, asking("watch", "pods")),
        (KUBELET, asking("delete", "events", "", "default", "e")),
        (API_SERVER, asking("list", "configmaps")),
    ],
)
def test_anything_else_of_theirs_is_recorded(name: str, who: Who, request_: RequestAttributes) -> None:
    assert level(name, by(who, request_)) is not Level.NONE


def test_forensic_keeps_the_writing_of_events_the_others_do_not() -> None:
    written = by(KUBELET, asking("create", "events", "", "default"))

    assert [level(name, written) for name in NAMES] == [Level.NONE, Level.NONE, Level.METADATA]


@pytest.mark.parametrize("name", NAMES)
def test_every_rule_says_why(name: str) -> None:
    lines = (FOLDER / f"{name}.yaml").read_text(encoding="utf-8").splitlines()

    starts = [number for number, line in enumerate(lines) if line.startswith("  - level:")]

    assert len(starts) == len(shipped(name).rules)
    assert all(lines[number - 1].lstrip().startswith("#") for number in starts)
