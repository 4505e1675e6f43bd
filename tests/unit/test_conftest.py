"""A skipped lab must be seen: as a line at the end of the run, or as a failure for who asked for it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

TESTS = Path(__file__).resolve().parents[1]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project with our conftest, one plain test and two that need the lab, which cannot run."""
    tests = tmp_path / "tests"
    (tests / "lab").mkdir(parents=True)
    for name in ("conftest.py", "beside.py"):
        shutil.copy(TESTS / name, tests)
    _lab(tmp_path, available="return 'needs root'")
    lines = [
        "import pytest",
        "def test_plain(): pass",
        "@pytest.fixture",
        "def lab(): pass",
        "@pytest.mark.lab",
        "@pytest.mark.parametrize('node', [1, 2])",
        "def test_on_a_node(lab, node): from tests.lab import run; run(node)",
    ]
    (tests / "test_it.py").write_text("\n".join(lines), encoding="utf-8")
    (tmp_path / "pytest.ini").write_text("[pytest]\nmarkers = lab\n", encoding="utf-8")
    return tmp_path


def test_the_last_lines_say_which_tests_did_not_run_and_why(project: Path) -> None:
    done = _pytest(project)

    assert done.returncode == 0
    *_, line, closing = done.stdout.splitlines()
    assert line == "lab: 2 tests did not run: needs root. As root: make lab"
    assert "1 passed, 2 skipped" in closing


def test_a_lab_that_could_run_is_not_started_unasked(project: Path) -> None:
    _lab(project, available="return None")

    done = _pytest(project)

    assert "lab: 2 tests did not run: the lab was not asked for. As root: make lab" in done.stdout


def test_who_asks_for_the_lab_gets_it(project: Path) -> None:
    _lab(project, available="return None")

    done = _pytest(project, "--lab")

    assert done.returncode == 0
    assert "3 passed" in done.stdout.splitlines()[-1]


def test_a_test_that_fails_beside_the_others_is_reported_as_any_other(project: Path) -> None:
    _lab(project, available="return None", run="assert node == 1, 'not this node'")

    done = _pytest(project, "--lab")

    assert done.returncode == 1
    assert "not this node" in done.stdout
    assert "1 failed, 2 passed" in done.stdout.splitlines()[-1]


def test_tests_whose_process_ends_before_them_have_failed(project: Path) -> None:
    _lab(project, available="return None", run="import os; os.write(2, b'out of memory\\n'); os._exit(9)")

    done = _pytest(project, "--lab")

    assert done.returncode == 1
    assert "ended with code 9" in done.stdout
    assert "2 failed, 1 passed" in done.stdout.splitlines()[-1]


@pytest.mark.parametrize("before", ["", "trap '' INT; "], ids=["", "in the background"])
def test_what_breaks_off_the_run_ends_the_tests_beside_it(project: Path, before: str) -> None:
    _lab(project, available="return None", run="import time; time.sleep(600)")
    (project / "tests" / "test_broken.py").write_text("def test_it(): assert False\n", encoding="utf-8")

    done = _pytest(project, "--lab", "-x", before=before)

    assert done.returncode == 1
    assert "1 failed" in done.stdout.splitlines()[-1]


@pytest.mark.parametrize(("arguments", "ci"), [(["--lab"], ""), ([], "true")])
def test_who_asks_for_the_lab_gets_no_skip_for_a_pass(project: Path, arguments: list[str], ci: str) -> None:
    done = _pytest(project, *arguments, ci=ci)

    assert done.returncode == 1
    assert "the lab cannot run here: needs root" in done.stdout
    assert "1 passed, 2 errors" in done.stdout.splitlines()[-1]


def test_a_run_without_a_lab_test_does_not_ask_for_the_lab(project: Path) -> None:
    _lab(project, available="raise RuntimeError")

    done = _pytest(project, "-k", "plain")

    assert done.returncode == 0
    assert "lab:" not in done.stdout


def _lab(project: Path, available: str, run: str = "pass") -> None:
    text = f"def available():\n    {available}\ndef run(node):\n    {run}\n"
    (project / "tests" / "lab" / "__init__.py").write_text(text, encoding="utf-8")


def _pytest(project: Path, *arguments: str, ci: str = "", before: str = "") -> subprocess.CompletedProcess[str]:
    wanted = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *arguments]
    command = ["sh", "-c", f'{before}exec "$@"', "sh", *wanted]
    environment = {**os.environ, "CI": ci, "PYTEST_ADDOPTS": ""}
    return subprocess.run(command, cwd=project, env=environment, capture_output=True, text=True, check=False)
