from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubewitness.auditpolicy import GroupResources, Level, Policy, Rule, Stage
from kubewitness.auditpolicy.jsonlines import LONGEST_LINE, LineAnswers
from kubewitness.model import ServerVersion
from kubewitness.simulation.events import LONGEST_LINE as SIMULATED_LINE

NEWEST = ServerVersion(1, 37)
POLICY = Policy(
    (
        Rule(Level.REQUEST, resources=(GroupResources("", ("secrets",)),), omit_stages=(Stage.RESPONSE_STARTED,)),
        Rule(Level.NONE, users=("\ufffd",), omit_managed_fields=False),
    ),
    (Stage.RESPONSE_STARTED, Stage.RESPONSE_COMPLETE, Stage.PANIC),
    omit_managed_fields=True,
)


def answer(line: bytes) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(LineAnswers(POLICY, NEWEST).answers([line]))
    return found


def test_an_answer_is_a_decision_on_one_line() -> None:
    found = LineAnswers(POLICY, NEWEST).answers([b'{"user":"jane","resource":"secrets"}', b'{"path":"/healthz"}'])

    stages = '["Panic","ResponseComplete","ResponseStarted"]'
    assert found == (
        f'{{"level":"Request","omitStages":{stages},"omitManagedFields":true,"rule":0}}\n'
        f'{{"level":"None","omitStages":{stages},"omitManagedFields":true,"rule":-1}}\n'
    )


def test_an_answer_that_was_given_before_is_given_again() -> None:
    answers = LineAnswers(POLICY, NEWEST)

    found = answers.answers([b'{"resource":"secrets"}', b'{"resource":"pods"}', b'{"resource":"secrets"}']).splitlines()

    assert [json.loads(line)["rule"] for line in found] == [0, -1, 0]


def test_every_line_has_its_answer_and_those_that_failed_are_counted() -> None:
    answers = LineAnswers(POLICY, NEWEST)

    found = [
        json.loads(line) for line in answers.answers([b'{"verb":"get"}', b"", b"{", b'{"verb":"get"}']).splitlines()
    ]
    more = json.loads(answers.answers([b"[]"]))

    assert [next(iter(line)) for line in found] == ["level", "error", "error", "level"]
    assert more == {"error": "line 5: a JSON object is wanted"}
    assert (answers.count, answers.unread, answers.first_unread) == (5, 3, "line 2: blank")


@pytest.mark.parametrize(
    ("line", "says"),
    [
        (b" \t\r", "blank"),
        (b"nope", "not JSON: Expecting value at character 1"),
        (b'{"user":"\x1b"}', "not JSON: Invalid control character at character 10"),
        (b'{"user":NaN}', "not JSON: NaN is no JSON"),
        (b'{"a":1} {"a":1}', "not JSON: Extra data at character 9"),
        (b'"text"', "a JSON object is wanted"),
        (b"[" * 100_000, "nested too deep"),
        (b'{"a":' * 100_000, "nested too deep"),
        (b" " * (LONGEST_LINE + 1), f"longer than {LONGEST_LINE} bytes"),
        (b'{"user":' + b"9" * 5000 + b"}", "user: a number"),
        (b'{"verb":1e999}', "verb: a number"),
    ],
)
def test_what_is_no_request_is_said(line: bytes, says: str) -> None:
    assert answer(line)["error"].startswith(f"line 1: {says}")


@pytest.mark.parametrize("user", [b"\xff", rb"\ud800", rb"\uDFFF", b"\xed\xa0"[:1]])
def test_what_is_no_unicode_becomes_what_go_makes_of_it(user: bytes) -> None:
    found = answer(b'{"user":"' + user + b'"}')

    assert (found["rule"], found["omitManagedFields"]) == (1, False)


def test_surrogates_in_pairs_are_a_character() -> None:
    assert answer(rb'{"user":"\ud83d\ude00"}')["rule"] == -1


def test_fields_of_an_event_that_do_not_matter_may_hold_anything() -> None:
    line = rb'{"requestURI":"/api/v1/secrets","requestObject":{"a":["\ud800",1e999,null,%s]},"verb":"list"}' % (
        b"7" * 5000
    )

    assert answer(line)["rule"] == 0


@given(st.lists(st.binary() | st.text().map(str.encode)))
def test_any_lines_have_as_many_answers(lines: list[bytes]) -> None:
    answers = LineAnswers(POLICY, NEWEST)

    found = answers.answers(lines)

    assert found.count("\n") == len(lines) == answers.count
    assert all(json.loads(line) for line in found.splitlines())


def test_an_event_that_simulate_reads_eval_reads_too() -> None:
    assert LONGEST_LINE == SIMULATED_LINE
