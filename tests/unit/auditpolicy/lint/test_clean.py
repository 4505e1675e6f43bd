"""No false alarms: what is meant to be so, and what other rules make good."""

from __future__ import annotations

from pathlib import Path

import pytest

from kubewitness.apiserver import AuditSettings
from kubewitness.model import ServerVersion, Severity
from tests.unit.auditpolicy.lint.linting import HEADER, NEWEST, ids, linted

FOLDER = Path(__file__).parents[4] / "policies" / "audit"
ALL_VERSIONS = [ServerVersion(1, minor) for minor in range(24, 38)]


@pytest.mark.parametrize("version", ALL_VERSIONS, ids=str)
def test_everything_at_metadata_is_clean(version: ServerVersion) -> None:
    assert ids(HEADER + "- level: Metadata\n", version) == []


def test_everything_at_metadata_once_is_clean_with_flags_too() -> None:
    policy = f"omitStages: [RequestReceived]\n{HEADER}- level: Metadata\n"

    found = linted(policy, NEWEST, AuditSettings(policy_file="/p", log_path="/l"))

    assert found.findings == ()
    assert found.not_looked_at == ()


@pytest.mark.parametrize("name", ["essential", "standard", "forensic"])
@pytest.mark.parametrize("version", ALL_VERSIONS, ids=str)
def test_our_own_policies_have_no_finding_that_a_comment_does_not_accept(name: str, version: ServerVersion) -> None:
    found = linted((FOLDER / f"{name}.yaml").read_text("utf-8"), version)

    assert [item for item in found.findings if item.severity.rank >= Severity.MEDIUM.rank] == []


def test_what_a_policy_does_not_name_is_fine_where_the_catch_all_has_it() -> None:
    policy = f"""\
omitStages: [RequestReceived]
{HEADER}
- level: Request
  verbs: [create, update, patch, delete, deletecollection]
  resources:
  - group: rbac.authorization.k8s.io
  omitManagedFields: true
- level: Metadata
"""

    assert ids(policy) == []


def test_noise_that_names_who_and_what_is_left_out_without_a_word() -> None:
    policy = f"""\
omitStages: [RequestReceived]
{HEADER}
- level: None
  users: [system:kube-scheduler]
  verbs: [get, update]
  namespaces: [kube-system]
  resources:
  - group: coordination.k8s.io
    resources: [leases]
    resourceNames: [kube-scheduler]
- level: None
  userGroups: [system:nodes]
  verbs: [update, patch]
  resources:
  - group: ""
    resources: [nodes/status, pods/status]
- level: None
  userGroups: [system:authenticated, system:unauthenticated]
  nonResourceURLs: ["/healthz*", "/livez*", "/readyz*", /version]
- level: Metadata
"""

    assert ids(policy) == []


@pytest.mark.parametrize(
    "rule",
    [
        "users: [system:kube-proxy]\n  verbs: [watch]\n  resources: [{group: '', resources: [endpoints, services]}]",
        "userGroups: [system:nodes]\n  verbs: [get, list, watch]\n  resources: [{group: '', resources: [nodes, pods]}]",
        "users: [system:serviceaccount:monitoring:prometheus]\n  verbs: [get, list, watch]\n"
        "  resources: [{group: '', resources: [pods, nodes, services, endpoints]}]",
        "users: [system:kube-scheduler]\n  verbs: [create]\n  resources: [{group: '', resources: [pods/binding]}]",
        "users: [system:serviceaccount:kube-system:endpoint-controller]\n  verbs: [get, update]\n"
        "  namespaces: [kube-system]\n  resources: [{group: '', resources: [endpoints]}]",
    ],
)
def test_what_a_component_does_all_day_may_be_left_out(rule: str) -> None:
    assert ids(f"{HEADER}- level: None\n  {rule}\n- level: Metadata\n") == []


@pytest.mark.parametrize(("first", "second", "moves"), [("Metadata", "None", False), ("Metadata", "Request", True)])
def test_no_advice_switches_the_log_off(first: str, second: str, *, moves: bool) -> None:
    (dead,) = (item for item in linted(f"{HEADER}- level: {first}\n- level: {second}\n").findings if item.id == "AP012")

    assert dead.message.endswith("to decide first" if moves else "remove it")


def test_no_advice_mends_a_rule_that_a_suggestion_replaces() -> None:
    found = linted(f"{HEADER}- level: Metadata\n  verbs: [create]\n- level: None\n").findings

    (login,) = (item for item in found if item.id == "AP044")
    assert "add userGroups" not in login.message
    assert (login.suggestion, login.replaces) == ("- level: Metadata\n", True)


def test_what_needs_flags_is_said_to_be_not_looked_at() -> None:
    found = linted(HEADER + "- level: Metadata\n", NEWEST, "no flags were given")

    assert [(item.id, item.why) for item in found.not_looked_at] == [
        ("AP062", "no flags were given"),
        ("AP063", "no flags were given"),
    ]


def test_a_policy_that_records_nothing_is_told_so_once() -> None:
    assert ids(HEADER + "- level: None\n") == ["AP010"]


def test_what_has_one_cause_is_one_finding() -> None:
    policy = HEADER + "- level: None\n  verbs: [get, list, watch]\n- level: Metadata\n"

    found = [(item.id, item.rule) for item in linted(policy).findings]

    assert found == [("AP023", 0), ("AP024", 0), ("AP040", 0), ("AP044", 0), ("AP045", 0)]


def test_the_worst_comes_first() -> None:
    policy = HEADER + "- level: RequestResponse\n  users: [kubelet, jane]\n- level: Request\n"

    ranks = [item.severity.rank for item in linted(policy).findings]

    assert ranks == sorted(ranks, reverse=True)
    assert len(set(ranks)) > 2
