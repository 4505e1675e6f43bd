"""Rules and requests in words."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kubewitness.auditpolicy import PROBES, GroupResources, Level, Probe, Rule
from kubewitness.auditpolicy.lint.words import request_words, titles, what_it_matches
from kubewitness.auditpolicy.membership import usual_groups
from kubewitness.auditpolicy.query import parse_query
from kubewitness.auditpolicy.wording import several
from kubewitness.model import ServerVersion

PROBE = {probe.id: probe.attributes for probe in PROBES}


@pytest.mark.parametrize(
    ("probe", "words"),
    [
        ("secrets-get", "get secrets kubewitness-probe -n kubewitness-probe"),
        ("secrets-list-all-namespaces", "list secrets -A"),
        ("exec-create", "create pods/exec kubewitness-probe -n kubewitness-probe"),
        ("workloads-scale", "patch deployments.apps/scale kubewitness-probe -n kubewitness-probe"),
        ("nodes-delete", "delete nodes kubewitness-probe"),
        ("namespace-delete-kube-system", "delete namespaces kube-system"),
        ("path-metrics", "get /metrics"),
        ("failed-login-discovery", "get /version --unauthenticated"),
        ("anonymous-write", "create pods -n kubewitness-probe --as system:anonymous"),
    ],
)
def test_a_request_is_told_as_explain_takes_it(probe: str, words: str) -> None:
    assert request_words(PROBE[probe]) == words


@pytest.mark.parametrize("probe", PROBES, ids=lambda probe: probe.id)
@pytest.mark.parametrize("user", [None, "jane doe", "system:serviceaccount:ci:deployer"])
def test_explain_understands_what_a_finding_says(probe: Probe, user: str | None) -> None:
    asked = probe.attributes
    if user is not None and asked.user is not None:
        asked = replace(asked, user=user, groups=("devs", *usual_groups(user)))

    (first, *_) = parse_query(request_words(asked), ServerVersion(1, 37)).asked

    understood = first.attributes
    assert (understood.verb, understood.resource_path, understood.name) == (asked.verb, asked.resource_path, asked.name)
    assert (understood.api_group, understood.namespace) == (asked.api_group, asked.namespace)
    if asked.user != "kubewitness-probe":
        assert (understood.user, set(understood.groups)) == (asked.user, set(asked.groups))


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        (Rule(Level.NONE), "every verb on everything"),
        (Rule(Level.NONE, ("jane",), verbs=("get", "list")), "get and list on everything by jane"),
        (Rule(Level.NONE, namespaces=("", "a")), "every verb on all resources in no namespace and namespace a"),
        (Rule(Level.NONE, user_groups=("devs",), non_resource_urls=("/x",)), "every verb on /x by members of devs"),
        (
            Rule(Level.NONE, resources=(GroupResources("", ("pods",), ("a",)), GroupResources("apps"))),
            "every verb on pods of the core group named a and all resources of apps",
        ),
    ],
)
def test_a_rule_is_told_by_everything_that_it_matches(rule: Rule, words: str) -> None:
    assert what_it_matches(rule) == words


def test_by_whom_all_of_it_is_done_is_said_once() -> None:
    probe = PROBES[0]
    asked = [replace(probe, title=f"{what} (by jane in prod)") for what in ("reading", "writing over SPDY (create)")]

    assert titles(asked) == "reading and writing over SPDY (create) (by jane in prod)"
    assert titles([*asked, replace(probe, title="running over WebSocket (get)")]).count("(by jane in prod)") == 2
    assert titles([replace(probe, title=f"{what} over SPDY (create)") for what in "ab"]).count("(create)") == 2


def test_of_many_the_first_are_named() -> None:
    assert several(["a"]) == "a"
    assert several(["a", "b", "c", "d"]) == "a, b, c and d"
    assert several(["a", "b", "c", "d", "e"]) == "a, b, c and 2 more"
