"""The command line as a user meets it: what goes wrong is told in one line, with the exit code that says what it is."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
KUBEWITNESS = str(Path(sys.executable).parent / "kubewitness")


def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [KUBEWITNESS, *arguments],
        env={**{key: value for key, value in os.environ.items() if key != "NO_COLOR"}, **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        stdin=subprocess.DEVNULL,
    )


@pytest.fixture
def node(tmp_path: Path) -> str:
    """A node's files, as kubeadm leaves them."""
    return str(shutil.copytree(ROOT / "demo/nodes/no-auditing", tmp_path / "node"))


@pytest.fixture
def inventory(tmp_path: Path, node: str) -> str:
    file = tmp_path / "inventory.py"
    file.write_text(f"control_plane = [('@tree/one', {{'root': {node!r}}})]\n")
    return str(file)


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (["check", "nowhere.py"], "no such inventory"),
        (["check", "INVENTORY", "-o", "xml"], "no such report format"),
        (["check", "INVENTORY", "-o", "json=/nowhere/report.json"], "cannot be written"),
        (["check", "INVENTORY", "--limit", "nobody"], "no such host or group"),
        (["check", "INVENTORY", "--standard", "nope"], "no such standard"),
        (["check", "INVENTORY", "--checks", "/nowhere"], "no checks there"),
        (["check", "--root", "/nowhere"], "not a folder"),
        (["explain", "nope"], "is not a check"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_what_cannot_run_is_told_in_one_line(inventory: str, arguments: list[str], problem: str) -> None:
    done = run(*(inventory if word == "INVENTORY" else word for word in arguments))

    assert done.returncode == 2
    assert done.stderr.startswith("kubewitness: ")
    assert problem in done.stderr
    assert done.stderr.count("\n") == 1
    assert done.stdout == ""


@pytest.mark.parametrize(
    "text",
    ["", "workers = ['a']\n", "control_plane = \n", "raise SystemError('no')\n", "import nothing_of_that_name\n"],
    ids=["empty", "no control plane", "no Python", "raises", "imports nothing"],
)
def test_an_inventory_without_a_control_plane_is_an_error(tmp_path: Path, text: str) -> None:
    file = tmp_path / "inventory.py"
    file.write_text(text)

    done = run("check", str(file))

    assert done.returncode == 2
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("options", "code"),
    [([], 1), (["--fail-on", "critical"], 3), (["--fail-on", "critical", "--require", "off"], 0)],
    ids=["findings", "nothing that bad, but not all was seen", "what was asked for was seen"],
)
def test_exit_codes(inventory: str, options: list[str], code: int) -> None:
    assert run("check", inventory, *options).returncode == code


def test_a_folder_is_checked_like_a_host(node: str) -> None:
    done = run("check", "--root", node, "-o", "json")

    (target,) = json.loads(done.stdout)["targets"]
    audit = target["sources"]["audit"]
    assert (audit["rung"], audit["required"], audit["ceiling"]) == (0, 3, 1)


def test_colour_goes_to_terminals_alone(inventory: str) -> None:
    assert "\x1b" not in run("check", inventory).stdout
    assert "\x1b" in run("check", inventory, FORCE_COLOR="1").stdout
    assert "\x1b" not in run("check", inventory, FORCE_COLOR="1", NO_COLOR="1").stdout


def test_several_formats_at_once(inventory: str, tmp_path: Path) -> None:
    first, second = tmp_path / "report.json", tmp_path / "report.md"

    done = run("check", inventory, "-o", f"json={first}", "-o", f"markdown={second}")

    assert done.stdout == ""
    assert json.loads(first.read_text())["schema"] == "kubewitness/report/v1"
    assert second.read_text().startswith("# ")


def test_a_full_disk_is_no_finding(inventory: str) -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [KUBEWITNESS, "check", inventory], stdout=full, stderr=subprocess.PIPE, text=True, check=False
        )

    assert done.returncode == 2
    assert "standard output: cannot be written" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_is_printed(shell: str) -> None:
    done = run("completion", shell)

    assert done.returncode == 0
    assert "_KUBEWITNESS_COMPLETE" in done.stdout


def test_the_policy_that_the_inventory_names_is_what_is_asked_for(tmp_path: Path, node: str) -> None:
    file = tmp_path / "inventory.py"
    file.write_text(f"control_plane = [('@tree/one', {{'root': {node!r}, 'audit_policy': '/nowhere.yaml'}})]\n")

    done = run("check", str(file))

    assert done.returncode == 2
    assert "/nowhere.yaml: No such file or directory: audit_policy names a file" in done.stderr
