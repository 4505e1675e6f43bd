"""At which stages a request has an event, and from which level on an object is in it."""

from __future__ import annotations

import pytest

from kubewitness.auditpolicy import PROBES, Level, Policy, Probe, RequestAttributes, Rule, Stage
from kubewitness.auditpolicy.emitted import emitted
from kubewitness.auditpolicy.explanation import explain
from kubewitness.auditpolicy.query import parse_query
from kubewitness.model import ServerVersion
from kubewitness.report.policy.explanation import managed_fields

NEWEST = ServerVersion(1, 37)
ALL_BODIES = Policy((Rule(Level.REQUEST_RESPONSE),))


def asked(text: str) -> RequestAttributes:
    return parse_query(text, NEWEST).asked[0].attributes


@pytest.mark.parametrize(
    ("text", "long_running", "object_from"),
    [
        ("get secrets web -n x", False, Level.REQUEST_RESPONSE),
        ("list secrets -n x", False, Level.REQUEST_RESPONSE),
        ("delete pods web -n x", False, Level.REQUEST_RESPONSE),
        ("patch pods web -n x", False, Level.REQUEST_RESPONSE),
        ("create pods -n x", False, Level.REQUEST),
        ("update pods/status web -n x", False, Level.REQUEST),
        ("watch pods -n x", True, None),
        ("get pods/exec web -n x", True, None),
        ("create pods/exec web -n x", True, None),
        ("get pods/log web -n x", True, None),
        ("get nodes/proxy n1", True, None),
        ("get /healthz", False, None),
        ("get /debug/pprof/profile", True, None),
    ],
)
def test_what_a_request_leaves_depends_on_what_it_is(text: str, long_running: bool, object_from: Level | None) -> None:
    found = emitted(asked(text))

    assert (Stage.RESPONSE_STARTED in found.stages) is long_running
    assert found.object_from is object_from


def test_a_failed_login_has_one_event() -> None:
    found = emitted(asked("watch pods -n x --unauthenticated"))

    assert found.stages == {Stage.RESPONSE_STARTED}
    assert found.object_from is None


def test_the_event_of_a_panic_alone_tells_nothing() -> None:
    short, long = emitted(asked("get pods web")), emitted(asked("watch pods"))
    most = frozenset({Stage.REQUEST_RECEIVED, Stage.RESPONSE_COMPLETE})

    assert not short.is_told(most)
    assert long.is_told(most)
    assert not long.is_told(most | {Stage.RESPONSE_STARTED})


@pytest.mark.parametrize("probe", PROBES, ids=lambda probe: str(probe.id))
def test_the_stages_of_a_probe_are_those_of_its_request(probe: Probe) -> None:
    outcome = emitted(probe.attributes).stages - {Stage.REQUEST_RECEIVED, Stage.PANIC}

    assert set(probe.stages) == outcome


@pytest.mark.parametrize(
    "text", ["create pods/exec web -n x", "watch pods -n x", "get /healthz", "get pods web --unauthenticated"]
)
def test_where_there_is_no_object_no_managed_fields_are_kept(text: str) -> None:
    assert managed_fields(explain(ALL_BODIES, asked(text), NEWEST)).startswith("no object is recorded")


def test_where_there_is_one_they_are() -> None:
    assert managed_fields(explain(ALL_BODIES, asked("get pods web -n x"), NEWEST)) == "kept in the bodies"
