from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner

from kubewitness.auditpolicy import Level
from kubewitness.auditpolicy.difference import Kind
from kubewitness.cli import main
from kubewitness.cli.policy.diff import _KINDS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from click.testing import Result

HEAD = "apiVersion: audit.k8s.io/v1\nkind: Policy\nrules:\n"
EVERYTHING = "- level: Metadata\n"
NO_EVENTS = "- level: None\n  resources:\n  - {group: '', resources: [events]}\n"
OURS = Path(__file__).resolve().parents[3] / "policies" / "audit"


@pytest.fixture
def files(tmp_path: Path) -> dict[str, str]:
    """Three policies: everything, the same written otherwise, and without events."""
    texts = {
        "everything": EVERYTHING,
        "same": "- {level: Metadata, verbs: [get]}\n" + EVERYTHING,
        "quiet": NO_EVENTS + EVERYTHING,
    }
    for name, rules in texts.items():
        (tmp_path / name).write_text(HEAD + rules)
    return {name: str(tmp_path / name) for name in texts}


def diff(*arguments: str, stdin: str | None = None, columns: str = "100") -> Result:
    environment = {"COLUMNS": columns, "NO_COLOR": "1"}
    return CliRunner().invoke(main, ["policy", "diff", *arguments], input=stdin, env=environment)


