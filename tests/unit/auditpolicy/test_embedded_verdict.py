from __future__ import annotations

import pytest

from kubewitness.auditpolicy.verdict import Verdict, judge
from kubewitness.errors import KubewitnessError
from kubewitness.godecode.tree import Mark
from kubewitness.model import ServerVersion

NEWEST = ServerVersion(1, 37)
HEAD = "apiVersion: audit.k8s.io/v1\nkind: Policy\n"
UNKNOWN = HEAD + "rules:\n- level: None\n  user: [a]\n- level: Metadata\n"


def only(text: str, version: ServerVersion = NEWEST) -> Verdict:
    (verdict,) = judge("policy.yaml", text.encode(), version)
    return verdict


def inside(text: str) -> str:
    return "data:\n  p: |\n" + "".join(f"    {line}\n" for line in text.splitlines())


def test_a_policy_that_is_taken_as_it_is() -> None:
    verdict = only(HEAD + "rules:\n- level: Metadata\n")

    assert (verdict.ok, verdict.is_clean, verdict.error, len(verdict.rules)) == (True, True, None, 1)
    assert (verdict.faults, verdict.ignored, verdict.touched(), verdict.inside) == ((), (), (), None)


def test_a_policy_that_is_refused_has_its_faults_at_their_places() -> None:
    verdict = only(HEAD + "rules:\n- level: none\n- {}\n")

    assert (verdict.ok, verdict.is_clean, verdict.rules) == (False, False, ())
    assert (verdict.error or "").startswith("[rules[0].level: Unsupported value: ")
    assert [fault.mark for fault in verdict.faults] == [Mark(4, 10), Mark(5, 3)]


def test_a_policy_that_is_taken_in_part_is_ok_and_not_clean() -> None:
    verdict = only(UNKNOWN)

    assert (verdict.ok, verdict.is_clean, verdict.error, len(verdict.rules)) == (True, False, None, 2)
    assert [(problem.text, problem.mark) for problem in verdict.ignored] == [
        ('unknown field "rules[0].user"', Mark(5, 3))
    ]


def test_before_1_26_what_is_dropped_is_no_error_of_the_server() -> None:
    verdict = only(UNKNOWN, ServerVersion(1, 25))

    assert (verdict.is_clean, len(verdict.ignored)) == (True, 1)


@pytest.mark.parametrize(
    ("rules", "touched"),
    [
        ("- level: None\n  user: [a]\n- level: Metadata\n", [0]),
        ("- level: None\n- level: Metadata\n  resources: [{resource: a, names: b}]\n", [1]),
        ("- level: None\n- level: Metadata\n  level: Request\n- level: None\n", [1]),
        ("- level: None\n  a: 1\n- level: None\n  b: 1\n", [0, 1]),
        # below the rules, and not in one
        ("- level: None\nfoo: 1\n", []),
        ("- level: None\nomitStages: []\nomitStages: [Panic]\n", []),
    ],
)
def test_the_rules_that_lose_something_are_known(rules: str, touched: list[int]) -> None:
    verdict = only(f"{HEAD}rules:\n{rules}")

    assert verdict.ignored
    assert [index for index, _ in verdict.touched()] == touched


def test_a_rule_in_json_that_loses_something_is_known() -> None:
    verdict = only('{"apiVersion":"audit.k8s.io/v1","rules":[{"level":"None","level":"Metadata"}],"a":1}')

    assert [(index, rule.level) for index, rule in verdict.touched()] == [(0, "Metadata")]


def test_the_places_in_a_policy_inside_are_those_of_the_file() -> None:
    dropped = only(inside(UNKNOWN))
    refused = only(inside(HEAD + "rules:\n- level: none\n"))
    without_place = only(inside(HEAD.replace("kind: Policy", "a: 1")))

    assert (dropped.inside is not None, dropped.ok) == (True, True)
    assert [problem.mark for problem in dropped.ignored] == [Mark(7, 7)]
    assert [problem.mark for problem in refused.faults] == [Mark(6, 14)]
    assert [problem.mark for problem in without_place.faults] == [Mark(3, 5)]


def test_an_alias_that_leads_out_of_the_policy_is_not_judged() -> None:
    verdict = only("a: &a [get]\nb:\n  apiVersion: audit.k8s.io/v1\n  rules: [{level: None, verbs: *a}]\n")

    assert not verdict.ok
    assert (verdict.error or "").startswith("not judged by kubewitness: ")


def test_each_policy_inside_has_its_verdict() -> None:
    verdicts = judge("x.yaml", f"{inside(UNKNOWN)}---\n{HEAD}".encode(), NEWEST)

    assert [(verdict.file, verdict.ok) for verdict in verdicts] == [("x.yaml", True), ("x.yaml", False)]


def test_a_file_with_too_many_is_named() -> None:
    with pytest.raises(KubewitnessError, match=r"x\.yaml: more than 100 policies"):
        judge("x.yaml", b"- apiVersion: audit.k8s.io/v1\n" * 101, NEWEST)
