"""What a recording cannot tell is said, of each request by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from kubewitness.auditpolicy import Level, Policy, Rule, Stage
from kubewitness.model import ServerVersion
from kubewitness.simulation.replay import simulate
from tests.unit.simulation.recorded import event, write_log

if TYPE_CHECKING:
    from pathlib import Path

    from kubewitness.simulation.model import Bounds

METADATA = Policy((Rule(Level.METADATA),))
BODIES = Policy((Rule(Level.REQUEST_RESPONSE),))
STRIPPED = Policy((Rule(Level.REQUEST_RESPONSE, omit_managed_fields=True),))
POD = {"kind": "Pod", "metadata": {"name": "web"}}
POD_WITH_FIELDS = {"kind": "Pod", "metadata": {"name": "web", "managedFields": [{"manager": "kubectl"}]}}


def bounds(folder: Path, policy: Policy, *events: dict[str, Any]) -> Bounds:
    log = write_log(folder / "audit.log", events)
    return simulate(policy, ServerVersion(1, 37), [log], top=10, look=lambda _: None).bounds


def create(**changed: Any) -> dict[str, Any]:
    return event(**{"verb": "create", "requestURI": "/api/v1/namespaces/prod/pods", **changed})


@pytest.mark.parametrize(
    ("fields", "missing"),
    [
        ({}, 1),
        ({"verb": "get"}, 1),
        ({"level": "Request"}, 1),
        ({"level": "RequestResponse"}, 0),
        ({"verb": "watch"}, 0),
        ({"requestURI": "/healthz"}, 0),
        ({"requestURI": "/api/v1/namespaces/prod/pods/web/exec"}, 0),
        ({"stage": "RequestReceived"}, 0),
    ],
)
def test_a_body_that_was_not_recorded_has_no_size(tmp_path: Path, fields: dict[str, Any], missing: int) -> None:
    assert bounds(tmp_path, BODIES, create(**fields)).bodies == missing


def test_at_level_request_a_body_is_missing_of_what_sends_one(tmp_path: Path) -> None:
    policy = Policy((Rule(Level.REQUEST),))

    assert bounds(tmp_path, policy, create(), create(verb="patch"), create(verb="get")).bodies == 2


def test_bodies_that_were_cut_off_are_counted(tmp_path: Path) -> None:
    cut = create(level="Request", annotations={"audit.k8s.io/truncated": "true"})

    assert bounds(tmp_path, BODIES, cut, create(level="Request", requestObject=POD)).truncated == 1
    assert bounds(tmp_path, METADATA, cut).truncated == 0


def test_one_object_with_managed_fields_says_nothing_of_the_others(tmp_path: Path) -> None:
    events = [create(level="Request", requestObject=POD)] * 100
    with_fields = create(level="Request", requestObject=POD_WITH_FIELDS)

    assert bounds(tmp_path, BODIES, *events, with_fields).managed_fields == 100
    assert bounds(tmp_path, STRIPPED, *events).managed_fields == 0


def test_what_is_no_object_has_no_managed_fields(tmp_path: Path) -> None:
    patch = create(verb="patch", level="Request", requestObject={"spec": {}})

    assert bounds(tmp_path, BODIES, patch).managed_fields == 0


def test_one_event_of_a_stage_says_nothing_of_the_others(tmp_path: Path) -> None:
    health = event(requestURI="/healthz", stage="RequestReceived"), event(requestURI="/healthz")

    found = bounds(tmp_path, METADATA, *[event()] * 1000, *health)

    assert found.stages == {Stage.REQUEST_RECEIVED: 1000}


def test_a_stage_that_the_policy_omits_is_not_missed(tmp_path: Path) -> None:
    policy = Policy((Rule(Level.METADATA, omit_stages=(Stage.REQUEST_RECEIVED,)),))

    assert bounds(tmp_path, policy, event()).stages == {}


def test_only_what_goes_on_for_long_has_a_start(tmp_path: Path) -> None:
    received = event(stage="RequestReceived", verb="watch"), event(stage="RequestReceived", verb="get")

    found = bounds(tmp_path, METADATA, *received, event(verb="watch"), event(verb="get"))

    assert found.stages == {Stage.RESPONSE_STARTED: 1}


def test_a_watch_may_not_have_ended_but_a_get_has(tmp_path: Path) -> None:
    started = [event(stage=stage, verb="watch") for stage in ("RequestReceived", "ResponseStarted")]

    found = bounds(tmp_path, METADATA, *started, event(stage="RequestReceived"))

    assert found.stages == {Stage.RESPONSE_COMPLETE: 1}


def test_a_panic_is_an_end(tmp_path: Path) -> None:
    assert bounds(tmp_path, METADATA, event(stage="RequestReceived"), event(stage="Panic")).stages == {}


def test_of_a_failed_login_there_is_one_event(tmp_path: Path) -> None:
    assert bounds(tmp_path, METADATA, event(user={}, stage="ResponseStarted")).stages == {}
