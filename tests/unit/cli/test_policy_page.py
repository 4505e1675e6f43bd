"""The page of explain, matrix and diff shows what these commands print."""

from __future__ import annotations

import re
import shlex
import textwrap
from pathlib import Path

import pytest
from click.testing import CliRunner

from kubewitness.cli import main

PAGE = Path(__file__).resolve().parents[3] / "docs" / "policy" / "explain-matrix-diff.md"
BLOCKS = [
    textwrap.dedent(block) for block in re.findall(r"(?:^ {4}.*\n|^\n(?= {4}))+", PAGE.read_text("utf-8"), re.MULTILINE)
]
POLICIES = [block.strip() + "\n" for block in BLOCKS if block.lstrip().startswith("apiVersion")]
SHOWN = [block.strip() for block in BLOCKS if block.lstrip().startswith("$ ")]


def test_the_page_shows_each_command() -> None:
    assert {shown.split()[3] for shown in SHOWN} == {"explain", "matrix", "diff"}


@pytest.mark.parametrize("shown", SHOWN, ids=lambda shown: str(shown).splitlines()[0])
def test_the_page_shows_what_the_command_prints(shown: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    command, _, expected = shown.removeprefix("$ kubewitness ").partition("\n")
    command, _, head = command.partition(" | head -")
    monkeypatch.chdir(tmp_path)
    for name, text in zip(("before.yaml", "after.yaml"), POLICIES, strict=True):
        Path(name).write_text(text)

    done = CliRunner().invoke(main, shlex.split(command), env={"COLUMNS": "100", "NO_COLOR": "1"})

    printed = done.stdout.splitlines()[: int(head) if head else None]
    assert printed == expected.splitlines()
