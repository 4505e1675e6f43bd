"""How much our policies record of what an intruder does, and that no secret is in it."""

from __future__ import annotations

from typing import Final

import pytest

from kubewitness.auditpolicy import PROBES, Level, evaluate, recorded
from tests.unit.policies.shipped import (
    ANONYMOUS,
    API_SERVER,
    JANE,
    KUBELET,
    NAMES,
    NEWEST,
    SCHEDULER,
    asking,
    service_account,
    shipped,
)

PROBE: Final = {probe.id: probe for probe in PROBES}

#: What ``standard`` and ``forensic`` record with bodies; everything else is Metadata, and all of ``essential`` is.
CHANGES: Final = (
    "admission-binding-delete", "admission-policy-create", "anonymous-write", "apiservice-patch", "apiservice-write",
    "cronjobs-create", "cronjobs-patch", "csr-approve", "csr-create", "csr-delete", "csr-sign", "daemonsets-create",
    "ephemeral-containers", "failed-login-write", "ingress-patch", "jobs-create", "namespace-create",
    "namespace-delete", "namespace-delete-kube-system", "namespace-patch", "namespace-patch-kube-system",
    "network-policy-create", "network-policy-delete", "network-policy-patch", "nodes-create", "nodes-delete",
    "nodes-patch", "pods-create", "pods-create-by-controllers", "pods-create-by-node",
    "pods-create-by-service-account", "pods-delete", "pods-delete-collection", "pods-patch", "pods-update",
    "quota-delete", "rbac-create-role", "rbac-delete", "rbac-patch", "rbac-update", "rbac-write",
    "rbac-write-by-admin", "service-account-create", "service-account-delete", "service-account-patch",
    "services-create", "services-patch", "statefulsets-patch", "volumes-create", "webhook-delete", "webhook-patch",
    "webhook-write", "workloads-create", "workloads-delete", "workloads-patch", "workloads-scale", "workloads-update",
)  # fmt: skip
#: What ``forensic`` alone records with bodies.
MORE: Final = ("namespace-finalize", "own-rights", "pods-bind", "pods-evict")
#: And with what was sent only: the answer is long, and says nothing new.
SENT: Final = ("crd-create", "crd-delete", "pods-delete-collection")

EXPECTED: Final = {
    "essential": {},
    "standard": dict.fromkeys(CHANGES, Level.REQUEST),
    "forensic": dict.fromkeys((*CHANGES, *MORE), Level.REQUEST_RESPONSE) | dict.fromkeys(SENT, Level.REQUEST),
}


@pytest.mark.parametrize("name", NAMES)
def test_every_probe_is_recorded_as_far_as_promised(name: str) -> None:
    policy = shipped(name)

    levels = {probe.id: recorded(policy, probe, NEWEST).level for probe in PROBES}

    assert levels == dict.fromkeys(PROBE, Level.METADATA) | EXPECTED[name]


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
@pytest.mark.parametrize("verb", ["get", "list.watch", "create.update", "patch.delete", "deletecollection"])
@pytest.mark.parametrize(
    "what",
    [
        "secrets",
        "configmaps",
        "serviceaccounts/token",
        "tokenreviews.authentication.k8s.io",
        "oauthaccesstokens.oauth.openshift.io",
        "certificaterequests.cert-manager.io",
        "secretstores.external-secrets.io",
    ],
)
def test_what_holds_credentials_is_at_metadata_by_every_verb_and_for_everybody(name: str, verb: str, what: str) -> None:
    for who in (KUBELET, service_account("any"), SCHEDULER, API_SERVER, JANE, ANONYMOUS):
        for namespace, called in (("kube-system", "some"), ("shop", "some"), ("", "")):
            level = evaluate(shipped(name), asking(who, verb, what, namespace, called), NEWEST).level

            # what is sent to delete many objects at once are options, and nothing of the objects
            options_only = verb == "deletecollection" and "." in what and level is Level.REQUEST
            assert level is Level.METADATA or options_only


@pytest.mark.parametrize(
    ("request_", "levels"),
    [
        # who is an administrator, and which address a name has
        (asking(JANE, "patch", "configmaps", "kube-system", "aws-auth"), "Metadata Request RequestResponse"),
        (asking(JANE, "update", "configmaps", "kube-system", "coredns"), "Metadata Request RequestResponse"),
        (asking(JANE, "update", "configmaps", "shop", "coredns"), "Metadata Metadata Metadata"),
        # an address taken over by a service's status, and by an endpoint
        (asking(JANE, "patch", "services/status", "shop", "db"), "Metadata Request RequestResponse"),
        (asking(service_account("any"), "update", "services/status", "shop", "db"), "Metadata Request RequestResponse"),
        (asking(JANE, "update", "endpoints", "shop", "db"), "Metadata Metadata RequestResponse"),
        (asking(JANE, "patch", "endpointslices.discovery.k8s.io", "shop", "db"),
         "Metadata Metadata RequestResponse"),
        # what the cluster tells itself
        (asking(KUBELET, "patch", "pods/status", "shop", "db"), "Metadata Metadata Metadata"),
        (asking(service_account("endpoint-controller"), "update", "endpoints", "shop", "db"),
         "Metadata Metadata Metadata"),
    ],
    ids=lambda value: "" if isinstance(value, str) else f"{value.user}:{value.resource}:{value.namespace}:{value.name}",
)  # fmt: skip
def test_a_body_is_recorded_where_it_tells_what_was_done(request_: object, levels: str) -> None:
    found = [evaluate(shipped(name), request_, NEWEST).level.value for name in NAMES]  # type: ignore[arg-type]

    assert found == levels.split()
