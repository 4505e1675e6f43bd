"""A request is lost when no event of it is kept, whatever else of its kind and user is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kubewitness.auditpolicy import Level, Policy, Rule, Stage
from kubewitness.model import ServerVersion
from kubewitness.simulation.model import Range, Simulation, Tally
from kubewitness.simulation.replay import simulate
from tests.unit.simulation.recorded import event, write_log

if TYPE_CHECKING:
    from pathlib import Path

NOT_AT_FIRST = Policy((Rule(Level.METADATA),), omit_stages=(Stage.REQUEST_RECEIVED,))


def replayed(folder: Path, policy: Policy, events: list[dict[str, Any]]) -> Simulation:
    log = write_log(folder / "audit.log", events)
    return simulate(policy, ServerVersion(1, 37), [log], top=10, look=lambda _: None)


def secrets(namespace: str, count: int, *, stage: str = "ResponseComplete", first: int = 0) -> list[dict[str, Any]]:
    uri = f"/api/v1/namespaces/{namespace}/secrets/db"
    return [event(requestURI=uri, stage=stage, auditID=f"{namespace}-{first + number}") for number in range(count)]


def test_what_one_rule_never_writes_is_lost_though_another_writes_such_requests(tmp_path: Path) -> None:
    policy = Policy((Rule(Level.METADATA, namespaces=("x",), omit_stages=tuple(Stage)), Rule(Level.METADATA)))

    found = replayed(tmp_path, policy, [*secrets("x", 100), *secrets("y", 1)])

    assert found.kept.events == 1
    assert found.lost_total.events == 100
    assert [(item.rules, item.by_stage, item.lost.events, item.audit_id) for item in found.lost] == [
        ((0,), True, 100, "x-0")
    ]


def test_what_two_rules_drop_of_one_kind_is_one_loss(tmp_path: Path) -> None:
    policy = Policy(
        (Rule(Level.METADATA, namespaces=("x",), omit_stages=tuple(Stage)), Rule(Level.NONE, namespaces=("y",)))
    )

    found = replayed(tmp_path, policy, [*secrets("x", 2), *secrets("y", 1), *secrets("z", 1)])

    assert [(item.rules, item.by_stage, item.lost.events) for item in found.lost] == [((-1, 0, 1), False, 4)]


def test_a_request_of_which_another_stage_is_kept_is_not_lost(tmp_path: Path) -> None:
    events = [*secrets("x", 50, stage="RequestReceived"), *secrets("x", 50)]

    found = replayed(tmp_path, NOT_AT_FIRST, events)

    assert found.lost == ()
    assert found.bounds.unpaired == Range(0, 0)


def test_a_stage_that_ends_in_one_of_two_ways_is_one(tmp_path: Path) -> None:
    events = [
        *secrets("x", 3, stage="RequestReceived"), *secrets("x", 2), *secrets("x", 1, stage="Panic", first=2),
    ]  # fmt: skip

    found = replayed(tmp_path, NOT_AT_FIRST, events)

    assert found.bounds.unpaired == Range(0, 0)


def test_requests_that_are_recorded_in_part_are_bounded_not_guessed(tmp_path: Path) -> None:
    events = [*secrets("x", 100, stage="RequestReceived"), *secrets("y", 1)]

    found = replayed(tmp_path, NOT_AT_FIRST, events)

    assert found.lost_total == Tally()
    assert found.bounds.unpaired == Range(99, 100)


def test_without_an_audit_id_nothing_is_known_of_a_pair(tmp_path: Path) -> None:
    events = [
        {**item, "auditID": None} for item in (*secrets("x", 2, stage="RequestReceived"), *secrets("x", 2))
    ]  # fmt: skip

    found = replayed(tmp_path, NOT_AT_FIRST, [{k: v for k, v in item.items() if v is not None} for item in events])

    assert found.bounds.unpaired == Range(0, 2)
