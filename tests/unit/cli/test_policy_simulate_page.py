"""The page of simulate shows what the command prints."""

from __future__ import annotations

import re
import shlex
import textwrap
from pathlib import Path

import pytest
from click.testing import CliRunner

from kubewitness.cli import main
from kubewitness.report import Options
from kubewitness.report.simulation import simulation_renderer
from tests.bench.audit_log import MIB, events
from tests.unit.report.simulation.simulations import ordinary

PAGE = Path(__file__).resolve().parents[3] / "docs" / "policy" / "simulate.md"
TEXT = PAGE.read_text("utf-8")
BLOCKS = [textwrap.dedent(block) for block in re.findall(r"(?:^ {4}.*\n|^\n(?= {4}))+", TEXT, re.MULTILINE)]


def test_the_page_shows_what_the_command_prints(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (policy,) = (block.strip() + "\n" for block in BLOCKS if block.lstrip().startswith("apiVersion"))
    (shown,) = (block.strip() for block in BLOCKS if block.lstrip().startswith("$ "))
    command, _, expected = shown.removeprefix("$ kubewitness ").partition("\n")
    monkeypatch.chdir(tmp_path)
    Path("candidate.yaml").write_text(policy)
    Path("audit.log").write_bytes(b"".join(events(2 * MIB, seed=1)))

    done = CliRunner().invoke(main, shlex.split(command), env={"COLUMNS": "100", "NO_COLOR": "1"})

    assert done.exit_code == 0
    assert done.stdout.splitlines() == expected.splitlines()


def test_the_page_names_each_key() -> None:
    written = simulation_renderer("json")(ordinary(), Options())
    keys = set(re.findall(r'^  "(\w+)":', written, re.MULTILINE)) - {"schema"}

    assert keys
    assert {key for key in keys if f"`{key}`" not in TEXT} == set()