def as_json(*arguments: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(diff(*arguments, "-o", "json").stdout)
    return found


def test_equal_policies_that_are_written_differently(files: dict[str, str]) -> None:
    done = diff(files["everything"], files["same"])

    assert done.exit_code == 0
    assert "equal: every request is recorded alike" in done.stdout


def test_what_is_lost_is_told_with_its_rules_and_an_example(files: dict[str, str]) -> None:
    done = diff(files["everything"], files["quiet"], columns="300")

    assert done.exit_code == 1
    assert done.stdout.splitlines()[1:] == [
        "1 class of requests: 1 lost",
        "",
        "LOST  recorded before, and no longer",
        "  Metadata -> None",
        "    any verb of events by anyone",
        "      rules[0] (line 4) -> rules[0] (line 4)",
        "      e.g. get events web-0 -n default --as jane",
    ]


@pytest.mark.parametrize(
    ("kinds", "exit_code"),
    [("lost", 1), ("gained", 0), ("gained,lost", 1), ("lowered,stages,raised,managed-fields", 0)],
)
def test_fail_on_chooses_what_fails(files: dict[str, str], kinds: str, exit_code: int) -> None:
    done = diff(files["everything"], files["quiet"], "--fail-on", kinds)

    assert done.exit_code == exit_code
    assert "LOST" in done.stdout


@pytest.mark.parametrize("kinds", ["losses", "", "lost,"])
def test_an_unknown_kind_is_a_usage_error(files: dict[str, str], kinds: str) -> None:
    done = diff(files["everything"], files["quiet"], "--fail-on", kinds)

    assert done.exit_code == 2
    assert "lowered" in done.stderr


def test_json_goes_to_standard_output_alone(files: dict[str, str]) -> None:
    found = as_json(files["everything"], files["quiet"])

    assert (found["schema"], found["equal"], found["unfinished"]) == ("kubewitness/policy-diff/v1", False, None)
    assert found["counts"]["lost"] == 1
    [lost] = found["classes"]
    assert (lost["kind"], lost["aspect"], lost["from"], lost["to"]) == ("lost", "level", "Metadata", "None")
    assert lost["rulesAfter"] == [{"rule": 0, "line": 4}]
    assert lost["requests"]["resources"] == [
        {
            "groups": {"in": [""]},
            "resources": {"in": ["events"]},
            "subresources": {"in": [""]},
            "names": {"notIn": []},
        }
    ]
    assert lost["example"]["request"]["resource"] == "events"


def test_json_of_equal_policies(files: dict[str, str]) -> None:
    found = as_json(files["everything"], files["same"])

    assert (found["equal"], found["classes"]) == (True, [])


def test_markdown_is_fit_for_a_pull_request(files: dict[str, str]) -> None:
    done = diff(files["everything"], files["quiet"], "-o", "markdown")

    assert "## Lost: recorded before, and no longer" in done.stdout
    assert "- any verb of events by anyone\n" in done.stdout


def test_odd_requests_are_counted_and_told_when_asked_for(tmp_path: Path, files: dict[str, str]) -> None:
    verbs = "[get, list, watch, create, update, patch, delete, deletecollection, post, put, head, options]"
    (tmp_path / "verbs").write_text(HEAD + f"- {{level: Metadata, verbs: {verbs}}}\n")

    done = diff(files["everything"], str(tmp_path / "verbs"))
    odd = diff(files["everything"], str(tmp_path / "verbs"), "--odd")

    assert (done.exit_code, odd.exit_code) == (1, 1)
    assert "every request that a server sees as a rule is recorded alike" in done.stdout
    assert "1 more class of requests that no server sees as a rule: --odd tells them" in done.stdout
    assert "odd, e.g." in odd.stdout
    assert [item["ordinary"] for item in as_json(files["everything"], str(tmp_path / "verbs"))["classes"]] == [False]


def test_one_of_them_may_come_from_standard_input(files: dict[str, str]) -> None:
    done = diff("-", files["quiet"], stdin=HEAD + EVERYTHING)

    assert done.exit_code == 1
    assert diff("-", "-", stdin="").exit_code == 2


def test_what_does_not_load_is_one_line(files: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "broken").write_text(HEAD + "- level: Full\n")

    done = diff(files["quiet"], str(tmp_path / "broken"))

    assert done.exit_code == 2
    assert done.stdout == ""
    assert len(done.stderr.splitlines()) == 1
    assert "would not start with it" in done.stderr


def test_keys_that_are_dropped_are_told_on_standard_error(files: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "typo").write_text(HEAD + "- {level: Metadata, user: [a]}\n")

    done = diff(files["everything"], str(tmp_path / "typo"), "-o", "json")

    assert 'unknown field "rules[0].user"' in done.stderr
    assert json.loads(done.stdout)["equal"] is True


def test_the_target_version_is_for_both(tmp_path: Path) -> None:
    (tmp_path / "a").write_text(HEAD + "- level: Metadata\n  resources: [{group: '*'}]\n")

    assert diff(str(tmp_path / "a"), str(tmp_path / "a"), "--target-version", "1.35").exit_code == 2
    assert diff(str(tmp_path / "a"), str(tmp_path / "a"), "--target-version", "1.36").exit_code == 0


def test_exact_counts_what_makes_no_difference_to_the_log(files: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "managed").write_text(HEAD + EVERYTHING + "omitManagedFields: true\n")
    pair = (files["everything"], str(tmp_path / "managed"))

    assert diff(*pair).exit_code == 0
    assert diff(*pair, "--exact").exit_code == 1


def test_a_limit_that_is_reached_is_said(tmp_path: Path, files: dict[str, str]) -> None:
    many = "".join(f"- {{level: None, users: [u{n}], verbs: [v{n}]}}\n" for n in range(1001))
    (tmp_path / "many").write_text(HEAD + many + EVERYTHING)

    done = diff(files["everything"], str(tmp_path / "many"))
    found = as_json(files["everything"], str(tmp_path / "many"))

    assert done.exit_code == 1
    assert "partial: they differ, and not all was compared: 100 examples (100 lost)" in done.stdout
    assert "not compared in full: more than 1000 rules" in done.stdout
    assert (found["equal"], found["partial"], found["unfinished"]) == (False, True, "more than 1000 rules")
    assert (found["examples"][0]["kind"], found["examples"][0]["ruleAfter"]) == ("lost", {"rule": 0, "line": 4})


def test_a_limit_that_is_reached_without_a_difference_is_said_too(files: dict[str, str], tmp_path: Path) -> None:
    same = "".join("- {level: Metadata, users: [a], verbs: [get]}\n" for _ in range(1001))
    (tmp_path / "same").write_text(HEAD + same + EVERYTHING)

    done = diff(files["everything"], str(tmp_path / "same"))
    found = as_json(files["everything"], str(tmp_path / "same"))
    markdown = diff(files["everything"], str(tmp_path / "same"), "-o", "markdown")

    assert done.exit_code == 3
    assert "partial: no difference found, and not all was compared" in done.stdout
    assert "partial: no difference found" in markdown.stdout
    assert (found["equal"], found["examples"]) == (None, [])


@pytest.mark.parametrize("columns", ["40", "80", "200"])
def test_no_line_is_wider_than_the_terminal(columns: str) -> None:
    done = diff(str(OURS / "essential.yaml"), str(OURS / "forensic.yaml"), columns=columns)

    assert done.exit_code == 1
    assert max(map(len, done.stdout.splitlines())) <= int(columns)


def test_a_hostile_name_cannot_steer_the_terminal(tmp_path: Path, files: dict[str, str]) -> None:
    (tmp_path / "hostile").write_text(HEAD + '- {level: None, users: ["\\e[2J|`<b>@team"]}\n' + EVERYTHING)

    for output in ("table", "json", "markdown"):
        assert "\x1b" not in diff(files["everything"], str(tmp_path / "hostile"), "-o", output).stdout


def test_our_policies_differ_from_each_other_and_not_from_themselves() -> None:
    for one in OURS.glob("*.yaml"):
        for two in OURS.glob("*.yaml"):
            assert diff(str(one), str(two)).exit_code == (one != two)


def test_the_help_says_the_exit_codes() -> None:
    assert "Exit codes: 0" in diff("--help").stdout


def test_the_kinds_of_the_command_are_those_of_the_engine() -> None:
    assert tuple(Kind) == _KINDS


@pytest.mark.parametrize("question", ["diff", "matrix", "explain"])
def test_the_keys_of_json_are_written_in_one_way(question: str, files: dict[str, str]) -> None:
    words = ["drain n1"] if question == "explain" else [files["quiet"]]
    arguments = ["policy", question, files["everything"], *words, "-o", "json"]

    found = json.loads(CliRunner().invoke(main, arguments).stdout)

    keys = {key for key in _keys(found) if key not in {*map(str, Kind), *map(str, Level)}}
    assert [key for key in sorted(keys) if not re.fullmatch(r"[a-z]+([A-Z][a-z]+)*", key)] == []


def _keys(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        yield from value
    for item in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _keys(item)
