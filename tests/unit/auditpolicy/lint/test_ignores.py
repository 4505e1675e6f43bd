"""Comments that accept a finding."""

from __future__ import annotations

import pytest

from tests.unit.auditpolicy.lint.linting import HEADER, ids, linted

WHY = "# kubewitness: ignore AP042 it talks to itself"
SILENT = "- level: None\n  users: [system:apiserver]\n- level: Metadata\n"
"""AP042 at the first rule."""


@pytest.mark.parametrize(
    "policy",
    [
        f"{HEADER}{WHY}\n{SILENT}",
        HEADER + SILENT.replace("None", f"None {WHY}"),
        HEADER + SILENT.replace("None", f"None\n  {WHY}"),
        f"{WHY}\n{HEADER}{SILENT}",
        f"{HEADER}{SILENT}\nomitStages: [RequestReceived]\n{WHY}\n",
        f"{HEADER}#kubewitness:ignore ap042, AP030: it talks to itself\n{SILENT}",
        f"{HEADER}# kubewitness: ignore AP042 AP030 it talks to itself\n{SILENT}",
    ],
    ids=["before", "on its line", "inside", "at the top", "at the end", "in small letters", "several"],
)  # fmt: skip
def test_it_accepts_a_finding_with_a_reason(policy: str) -> None:
    found = linted(policy)

    assert found.findings == ()
    (accepted,) = found.accepted
    assert (accepted.finding.id, accepted.reason) == ("AP042", "it talks to itself")


def test_it_is_for_its_own_rule_only() -> None:
    policy = (
        f"{HEADER}- level: None\n  users: [joe]\n# kubewitness: ignore AP042 a robot\n- level: None\n  users: [jane]\n"
    )

    found = linted(f"{policy}- level: Metadata\n")

    assert [(item.id, item.rule) for item in found.findings] == [("AP042", 0)]
    assert [item.finding.rule for item in found.accepted] == [1]


def test_between_two_rules_it_is_for_the_second() -> None:
    policy = f"{HEADER}{SILENT}".replace("- level: Metadata", "# kubewitness: ignore AP042 why\n- level: Metadata")

    assert ids(policy) == ["AP042", "AP071"]


def test_behind_the_last_rule_it_is_for_that_one() -> None:
    policy = f"{HEADER}- level: Metadata\n- level: None\n  users: [jane]\n# kubewitness: ignore AP042 kept for later\n"

    found = linted(policy)

    assert [item.id for item in found.findings] == ["AP012", "AP071"]
    assert found.findings[1].message.startswith("there is no finding AP042 at rules[1]")


_PATHS = "- level: None\n  users: [system:anonymous]\n  nonResourceURLs:\n  - /healthz\n- level: Metadata\n"
_BODIES = "- level: Request\n  verbs: [create, update]\n  omitManagedFields: true\n  resources:\n  - group: apps\n"


@pytest.mark.parametrize("at", ["top", "before", "on", "above the line", "on the line"])
@pytest.mark.parametrize(
    ("rule", "rules", "line"),
    [("AP056", _PATHS, "  - /healthz"), ("AP051", f"{_BODIES}- level: Metadata\n", "  verbs: [create, update]")],
    ids=["AP056", "AP051"],
)
def test_it_counts_at_the_rule_and_the_line_that_are_to_blame_whichever_rule_decides(
    rule: str, rules: str, line: str, at: str
) -> None:
    why = f"# kubewitness: ignore {rule} it is meant so"
    first = rules.splitlines()[0]
    places = {
        "top": f"{why}\n{HEADER}{rules}",
        "before": f"{HEADER}{why}\n{rules}",
        "on": HEADER + rules.replace(first, f"{first} {why}", 1),
        "above the line": HEADER + rules.replace(line, f"  {why}\n{line}", 1),
        "on the line": HEADER + rules.replace(line, f"{line} {why}", 1),
    }

    found = linted(places[at])

    assert rule in ids(f"{HEADER}{rules}")
    assert found.findings == ()
    assert [item.finding.id for item in found.accepted] == [rule]


def test_what_no_rule_decides_is_accepted_for_the_file() -> None:
    policy = f"# kubewitness: ignore AP044 nobody can fail here\n{HEADER}- level: Metadata\n"

    found = linted(policy + "  userGroups: [system:authenticated, system:unauthenticated]\n")

    assert found.findings == ()
    assert [item.finding.rule for item in found.accepted] == [-1]


def test_without_a_reason_it_has_no_effect() -> None:
    assert ids(f"{HEADER}# kubewitness: ignore AP042 ...\n{SILENT}") == ["AP042", "AP070"]


@pytest.mark.parametrize(
    ("typed", "nearest"),
    [("AP42", "AP042"), ("AP-042", "AP042"), ("AB042", "AP042"), ("AP999", None), ("AF099", None)],
)
def test_an_id_that_no_rule_has_is_told_with_the_one_of_that_number(typed: str, nearest: str | None) -> None:
    found = linted(f"{HEADER}# kubewitness: ignore {typed} it talks to itself\n{SILENT}")

    assert [item.id for item in found.findings] == ["AP042", "AP070"]
    advice = f"did you mean {nearest}?" if nearest else "kubewitness policy lint --rules lists them"
    assert found.findings[1].message == f"the comment names {typed}, which is no rule: {advice}"


def test_beside_one_that_there_is_it_takes_nothing_from_that() -> None:
    found = linted(f"{HEADER}# kubewitness: ignore AP042 AP0421 it talks to itself\n{SILENT}")

    assert [item.id for item in found.findings] == ["AP070"]
    assert [item.finding.id for item in found.accepted] == ["AP042"]


def test_it_accepts_no_refusal() -> None:
    policy = f"# kubewitness: ignore AP003 soon\n{HEADER}- level: Full\n"

    assert ids(policy) == ["AP003"]


def test_in_a_string_it_is_no_comment() -> None:
    policy = HEADER + '- level: Metadata\n  users: ["a#kubewitness: ignore AP042 x"]\n- level: Metadata\n'

    assert ids(policy) == []


def test_where_rules_are_aliases_a_comment_is_for_the_file() -> None:
    joe = "- level: Metadata\n  users: [joe]\n"
    policy = f"{HEADER}- &it\n  level: None\n  users: [jane]\n{joe}- *it\n- level: Metadata\n"

    assert "AP042" in ids(policy)
    assert "AP042" not in ids(policy.replace(joe, f"{WHY}\n{joe}"))
