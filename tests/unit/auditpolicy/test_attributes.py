from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubewitness.auditpolicy import RequestAttributes
from kubewitness.auditpolicy.attributes import FIELDS, RecordError, attributes_of, is_event

# made up, in the shape in which kube-apiserver 1.34 writes it
EVENT: dict[str, Any] = {
    "kind": "Event",
    "apiVersion": "audit.k8s.io/v1",
    "level": "Metadata",
    "auditID": "1",
    "stage": "ResponseComplete",
    "requestURI": "/api/v1/namespaces/prod/secrets?fieldSelector=metadata.name%3Ddb&limit=500",
    "verb": "list",
    "user": {"username": "jane", "groups": ["dev", "system:authenticated"]},
    "impersonatedUser": {"username": "joe", "groups": ["ops"]},
    "objectRef": {"resource": "secrets", "namespace": "prod", "apiVersion": "v1"},
}


def test_the_fields_of_a_request() -> None:
    record = {
        "user": "jane",
        "groups": ["dev"],
        "verb": "get",
        "resourceRequest": True,
        "apiGroup": "apps",
        "apiVersion": "v1",
        "resource": "deployments",
        "subresource": "scale",
        "name": "web",
        "namespace": "prod",
        "path": "/apis/apps/v1/namespaces/prod/deployments/web/scale",
    }

    found = attributes_of(record)

    assert found == RequestAttributes(
        "jane", ("dev",), "get", True, "apps", "deployments", "scale", "web", "prod", str(record["path"])
    )


def test_what_is_absent_or_null_is_empty() -> None:
    nothing = RequestAttributes(None, resource_request=False)

    assert attributes_of({}) == nothing
    assert attributes_of(dict.fromkeys(FIELDS)) == nothing


@pytest.mark.parametrize(
    ("record", "expected"),
    [
        ({"resource": "pods"}, True),
        ({"resource": "pods", "path": "/api/v1/pods"}, True),
        ({"path": "/healthz"}, False),
        ({"resource": ""}, False),
        ({"resource": "pods", "resourceRequest": False}, False),
        ({"resourceRequest": True}, True),
    ],
)
def test_a_request_with_a_resource_is_a_resource_request_unless_it_says_otherwise(
    record: dict[str, Any], expected: bool
) -> None:
    assert attributes_of(record).resource_request is expected


def test_an_event_is_read_from_its_verb_and_its_uri() -> None:
    found = attributes_of(EVENT)

    assert found == RequestAttributes(
        "jane",
        ("dev", "system:authenticated"),
        "list",
        resource="secrets",
        name="db",
        namespace="prod",
        path="/api/v1/namespaces/prod/secrets",
    )


def test_an_object_ref_that_was_completed_later_does_not_count() -> None:
    created = EVENT | {
        "verb": "create",
        "requestURI": "/api/v1/namespaces/prod/secrets",
        "objectRef": {"resource": "secrets", "namespace": "prod", "name": "db"},
    }

    assert attributes_of(created).name == ""


@pytest.mark.parametrize(
    ("user", "name", "groups"),
    [
        ({}, None, ()),
        (None, None, ()),
        ({"username": "", "groups": None}, None, ()),
        ({"groups": ["system:authenticated"]}, "", ("system:authenticated",)),
    ],
)
def test_a_failed_login_has_no_user(user: Any, name: str | None, groups: tuple[str, ...]) -> None:
    found = attributes_of(EVENT | {"user": user})

    assert (found.user, found.groups) == (name, groups)


@pytest.mark.parametrize(
    ("verb", "ref", "name"),
    [
        ("get", {"resource": "pods", "name": "web", "namespace": "prod"}, "web"),
        ("create", {"resource": "pods", "name": "web", "subresource": "exec"}, "web"),
        # POST to a collection: the policy did not see the name
        ("create", {"resource": "pods", "name": "web"}, ""),
    ],
)
def test_without_a_uri_the_object_ref_counts(verb: str, ref: dict[str, str], name: str) -> None:
    event = {key: value for key, value in EVENT.items() if key != "requestURI"}

    found = attributes_of(event | {"verb": verb, "objectRef": ref})

    assert found == RequestAttributes(
        "jane",
        ("dev", "system:authenticated"),
        verb,
        resource="pods",
        subresource=ref.get("subresource", ""),
        name=name,
        namespace=ref.get("namespace", ""),
    )


@pytest.mark.parametrize("key", ["requestURI", "auditID", "objectRef", "kind"])
def test_an_event_is_recognised_by_any_of_its_own_fields(key: str) -> None:
    assert is_event({key: EVENT[key]})
    assert not is_event({"user": "jane", "apiVersion": "v1"})


def test_a_uri_that_is_too_long_to_be_remembered_is_read_alike() -> None:
    uri = "/api/v1/namespaces/prod/secrets?fieldSelector=metadata.name=db&continue=" + "x" * 5000

    assert attributes_of(EVENT | {"requestURI": uri}) == attributes_of(EVENT)


@pytest.mark.parametrize(
    ("record", "says"),
    [
        ({"user": 5}, "user: a number, where a string or null is wanted"),
        ({"user": {"username": "jane"}}, "user: an object, where"),
        ({"verb": ["get"]}, "verb: a list, where a string is wanted"),
        ({"groups": "dev"}, "groups: a string, where a list of strings is wanted"),
        ({"groups": ["dev", None]}, "groups: null, where a list of strings is wanted"),
        ({"resourceRequest": "true"}, "resourceRequest: a string, where a boolean is wanted"),
        ({"name": False}, "name: a boolean, where"),
        ({"verb": "get", "apigroup": "apps"}, 'unknown field "apigroup"'),
        ({"kind": "Pod", "apiVersion": "v1"}, "its kind is Pod"),
        ({"kind": ["Event"]}, "its kind is no text"),
        ({"kind": "Event", "apiVersion": "v1", "involvedObject": {}}, "neither an audit event"),
        ({"kind": "EventList", "items": []}, "one event a line"),
        ({"kind": "Event", "verb": "get"}, "without requestURI and without objectRef"),
        ({"auditID": "1", "objectRef": []}, "objectRef: a list, where an object is wanted"),
        ({"auditID": "1", "objectRef": {"name": 1}}, "objectRef.name: a number"),
        ({"requestURI": "/a", "user": "jane"}, "user: a string, where an object"),
        ({"requestURI": "/a", "user": {"username": 1}}, "user.username: a number"),
        ({"requestURI": "/a", "user": {"groups": {}}}, "user.groups: an object"),
        ({"requestURI": ["/a"]}, "requestURI: a list"),
        ({"requestURI": "/a%"}, "requestURI: /a%: invalid URL escape"),
    ],
)
def test_what_is_no_request_is_an_error_that_names_the_field(record: dict[str, Any], says: str) -> None:
    with pytest.raises(RecordError) as raised:
        attributes_of(record)

    assert says in str(raised.value)


_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)


@given(st.dictionaries(st.sampled_from([*sorted(FIELDS), *EVENT]) | st.text(), _VALUES, max_size=6))
def test_any_object_is_a_request_or_an_error(record: dict[str, Any]) -> None:
    record = json.loads(json.dumps(record))

    assert_answered(record)


def assert_answered(record: dict[str, Any]) -> None:
    try:
        answer: RequestAttributes | str = attributes_of(record)
    except RecordError as error:
        answer = str(error)
    assert isinstance(answer, RequestAttributes) or len(answer) < 400
