"""Requests in JSON: one object, or every event that was recorded of one request."""

from __future__ import annotations

import json

import pytest

from kubewitness.auditpolicy.query import QueryError, parse_query
from kubewitness.errors import KubewitnessError
from kubewitness.model import ServerVersion

NEWEST = ServerVersion(1, 37)


def event(stage: str, name: str = "web-0", user: str = "jane") -> str:
    """Made up."""
    return json.dumps({
        "kind": "Event", "auditID": "4f1c", "stage": stage, "verb": "get", "user": {"username": user},
        "requestURI": f"/api/v1/namespaces/prod/pods/{name}/exec?command=ls",
    })  # fmt: skip


@pytest.mark.parametrize("between", ["\n", "\r\n", "\n\n  "])
def test_every_stage_of_one_request_is_one_request(between: str) -> None:
    text = between.join((event("RequestReceived"), event("ResponseStarted"), event("ResponseComplete"), ""))

    query = parse_query(text, NEWEST)

    assert query.asked == parse_query(event("ResponseComplete"), NEWEST).asked
    assert query.notes == ("3 events of the same request, which the policy decides about once",)


@pytest.mark.parametrize("other", [event("ResponseComplete", name="web-1"), event("ResponseComplete", user="joe")])
def test_several_requests_are_for_eval(other: str) -> None:
    text = f"{event('RequestReceived')}\n{event('ResponseComplete')}\n{other}\n"

    with pytest.raises(QueryError, match=r"3 lines with 2 different requests: .* 'kubewitness policy eval FILE'"):
        parse_query(text, NEWEST)


def test_a_log_is_for_eval() -> None:
    with pytest.raises(QueryError, match=r"1001 lines: .*policy eval"):
        parse_query("\n".join([event("ResponseComplete")] * 1001), NEWEST)


def test_an_object_may_be_written_over_several_lines() -> None:
    pretty = json.dumps(json.loads(event("ResponseComplete")), indent=2)

    assert parse_query(pretty, NEWEST) == parse_query(event("ResponseComplete"), NEWEST)


@pytest.mark.parametrize("text", ["{}\n{", "{\n}}", f"{event('ResponseComplete')}\n[]", '{"a": 1}\n{"b": 2}'])
def test_lines_that_cannot_be_read_are_one_line_of_error(text: str) -> None:
    with pytest.raises(KubewitnessError) as caught:
        parse_query(text, NEWEST)

    assert "\n" not in str(caught.value)
