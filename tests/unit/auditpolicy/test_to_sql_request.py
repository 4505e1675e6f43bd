"""Requests derived from URIs in SQL, beside ``attributes_of``: the same, or left to it."""
# ruff: noqa: S608

from __future__ import annotations

import json
from typing import Any

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kubewitness.auditpolicy import RecordError, attributes_of
from kubewitness.auditpolicy.to_sql import REQUEST_COLUMNS, UNDERIVED, request_query

ALWAYS, NEVER = "true", None

parts = st.sampled_from((
    "api", "apis", "v1", "apps", "namespaces", "prod", "pods", "web", "exec", "status", "finalize", "watch", "proxy",
    "", "a b", "%6b", "%2F", "%", "%zz", "+", "'", "é", "metadata.name",
))  # fmt: skip
queries = st.sampled_from((
    "", "?", "?watch=true", "?limit=500", "?fieldSelector=metadata.name%3Dweb", "?fieldSelector=metadata%2Ename%3Dweb",
    "?fieldSelector=metadata.name=web&limit=x", "?%66ieldSelector=metadata.name%3Dweb&timeoutSeconds=432&limit=12",
    "?resourceVersion=1&timeoutSeconds=2&limit=3&fieldSelector=metadata.name%3Dweb", "?fieldSelector=a%3Db",
    "?timeoutSeconds=99999999999999999999&fieldSelector=metadata.name%3Dweb",
    "?limit=12345678901234567&limit=x&fieldSelector=metadata.name%3Dweb",
    "?fieldSelector=metadata.name%3Dx%2Cmetadata.name%3Dweb",
))  # fmt: skip
uris = st.builds(
    lambda start, middle, end, query: start + "/".join(middle) + end + query,
    st.sampled_from(("/", "/api/v1/", "/apis/apps/v1/", "/api/v1/namespaces/prod/", "//", "", "*", "http://x/")),
    st.lists(parts, max_size=6),
    st.sampled_from(("", "", "/")),
    queries,
)
verbs = st.sampled_from(("get", "list", "watch", "create", "delete", "deletecollection", "proxy", "", "post"))


def derive(events: list[dict[str, Any]], names_matter: str | None = ALWAYS) -> list[dict[str, Any]]:
    """A row an event, in their order: the columns of a request, and what was left."""
    shape = '[{"verb": "VARCHAR", "uri": "VARCHAR", "object_ref": "VARCHAR", "number": "INTEGER"}]'
    table = f"SELECT unnest(from_json(?, '{shape}'), recursive := true)"
    query = request_query(table, names_matter=names_matter)
    columns = (*REQUEST_COLUMNS, UNDERIVED)
    with duckdb.connect() as connection:
        numbered = json.dumps([{**event, "number": number} for number, event in enumerate(events)])
        rows = connection.execute(f"SELECT {', '.join(columns)} FROM ({query}) ORDER BY number", [numbered]).fetchall()
    return [dict(zip(columns, row, strict=True)) for row in rows]


def by_the_evaluator(verb: str, uri: str) -> dict[str, Any] | None:
    try:
        attributes = attributes_of({"verb": verb, "requestURI": uri, "auditID": "x"})
    except RecordError:
        return None
    return {column: getattr(attributes, column) for column in REQUEST_COLUMNS}


@settings(max_examples=60)
@given(st.lists(st.tuples(verbs, uris), min_size=1, max_size=60))
def test_the_server_saw_the_same_request(asked: list[tuple[str, str]]) -> None:
    rows = derive([{"verb": verb, "uri": uri} for verb, uri in asked])

    for (verb, uri), row in zip(asked, rows, strict=True):
        left = row.pop(UNDERIVED)
        if left is None:
            assert row == by_the_evaluator(verb, uri), uri
        else:
            assert by_the_evaluator(verb, left[1:]) == by_the_evaluator(verb, uri), left


@pytest.mark.parametrize(
    "uri",
    [
        "/",
        "/healthz",
        "/api/v1",
        "/apis/apps/v1",
        "/api/v1/pods?limit=500&watch=true",
        "/api/v1/namespaces/prod",
        "/api/v1/namespaces/prod/status",
        "/api/v1/namespaces/prod/pods/web/exec?command=ls+%2Ftmp",
        "/apis/apps/v1/namespaces/prod/deployments/web/scale",
        "/api/v1/nodes/n1/proxy/metrics/cadvisor",
        "/api/v1/pods?fieldSelector=spec.nodeName%3Dn1",
    ],
)
def test_the_usual_ones_are_derived_in_sql(uri: str) -> None:
    (row,) = derive([{"verb": "list", "uri": uri}])

    assert row.pop(UNDERIVED) is None
    assert row == by_the_evaluator("list", uri)


@pytest.mark.parametrize(
    "uri",
    [
        "/api/v1/namespaces/%6bube-system/pods",
        "/api/v1/watch/pods",
        "/api/v1/pods?fieldSelector=metadata.name%3Dweb",
        "/api/v1/pods?fieldSelector=metadata%2Ename%3Dweb",
        "//api/v1/pods",
        "/api/v1/pods/",
        "api/v1/pods",
        "/api/v1/watch",
    ],
)
def test_what_is_not_plain_is_left(uri: str) -> None:
    (row,) = derive([{"verb": "list", "uri": uri}])

    assert row[UNDERIVED] == f"u{uri}"


def test_a_name_in_a_query_is_left_only_where_names_matter() -> None:
    event = {"verb": "watch", "uri": "/api/v1/pods?fieldSelector=metadata.name%3Dweb"}

    assert derive([event], NEVER)[0][UNDERIVED] is None
    assert derive([event], "resource = 'pods'")[0][UNDERIVED] is not None
    assert derive([event], "resource = 'secrets'")[0][UNDERIVED] is None


def test_watches_that_differ_in_numbers_alone_are_one() -> None:
    uri = "/api/v1/pods?fieldSelector=metadata.name%3Dweb&resourceVersion={}&timeoutSeconds={}&watch=true"
    events = [{"verb": "watch", "uri": uri.format(number, 2 * number)} for number in (1, 23, 456)]

    assert len({row[UNDERIVED] for row in derive(events)}) == 1


def test_an_event_without_uri_is_left_with_its_reference() -> None:
    found = derive([{"verb": "get", "object_ref": '{"resource":"pods"}'}, {"verb": "get"}])

    assert [row[UNDERIVED] for row in found] == ['o{"resource":"pods"}', "o"]
