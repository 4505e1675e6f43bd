"""One odd node among others: what a whole fleet's check makes of it. In a process of its own: gevent patches it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.unit.apiserver.manifests import KUBEADM

_RUN = """
import sys
from kubewitness import collect
from kubewitness.cli import main
{before}
main(["check", sys.argv[1], "-o", "json"])
"""
_RAISES = """
def observe(reading, name, cluster, real=collect.observe):
    if name == "@tree/odd":
        raise {error}
    return real(reading, name, cluster)
collect.observe = observe
"""


@pytest.fixture
def fleet(tmp_path: Path) -> Path:
    """An inventory of two trees, ``good`` and ``odd``."""
    hosts = []
    for name in ("odd", "good"):
        folder = tmp_path / name / "etc/kubernetes/manifests"
        folder.mkdir(parents=True)
        (folder / "kube-apiserver.yaml").write_text(KUBEADM)
        hosts.append((f"@tree/{name}", {"root": str(tmp_path / name)}))
    (tmp_path / "inventory.py").write_text(f"control_plane = {hosts!r}\n")
    return tmp_path


def findings(fleet: Path, *, before: str = "") -> dict[str, set[tuple[str | None, str]]]:
    """Reasons and messages of each node's findings that are UNKNOWN; programs are looked for in ``bin`` first."""
    done = subprocess.run(
        [sys.executable, "-c", _RUN.format(before=before), str(fleet / "inventory.py")],
        env={**os.environ, "PATH": f"{fleet}/bin:{os.environ['PATH']}"},
        capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert done.stderr == ""
    report: dict[str, Any] = json.loads(done.stdout)
    found: dict[str, set[tuple[str | None, str]]] = {item["target"]: set() for item in report["findings"]}
    for item in report["findings"]:
        if item["status"] == "UNKNOWN":
            found[item["target"]].add((item["reason"], item["message"]))
    assert found["@tree/good"] == {("not-observed", "a file tree shows rung 1 (declared) at most")}
    return found


def stub(fleet: Path, program: str, script: str) -> None:
    """``program`` does for the odd node what ``script`` says, for the other what it always does."""
    (fleet / "bin").mkdir()
    real = shutil.which(program)
    (fleet / "bin" / program).write_text(f'#!/bin/sh\ncase "$*" in */odd/*) {script} ;; esac\nexec {real} "$@"\n')
    (fleet / "bin" / program).chmod(0o755)


def test_bytes_that_are_no_text_make_one_node_unknown(fleet: Path) -> None:
    stub(fleet, "stat", r"printf '\377\n'; exit 0")

    assert {reason for reason, _ in findings(fleet)["@tree/odd"]} == {"parse"}


def test_a_time_that_is_no_date_makes_one_node_unknown(fleet: Path) -> None:
    stub(fleet, "stat", "echo '81a4|0|0|5|7|1|10000-01-01 00:00:00 +0000|10000-01-01 00:00:00 +0000'; exit 0")

    ((reason, message),) = findings(fleet)["@tree/odd"]
    assert reason == "parse"
    assert "is not a time" in message


@pytest.mark.parametrize(
    "error", ["ValueError('year 31690708 is out of range')", "KeyError('odd')", "RecursionError()"]
)
def test_what_nobody_expected_makes_one_node_unknown_with_the_error(fleet: Path, error: str) -> None:
    ((reason, message),) = findings(fleet, before=_RAISES.format(error=error))["@tree/odd"]

    assert reason == "check-error"
    assert message.startswith(error.partition("(")[0])


def test_an_error_while_the_connection_ends_makes_one_node_unknown(fleet: Path) -> None:
    before = """
from kubewitness.connectors import TreeConnector
def disconnect(self):
    if self.host.name == "@tree/odd":
        raise RuntimeError("gone")
TreeConnector.disconnect = disconnect
"""

    assert findings(fleet, before=before)["@tree/odd"] == {("check-error", "RuntimeError: gone")}


def test_bytes_that_are_no_text_where_pyinfra_itself_says_so(fleet: Path) -> None:
    raises = _RAISES.format(error="UnicodeDecodeError('utf-8', bytes([255]), 0, 1, 'invalid start byte')")

    assert {reason for reason, _ in findings(fleet, before=raises)["@tree/odd"]} == {"parse"}
