"""A question in kubectl's words, and the request that the policy sees."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubewitness.auditpolicy import PROBES, RequestAttributes
from kubewitness.auditpolicy.query import SOMEBODY, QueryError, parse_query, spoken
from kubewitness.errors import KubewitnessError
from kubewitness.model import ServerVersion

NEWEST = ServerVersion(1, 37)
RBAC = "rbac.authorization.k8s.io"


def asked(text: str) -> RequestAttributes:
    return parse_query(text, NEWEST).asked[0].attributes


def what(text: str) -> tuple[str, ...]:
    """Verb, group, resource, subresource, name, namespace; or verb and path."""
    found = asked(text)
    if not found.resource_request:
        return found.verb, found.path
    return found.verb, found.api_group, found.resource, found.subresource, found.name, found.namespace


def notes(text: str) -> str:
    return "\n".join(parse_query(text, NEWEST).notes)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("get secrets web -n prod", ("get", "", "secrets", "", "web", "prod")),
        ("get secrets -n prod", ("list", "", "secrets", "", "", "prod")),
        ("kubectl get secret/web --namespace=prod", ("get", "", "secrets", "", "web", "prod")),
        ("get po web", ("get", "", "pods", "", "web", "default")),
        ("list secrets -A", ("list", "", "secrets", "", "", "")),
        ("watch pods -n x", ("watch", "", "pods", "", "", "x")),
        ("get pods --field-selector metadata.name=web -n x", ("list", "", "pods", "", "web", "x")),
        ("create pods web -n x", ("create", "", "pods", "", "", "x")),
        ("create pods/exec web -n x", ("create", "", "pods", "exec", "web", "x")),
        ("create pods/web/exec -n x", ("create", "", "pods", "exec", "web", "x")),
        ("get pods web --subresource log -n x", ("get", "", "pods", "log", "web", "x")),
        ("deletecollection pods -n x", ("deletecollection", "", "pods", "", "", "x")),
        ("delete ns old", ("delete", "", "namespaces", "", "old", "old")),
        ("get namespaces", ("list", "", "namespaces", "", "", "")),
        ("create ns new", ("create", "", "namespaces", "", "", "")),
        ("patch deployments.apps web -n x", ("patch", "apps", "deployments", "", "web", "x")),
        ("patch deployments.v1.apps web -n x", ("patch", "apps", "deployments", "", "web", "x")),
        ("patch deploy/web -n x", ("patch", "apps", "deployments", "", "web", "x")),
        ("update deploy/scale web -n x", ("update", "apps", "deployments", "scale", "web", "x")),
        ("get ingress web -n x", ("get", "networking.k8s.io", "ingresses", "", "web", "x")),
        ("get networkpolicy web -n x", ("get", "networking.k8s.io", "networkpolicies", "", "web", "x")),
        ("get ingressclass web", ("get", "networking.k8s.io", "ingressclasses", "", "web", "")),
        ("get endpoints web -n x", ("get", "", "endpoints", "", "web", "x")),
        ("get clusterrole admin", ("get", RBAC, "clusterroles", "", "admin", "")),
        ("get no n1 -n x", ("get", "", "nodes", "", "n1", "")),
        ("get events -n x", ("list", "", "events", "", "", "x")),
        ("get events.events.k8s.io -n x", ("list", "events.k8s.io", "events", "", "", "x")),
        ("get events --group events.k8s.io -n x", ("list", "events.k8s.io", "events", "", "", "x")),
        ("get deployments --group '' -n x", ("list", "", "deployments", "", "", "x")),
        ("get widgets.example.com foo -n x", ("get", "example.com", "widgets", "", "foo", "x")),
        ("get widgets.example.com/foo -n x", ("get", "example.com", "widgets", "", "foo", "x")),
        ("update widgets.example.com/status foo -n x", ("update", "example.com", "widgets", "status", "foo", "x")),
        ("create token builder -n x", ("create", "", "serviceaccounts", "token", "builder", "x")),
        ("create secret generic db -n x", ("create", "", "secrets", "", "", "x")),
        ("get /healthz", ("get", "/healthz")),
        ("/version", ("get", "/version")),
        ("POST /logs", ("post", "/logs")),
        ("get /api/v1/namespaces/x/pods?watch=1", ("watch", "", "pods", "", "", "x")),
        ("delete /api/v1/namespaces/x/pods/web", ("delete", "", "pods", "", "web", "x")),
    ],
)
def test_words_are_a_request(text: str, expected: tuple[str, ...]) -> None:
    assert what(text) == expected


@pytest.mark.parametrize(
    ("text", "user", "groups"),
    [
        ("get pods -n x", SOMEBODY, {"system:authenticated"}),
        ("get pods -n x --as jane", "jane", {"system:authenticated"}),
        ("get pods -n x --as jane --as-group a --as-group=b", "jane", {"system:authenticated", "a", "b"}),
        ("get pods -n x --as-group a", SOMEBODY, {"system:authenticated", "a"}),
        ("get pods -n x --as system:anonymous", "system:anonymous", {"system:unauthenticated"}),
        ("get pods -n x --as system:node:n1", "system:node:n1", {"system:authenticated", "system:nodes"}),
        (
            "get pods -n x --as system:serviceaccount:ci:bot",
            "system:serviceaccount:ci:bot",
            {"system:authenticated", "system:serviceaccounts", "system:serviceaccounts:ci"},
        ),
        ("get pods -n x --unauthenticated", None, set()),
    ],
)
def test_who_asks_has_the_groups_that_the_server_gives(text: str, user: str | None, groups: set[str]) -> None:
    found = asked(text)

    assert found.user == user
    assert set(found.groups) == groups


@pytest.mark.parametrize(
    ("text", "note"),
    [
        ("get secrets -n x", "a list"),
        ("delete secrets --all -n x", "deletecollection"),
        ("list secrets -A", 'only those with ""'),
        ("create pods web -n x", "resourceNames"),
        ("delete ns x", "its own name as its namespace"),
        ("get nodes n1 -n x", "in no namespace"),
        ("get pods web", "namespace default"),
        ("get widgets web -n x", "RESOURCE.GROUP"),
        ("get widgets.example.com web -n x", "none of kube-apiserver's own"),
        ("get events web -n x", "events.events.k8s.io"),
        ("patch pods -n x", "no object is named"),
    ],
)
def test_the_trap_is_told_where_it_bites(text: str, note: str) -> None:
    assert note in notes(text)


def test_a_plain_question_has_no_notes() -> None:
    assert notes("get secrets web -n prod --as jane") == ""


@pytest.mark.parametrize("subresource", ["exec", "attach", "portforward"])
def test_what_comes_by_either_verb_is_asked_by_both(subresource: str) -> None:
    for verb, other in (("get", "create"), ("create", "get")):
        query = parse_query(f"{verb} pods/{subresource} web -n x", NEWEST)

        assert [item.attributes.verb for item in query.asked] == [verb, other]
        assert query.several is False


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "nothing is asked"),
        ("get", "of what"),
        ("get 'secrets", "No closing quotation"),
        ("frobnicate pods", "not a verb"),
        ("impersonate users jane", "a verb of authorization"),
        ("get secrets --asgroup x", "not an option"),
        ("get secrets -n", "needs a value"),
        ("get secrets -n x -A", "leave one of the two out"),
        ("get secrets web -A", "only a list or a watch"),
        ("get secrets --as jane --unauthenticated", "a failed login has no user"),
        ("delete secrets -n x", "delete secrets --all"),
        ("delete deploy -n x", "deletecollection deployments.apps"),
        ("delete pods web -l app=x", "a name and a selector"),
        ("get ''", "no resource"),
        ("get pods --raw /x -n", "needs a value"),
        ("patch --raw /x", "get, create, replace, delete"),
        ("get --raw x", "begins with /"),
        ("label pods web a=b --local", "leave it out"),
        ("apply deploy web --dry-run=client", "leave it out"),
        ("api-resources", "get /apis"),
        ("version", "get /version"),
        ("config view", "asks the server for nothing"),
        ("auth reconcile", "write the requests one by one"),
        ("rollout web", "rollout restart"),
        ("cluster-info dump", "list services"),
        ("get /api/v1/watch", "cannot tell its resource"),
        ('{"verb": "get"', "JSON"),
        ('{"verb": "get", "nouns": 1}', "nouns"),
    ],
)
def test_what_cannot_be_read_is_one_line_that_says_how(text: str, message: str) -> None:
    with pytest.raises(KubewitnessError, match=message):
        parse_query(text, NEWEST)


def test_json_in_place_of_words() -> None:
    record = {"user": "jane", "groups": ["devs"], "verb": "get", "resource": "pods", "name": "web", "namespace": "x"}

    found = asked(json.dumps(record))

    assert found == RequestAttributes("jane", ("devs",), "get", resource="pods", name="web", namespace="x")


def test_an_audit_event_in_place_of_words() -> None:
    event = {
        "kind": "Event",
        "apiVersion": "audit.k8s.io/v1",
        "verb": "list",
        "requestURI": "/api/v1/secrets?limit=500",
        "user": {"username": "jane", "groups": ["system:authenticated"]},
        "impersonatedUser": {"username": "root"},
    }

    assert asked(json.dumps(event)).user == "jane"
    assert what(json.dumps(event)) == ("list", "", "secrets", "", "", "")


@pytest.mark.parametrize("probe", PROBES, ids=lambda probe: str(probe.id))
def test_every_probe_can_be_said(probe: object) -> None:
    request = probe.attributes  # type: ignore[attr-defined]

    text = spoken(request, NEWEST)

    understood = asked(text)
    assert what(text) == what(spoken(understood, NEWEST))
    assert (understood.user, set(understood.groups)) == (request.user, set(request.groups))
    assert not text.startswith("{")


TEXTS = st.text("ab:/-. '\"{", max_size=6)


@given(
    st.builds(
        RequestAttributes,
        st.none() | TEXTS,
        st.lists(TEXTS, max_size=2).map(tuple),
        st.sampled_from(["get", "list", "create", "delete", "", "odd"]),
        resource_request=st.booleans(),
        api_group=st.sampled_from(["", "apps", "x.io"]),
        resource=st.sampled_from(["pods", "nodes", "namespaces", "deployments", "x", ""]),
        subresource=st.sampled_from(["", "exec", "status", "odd"]),
        name=TEXTS,
        namespace=TEXTS,
        path=TEXTS,
    )
)
def test_what_is_said_is_understood(request: RequestAttributes) -> None:
    request = request if request.user is not None else replace(request, groups=())

    understood = asked(spoken(request, NEWEST))

    skipped = {"path"} if request.resource_request else {"resource", "api_group", "subresource", "name", "namespace"}
    skipped |= {"groups"}
    assert {key: value for key, value in _fields(understood).items() if key not in skipped} == {
        key: value for key, value in _fields(request).items() if key not in skipped
    }
    assert set(understood.groups) == set(request.groups)


def _fields(request: RequestAttributes) -> dict[str, object]:
    return {name: getattr(request, name) for name in RequestAttributes.__slots__}


@given(st.text(max_size=40))
def test_any_text_is_a_request_or_an_error_to_mend(text: str) -> None:
    with suppress(KubewitnessError):
        assert parse_query(text, NEWEST).asked


def test_the_error_shows_an_example() -> None:
    with pytest.raises(QueryError, match="get secrets -n prod --as jane"):
        parse_query("get", NEWEST)
