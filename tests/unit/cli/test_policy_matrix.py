from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner
from markdown_it import MarkdownIt

from kubewitness.auditpolicy import PROBES
from kubewitness.cli import main

if TYPE_CHECKING:
    from click.testing import Result

HEAD = "apiVersion: audit.k8s.io/v1\nkind: Policy\nrules:\n"
OURS = Path(__file__).resolve().parents[3] / "policies" / "audit"
STANDARD = str(OURS / "standard.yaml")


def matrix(*arguments: str, stdin: str | None = None, columns: str = "100", color: bool = False) -> Result:
    environment = {"COLUMNS": columns} | ({"FORCE_COLOR": "1"} if color else {"NO_COLOR": "1"})
    return CliRunner().invoke(main, ["policy", "matrix", *arguments], input=stdin, env=environment)


def test_a_row_for_each_probe_and_a_column_for_each_policy() -> None:
    done = matrix(STANDARD, str(OURS / "forensic.yaml"))

    assert done.exit_code == 0
    head, *rows = done.stdout.splitlines()
    assert head.split() == ["THE", "POLICY", "RECORDS", "standard.yaml", "forensic.yaml"]
    assert sum(row.count("Metadata :") + row.count("Request :") for row in rows) >= len(PROBES)


@pytest.mark.parametrize("columns", ["30", "40", "60", "80", "160"])
def test_it_fits_the_terminal_and_loses_nothing(columns: str) -> None:
    done = matrix(STANDARD, str(OURS / "forensic.yaml"), columns=columns)

    assert max(map(len, done.stdout.splitlines())) <= int(columns)
    assert all(word in done.stdout for probe in PROBES for word in probe.title.split() if len(word) < 12)


def test_a_secret_in_the_log_is_told_in_words(tmp_path: Path) -> None:
    (tmp_path / "loud").write_text(HEAD + "- level: RequestResponse\n")

    done = matrix(str(tmp_path / "loud"), columns="200")

    assert "● RequestResponse :4 secret!" in done.stdout
    assert "secret!: the event holds a secret or a token" in done.stdout
    assert "a secret or a token is written in" in done.stdout


def test_what_is_not_recorded_is_none_and_no_rule(tmp_path: Path) -> None:
    (tmp_path / "quiet").write_text(HEAD + "- {level: Metadata, users: [a]}\n")

    done = matrix(str(tmp_path / "quiet"), columns="200")

    assert "○ None no rule" in done.stdout
    assert f"{len(PROBES)} None, 0 Metadata" in done.stdout


def test_an_outcome_that_is_not_recorded_is_told(tmp_path: Path) -> None:
    (tmp_path / "early").write_text(HEAD + "- level: Metadata\n  omitStages: [ResponseStarted, ResponseComplete]\n")

    done = matrix(str(tmp_path / "early"), columns="200")

    assert "◔ Metadata :4 no outcome" in done.stdout
    assert "○ None :4 never written" in done.stdout  # a failed login has no other stage
    assert "5 None, 114 Metadata, 0 Request, 0 RequestResponse; how 114 of them ended is not written" in done.stdout
    assert "no outcome: an event is written, but not how the request ended" in done.stdout
    assert "never written: the rule leaves out every stage that the request has" in done.stdout


def test_files_with_long_or_equal_names_have_letters(tmp_path: Path) -> None:
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "policy.yaml").write_text(HEAD + "- level: Metadata\n")
    files = [str(tmp_path / folder / "policy.yaml") for folder in ("a", "b")]

    done = matrix(*files)

    assert done.stdout.splitlines()[0].split()[-2:] == ["A", "B"]
    assert f"B ({files[1]}):" in "".join(done.stdout.split("\n  "))


def test_json_goes_to_standard_output_alone() -> None:
    found = json.loads(matrix(STANDARD, "-o", "json").stdout)

    assert found["schema"] == "kubewitness/policy-matrix/v1"
    assert [probe["id"] for probe in found["probes"]] == [probe.id for probe in PROBES]
    assert sum(found["files"][0]["levels"].values()) == len(PROBES)
    assert found["probes"][0]["results"][0].keys() == {"file", "level", "rule", "line", "leaks", "outcomeOmitted"}


def test_markdown_has_a_table_for_each_family() -> None:
    done = matrix(STANDARD, str(OURS / "essential.yaml"), "-o", "markdown")

    html = MarkdownIt("commonmark").enable("table").render(done.stdout)
    assert html.count("<table>") == done.stdout.count("\n## ") + 1
    assert html.count("<tr>") == len(PROBES) + html.count("<table>")


def test_a_policy_from_standard_input() -> None:
    assert matrix("-", stdin=HEAD + "- level: Metadata\n").exit_code == 0
    assert matrix("-", "-", stdin="").exit_code == 2


def test_what_does_not_load_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "broken").write_text("rules: []\n")

    done = matrix(STANDARD, str(tmp_path / "broken"))

    assert (done.exit_code, done.stdout, len(done.stderr.splitlines())) == (2, "", 1)


def test_colour_where_it_is_forced() -> None:
    assert "\x1b[32m" in matrix(STANDARD, color=True).stdout
