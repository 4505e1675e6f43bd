from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from kubewitness.cli import main

POLICIES = Path(__file__).resolve().parents[3] / "policies" / "audit"
GOOD = "apiVersion: audit.k8s.io/v1\nrules:\n- level: Metadata\n"
DROPS = GOOD + "  user: [jane]\n"
BAD = GOOD.replace("Metadata", "Full")


def run(*arguments: str, stdin: str | bytes = "") -> Result:
    return CliRunner().invoke(main, ["policy", "validate", *arguments], input=stdin)


@pytest.fixture(autouse=True)
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name, text in (("good.yaml", GOOD), ("drops.yaml", DROPS), ("bad.yaml", BAD), ("none.yaml", "kind: Pod\n")):
        Path(name).write_text(text, "utf-8")


def test_what_the_server_takes_whole_ends_with_0() -> None:
    done = run("good.yaml", *map(str, sorted(POLICIES.glob("*.yaml"))))

    assert done.exit_code == 0
    assert done.stdout.splitlines()[0] == "good.yaml: ok, 1 rule"
    assert [": ok, " in line for line in done.stdout.splitlines()] == [True] * 4


@pytest.mark.parametrize("file", ["drops.yaml", "bad.yaml", "none.yaml"])
def test_what_it_refuses_or_takes_in_part_ends_with_1(file: str) -> None:
    done = run("good.yaml", file)

    assert done.exit_code == 1
    assert done.stdout.startswith(f"good.yaml: ok, 1 rule\n{file}: ")


def test_a_line_of_json_a_file() -> None:
    done = run("-o", "jsonl", "good.yaml", "drops.yaml", "bad.yaml")

    found = [json.loads(line) for line in done.stdout.splitlines()]
    assert [(line["file"], line["ok"], line["rules"]) for line in found] == [
        ("good.yaml", True, 1),
        ("drops.yaml", True, 1),
        ("bad.yaml", False, 0),
    ]
    assert found[1]["strictError"] == 'strict decoding error: unknown field "rules[0].user"'
    assert found[2]["error"].startswith('rules[0].level: Unsupported value: "Full"')
    assert done.exit_code == 1


def test_standard_input_is_a_file() -> None:
    done = run("-o", "jsonl", "-", stdin=GOOD)

    assert (done.exit_code, json.loads(done.stdout)["file"]) == (0, "-")


def test_a_file_that_cannot_be_read_is_said_and_the_others_are_judged() -> None:
    done = run("-o", "jsonl", "absent.yaml", "bad.yaml", ".", "good.yaml")

    assert [json.loads(line)["file"] for line in done.stdout.splitlines()] == ["bad.yaml", "good.yaml"]
    assert [line.split(": cannot")[0] for line in done.stderr.splitlines()] == [
        "kubewitness: absent.yaml",
        "kubewitness: .",
    ]
    assert done.exit_code == 2


def test_a_file_with_too_many_policies_is_said() -> None:
    Path("many.yaml").write_text("- apiVersion: audit.k8s.io/v1\n" * 101, "utf-8")

    done = run("many.yaml", "good.yaml")

    assert (done.exit_code, done.stdout) == (2, "good.yaml: ok, 1 rule\n")
    assert done.stderr.startswith("kubewitness: many.yaml: more than 100 policies inside it")


def test_the_version_of_the_server_decides() -> None:
    text = GOOD + '  resources: [{group: "*"}]\n'

    assert run("-", stdin=text).exit_code == 0
    assert run("-", "--target-version", "v1.35.2", stdin=text).exit_code == 1
    assert run("drops.yaml", "--target-version", "1.25").exit_code == 0


def test_a_policy_inside_something_else_decides_for_its_file() -> None:
    inside = "".join(f"    {line}\n" for line in BAD.splitlines())
    Path("cm.yaml").write_text(f"kind: ConfigMap\ndata:\n  policy: |\n{inside}", "utf-8")

    done = run("cm.yaml", "-o", "jsonl")

    found = json.loads(done.stdout)
    assert list(found) == ["file", "line", "ok", "error", "strictError", "rules"]
    assert (found["file"], found["line"], found["ok"], done.exit_code) == ("cm.yaml", 4, False, 1)


def test_a_name_cannot_steer_the_terminal() -> None:
    names = ["\x1b[2J.yaml", os.fsdecode(b"\xff.yaml")]
    for name in names:
        Path(name).write_text(GOOD, "utf-8")

    done = run(*names, "\x1b[1m.yaml")

    assert done.stdout == "\\x1b[2J.yaml: ok, 1 rule\n\\udcff.yaml: ok, 1 rule\n"
    assert done.stderr.startswith("kubewitness: \\x1b[1m.yaml: ")


def test_without_a_file_nothing_is_judged() -> None:
    assert run().exit_code == 2


def test_a_second_document_is_no_fault_but_is_said() -> None:
    two = GOOD + "---\nrules: []\n"

    table, lines = run("-", stdin=two), run("-", "-o", "jsonl", stdin=two)

    assert (table.exit_code, lines.exit_code) == (0, 0)
    assert "a second YAML document: it is not read" in table.stdout
    assert json.loads(lines.stdout)["ignoredFromLine"] > 1


def test_standard_input_is_read_once() -> None:
    done = run("-", "-", stdin=GOOD)

    assert (done.exit_code, done.stdout) == (2, "")
    assert "name - once" in done.stderr
