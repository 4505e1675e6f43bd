"""Where Go is missing, the tests that ask the oracle do not run, and the run's last lines say so."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from kubewitness.knownversions import NEWEST, OLDEST
from tests.lab.settings import LabError
from tests.oracle import building

TESTS = Path(__file__).resolve().parents[1]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project with our oracle, two tests that need it, and no Go."""
    tests = tmp_path / "tests"
    shutil.copytree(TESTS / "oracle", tests / "oracle")
    (tests / "differential").mkdir()
    shutil.copy(TESTS / "differential" / "conftest.py", tests / "differential")
    shutil.copytree(TESTS / "lab", tests / "lab", ignore=shutil.ignore_patterns("files"))
    for folder in (tests, tests / "differential"):
        (folder / "__init__.py").touch()
    with (tests / "lab" / "gobuild.py").open("a", encoding="utf-8") as stream:
        stream.write("\n\ndef find_go():\n    return None\n")
    lines = ["from tests.oracle.required import oracle", *(f"def test_{n}(): oracle()" for n in ("a", "b"))]
    (tests / "differential" / "test_it.py").write_text("\n".join(lines), encoding="utf-8")
    return tmp_path


def _pytest(project: Path, ci: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/differential"]
    environment = {**os.environ, "CI": ci, "PYTEST_ADDOPTS": "", "KUBEWITNESS_LAB_DIR": str(project / "lab")}
    return subprocess.run(command, cwd=project, env=environment, capture_output=True, text=True, check=False)


def test_the_last_lines_say_which_tests_did_not_run_and_why(project: Path) -> None:
    done = _pytest(project, ci="")

    *_, line, closing = done.stdout.splitlines()
    assert line == "2 tests did not run: the oracle: no Go to build it with; install Go 1.26"
    assert "2 skipped" in closing


def test_in_ci_that_is_a_failure(project: Path) -> None:
    done = _pytest(project, ci="true")

    assert "the oracle: no Go to build it with" in done.stdout
    assert "2 failed" in done.stdout.splitlines()[-1]


def test_a_version_that_there_is_no_oracle_for_is_named() -> None:
    with pytest.raises(LabError, match=r"knows Kubernetes 1\.24, .*, not 1\.2"):
        building.build("1.2")


def test_each_source_and_each_version_has_its_own_binary(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("KUBEWITNESS_LAB_DIR", str(tmp_path))
    before = {building.binary(version) for version in building.VERSIONS}
    changed = shutil.copytree(building.SOURCE, tmp_path / "src")
    (changed / "main.go").write_text("package main", encoding="utf-8")

    monkeypatch.setattr(building, "SOURCE", changed)

    after = {building.binary(version) for version in building.VERSIONS}
    assert len(before | after) == 2 * len(building.VERSIONS)


def test_the_known_versions_are_those_that_the_oracle_was_asked_about() -> None:
    oldest, newest = (f"{version.major}.{version.minor}" for version in (OLDEST, NEWEST))

    assert (building.VERSIONS[0], building.VERSIONS[-1]) == (oldest, newest)
