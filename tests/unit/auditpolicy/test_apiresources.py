"""The resources that kube-apiserver serves."""

from __future__ import annotations

import pytest

from kubewitness.auditpolicy.apiresources import ADDED_GROUPS, GROUPS, find, homes_of, is_removed_group, verbs_of
from kubewitness.auditpolicy.probes import PROBES
from kubewitness.model import ServerVersion

NEWEST = ServerVersion(1, 37)


def test_deployments_are_in_apps_and_were_in_extensions() -> None:
    assert [home.group for home in homes_of("deployments", NEWEST)] == ["apps", "extensions"]


def test_what_was_removed_has_a_last_minor() -> None:
    found = find("policy", "podsecuritypolicies")

    assert found is not None
    assert found.is_served(ServerVersion(1, 24))
    assert not found.is_served(ServerVersion(1, 25))


@pytest.mark.parametrize(
    ("group", "gone"),
    [("extensions", True), ("settings.k8s.io", True), ("policy", False), ("", False), ("x.com", False)],
)
def test_a_group_is_removed_with_its_last_resource(group: str, gone: bool) -> None:
    assert is_removed_group(group, NEWEST) is gone


def test_a_subresource_that_went_alone_left_its_resource() -> None:
    rollback, deployments = find("apps", "deployments/rollback"), find("apps", "deployments")

    assert rollback is not None
    assert deployments is not None
    assert (rollback.last_minor, deployments.last_minor) == (17, None)


@pytest.mark.parametrize(
    ("name", "namespaced"), [("pods/exec", True), ("nodes/proxy", False), ("namespaces", False), ("secrets", True)]
)
def test_what_lives_in_a_namespace_is_known(name: str, namespaced: bool) -> None:
    found = find("", name)

    assert found is not None
    assert found.namespaced is namespaced


def test_add_ons_are_in_no_group_of_ours() -> None:
    assert not ADDED_GROUPS & GROUPS


@pytest.mark.parametrize(
    ("name", "verbs"),
    [
        ("pods/exec", {"get", "create"}),
        ("pods/log", {"get"}),
        ("tokenreviews", {"create"}),
        ("deployments/scale", {"get", "update", "patch"}),
        ("serviceaccounts/token", {"create"}),
    ],
)
def test_some_resources_know_a_few_verbs_only(name: str, verbs: set[str]) -> None:
    assert set(verbs_of(name)) == verbs


def test_namespaces_cannot_be_deleted_all_at_once() -> None:
    assert "deletecollection" not in verbs_of("namespaces")
    assert "deletecollection" in verbs_of("pods")


def test_every_probe_of_a_built_in_group_asks_for_what_is_served_by_a_verb_that_it_knows() -> None:
    for probe in PROBES:
        asked = probe.attributes
        name = f"{asked.resource}/{asked.subresource}" if asked.subresource else asked.resource
        if asked.resource_request and asked.api_group in GROUPS:
            found = find(asked.api_group, name)
            assert found is not None, probe.id
            assert found.is_served(NEWEST), probe.id
            assert asked.verb in verbs_of(name), probe.id
