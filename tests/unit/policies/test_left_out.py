"""What our policies do not record: narrow, and no place to hide in."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kubewitness.auditpolicy import PROBES, Level, RequestAttributes, Rule, Stage, evaluate, recorded
from tests.unit.policies.shipped import (
    ANONYMOUS,
    API_SERVER,
    CONTROLLER_MANAGER,
    JANE,
    KUBELET,
    NAMES,
    NEWEST,
    NOBODY,
    SCHEDULER,
    Who,
    asking,
    principals,
    service_account,
    shipped,
    visiting,
)

GARBAGE_COLLECTOR = service_account("generic-garbage-collector")
SILENT = [(name, rule) for name in NAMES for rule in shipped(name).rules if rule.level is Level.NONE]
READING_AND_RENEWING = {"get", "update"}


def level(name: str, request: RequestAttributes) -> Level:
    return evaluate(shipped(name), request, NEWEST).level


def test_each_of_them_leaves_something_out() -> None:
    assert {name for name, _ in SILENT} == set(NAMES)


@pytest.mark.parametrize(("name", "rule"), SILENT, ids=[f"{name}:{rule.line}" for name, rule in SILENT])
def test_a_silent_rule_names_who_which_verb_and_what(name: str, rule: Rule) -> None:
    kinds = {kind for entry in rule.resources for kind in entry.resources}
    writes_only = kinds == {"events"} or all(kind.endswith("/status") for kind in kinds)

    assert rule.users or rule.user_groups == ("system:nodes",)
    assert not [user for user in rule.users if not user.startswith("system:")]
    assert set(rule.verbs) <= READING_AND_RENEWING or (writes_only and rule.verbs == ("create",))
    assert rule.non_resource_urls or all(entry.resources for entry in rule.resources)
    assert rule.non_resource_urls or rule.resources


@pytest.mark.parametrize("name", NAMES)
def test_nobody_whom_a_rule_names_can_do_unseen_what_an_intruder_does(name: str) -> None:
    policy = shipped(name)
    named = {who for rule in policy.rules for who in principals(rule)} | {NOBODY, JANE}

    unseen = {
        probe.id
        for who in named
        for probe in PROBES
        if probe.attributes.user is not None
        and recorded(policy, replace(probe, attributes=_by(who, probe.attributes)), NEWEST).level is Level.NONE
    }

    assert unseen == ({"events-create"} if name == "essential" else set())


def _by(who: Who, attributes: RequestAttributes) -> RequestAttributes:
    return replace(attributes, user=who[0], groups=who[1])


@pytest.mark.parametrize("name", NAMES)
def test_health_checks_are_left_out_but_no_credential_that_is_tried_out_there(name: str) -> None:
    for path in ("/healthz", "/livez", "/livez/etcd", "/readyz"):
        assert level(name, visiting(ANONYMOUS, path)) is Level.NONE
        assert level(name, visiting(JANE, path)) is Level.METADATA
        assert level(name, visiting(NOBODY, path)) is Level.METADATA
    for path in ("/version", "/livezy", "/metrics", "/"):
        assert level(name, visiting(ANONYMOUS, path)) is Level.METADATA


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    "request_",
    [
        asking(KUBELET, "update", "leases.coordination.k8s.io", "kube-node-lease", "n1"),
        asking(SCHEDULER, "update", "leases.coordination.k8s.io", "kube-system", "kube-scheduler"),
        asking(CONTROLLER_MANAGER, "get", "leases.coordination.k8s.io", "kube-system", "kube-controller-manager"),
    ],
    ids=lambda request: request.user,
)
def test_renewing_a_lease_is_left_out_for_the_one_whose_it_is(name: str, request_: RequestAttributes) -> None:
    assert level(name, request_) is Level.NONE
    assert level(name, _by(JANE, request_)) is Level.METADATA
    assert level(name, replace(request_, verb="delete")) is Level.METADATA


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    "request_",
    [
        asking(KUBELET, "get", "leases.coordination.k8s.io", "kube-node-lease", "n1"),
        asking(KUBELET, "update", "leases.coordination.k8s.io", "kube-system", "kube-scheduler"),
        asking(SCHEDULER, "update", "leases.coordination.k8s.io", "kube-system", "kube-controller-manager"),
        asking(SCHEDULER, "update", "leases.coordination.k8s.io", "kube-system", "another"),
        asking(KUBELET, "delete", "events", "default", "e"),
        asking(KUBELET, "patch", "events", "default", "e"),
        asking(SCHEDULER, "update", "events.events.k8s.io", "default", "e"),
        asking(service_account("kube-proxy"), "watch", "services"),
        asking(service_account("some-addon"), "create", "events", "default"),
        asking(API_SERVER, "update", "services", "default", "kubernetes"),
        asking(API_SERVER, "get", "endpoints", "shop", "kubernetes"),
        asking(API_SERVER, "update", "namespaces", "default", "default"),
        asking(API_SERVER, "list", "configmaps"),
        asking(GARBAGE_COLLECTOR, "list", "pods"),
        asking(KUBELET, "patch", "pods/status", "shop", "db"),
        asking(service_account("deployment-controller"), "update", "deployments.apps", "shop", "web"),
        asking(service_account("deployment-controller"), "update", "replicasets.apps/status", "shop", "web"),
        asking(GARBAGE_COLLECTOR, "delete", "deployments.apps", "shop", "web"),
        visiting(GARBAGE_COLLECTOR, "/metrics"),
        visiting(JANE, "/apis"),
    ],
    ids=lambda request: (
        f"{request.user}:{request.verb}:{request.resource or request.path}:{request.subresource}:{request.name}"
    ),
)
def test_anything_else_of_theirs_is_recorded(name: str, request_: RequestAttributes) -> None:
    assert level(name, request_) is not Level.NONE


@pytest.mark.parametrize(
    "request_",
    [
        asking(KUBELET, "create", "events", "default"),
        asking(service_account("deployment-controller"), "create", "events.events.k8s.io", "default"),
        asking(service_account("deployment-controller"), "update", "deployments.apps/status", "shop", "web"),
        asking(service_account("replicaset-controller"), "update", "replicasets.apps/status", "shop", "web"),
    ],
    ids=lambda request: f"{request.user}:{request.api_group}:{request.resource}",
)
def test_only_essential_leaves_out_what_became_of_pods(request_: RequestAttributes) -> None:
    assert [level(name, request_) for name in NAMES] == [Level.NONE, Level.METADATA, Level.METADATA]
    assert level("essential", _by(JANE, request_)) is Level.METADATA


@pytest.mark.parametrize("name", NAMES)
def test_the_api_servers_own_lease_is_a_heartbeat_of_the_log(name: str) -> None:
    renewed = asking(API_SERVER, "update", "leases.coordination.k8s.io", "kube-system", "apiserver-x")

    assert level(name, renewed) is Level.METADATA


@pytest.mark.parametrize("name", NAMES)
def test_a_stage_is_left_out_of_watches_only_and_their_beginning_stays(name: str) -> None:
    policy = shipped(name)

    assert policy.omit_stages == (Stage.REQUEST_RECEIVED,)
    for rule in policy.rules:
        if rule.omit_stages:
            assert (rule.level, rule.verbs, rule.omit_stages) == (
                Level.METADATA, ("watch",), (Stage.RESPONSE_COMPLETE,)
            )  # fmt: skip
            assert rule.users or rule.user_groups == ("system:nodes",)
