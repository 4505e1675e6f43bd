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
        (["check", "INVENTORY", "-o", "xml"], "no such format"),
        (["check", "INVENTORY", "-o", "json=/nowhere/report.json"], "cannot be written"),
        (["check", "INVENTORY", "-o", "table", "-o", "json"], "standard output has a report already"),
        (["check", "INVENTORY", "--limit", "nobody"], "no such host or group"),
        (["check", "INVENTORY", "--standard", "nope"], "no such standard"),
        (["check", "INVENTORY", "--checks", "/nowhere"], "no checks there"),
        (["check", "--root", "/nowhere"], "not a folder"),
        (["explain", "nope"], "is not a check"),
        (["shipper", "lint", "nowhere.conf"], "cannot be read"),
        (["shipper", "lint", "INVENTORY"], "not a shipper's configuration"),
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


@pytest.mark.parametrize("buffered", ["", "1"])
@pytest.mark.parametrize(
    "arguments", ["check INVENTORY", "checks", "explain audit-backend", "check --help", "--version"]
)
def test_a_full_disk_is_one_line_and_no_finding(inventory: str, arguments: str, buffered: str) -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [KUBEWITNESS, *(inventory if word == "INVENTORY" else word for word in arguments.split())],
            env={**os.environ, "PYTHONUNBUFFERED": buffered},
            stdout=full, stderr=subprocess.PIPE, text=True, check=False,
        )  # fmt: skip

    assert done.returncode == 2
    assert done.stderr.startswith("kubewitness: standard output: cannot be written: No space left on device")
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize("arguments", ["checks", "--help"])
def test_a_closed_standard_output_is_one_line(arguments: str) -> None:
    done = subprocess.run(
        ["sh", "-c", 'exec "$0" "$1" >&-', KUBEWITNESS, arguments], capture_output=True, text=True, check=False
    )

    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert "standard output: is closed" in done.stderr


def test_a_closed_standard_error_changes_nothing(inventory: str) -> None:
    done = subprocess.run(
        ["sh", "-c", 'exec "$0" check "$1" 2>&-', KUBEWITNESS, inventory], capture_output=True, text=True, check=False
    )

    assert done.returncode == 1
    assert "FAIL" in done.stdout


def test_where_nothing_could_be_read_the_report_says_so_and_the_exit_code_is_2(tmp_path: Path) -> None:
    done = run("check", "--root", str(tmp_path))

    assert done.returncode == 2
    assert "nothing was assessed: 1 target" in done.stdout
    assert done.stderr.startswith("kubewitness: nothing was assessed: ")


def test_a_standard_that_names_a_policy_that_there_is_not_is_refused(tmp_path: Path, inventory: str) -> None:
    text = (ROOT / "policies/standards/standard.yaml").read_text()
    (tmp_path / "mine.yaml").write_text(text.replace("policy: standard", "policy: strict"))

    done = run("check", inventory, "--standard", str(tmp_path / "mine.yaml"))

    assert done.returncode == 2
    assert "policy must be one of essential, forensic, standard" in done.stderr


@pytest.mark.parametrize("columns", [40, 60])
@pytest.mark.parametrize("command", ["checks", "explain AP024", "explain audit-policy-records"])
def test_no_line_is_wider_than_the_terminal(command: str, columns: int) -> None:
    lines = run(*command.split(), COLUMNS=str(columns)).stdout.splitlines()

    assert lines
    assert [line for line in lines if len(line) > columns and not line.startswith("https://")] == []


@pytest.mark.parametrize("command", ["--help", "check --help"])
def test_the_help_fits_a_narrow_terminal(command: str) -> None:
    assert max(map(len, run(*command.split(), COLUMNS="60").stdout.splitlines())) <= 60


def test_a_script_gets_one_check_a_line() -> None:
    lines = run("checks").stdout.splitlines()

    assert [line.split()[0] for line in lines] == [
        item["id"] for item in json.loads(run("checks", "-o", "json").stdout)
    ]


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ("check --require e", ["plain,effective", "plain,emitting"]),
        ("check --standard f", ["plain,forensic"]),
        ("check --standard ./", ["file,./"]),
        ("check -o m", ["plain,markdown"]),
        ("check --fail-on l", ["plain,low"]),
    ],
)
def test_the_shell_completes_values(typed: str, offered: list[str]) -> None:
    words = f"kubewitness {typed}"
    done = run(COMP_WORDS=words, COMP_CWORD="3", _KUBEWITNESS_COMPLETE="bash_complete")

    assert done.stdout.splitlines() == offered


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
    assert "nothing was assessed" in done.stderr
    assert "/nowhere.yaml: No such file or directory: audit_policy names a file" in " ".join(done.stdout.split())


def test_a_policy_that_is_not_there_leaves_one_host_unknown_and_no_other(tmp_path: Path, node: str) -> None:
    file = tmp_path / "inventory.py"
    hosts = [("@tree/one", {"root": node}), ("@tree/two", {"root": node, "audit_policy": "/nowhere.yaml"})]
    file.write_text(f"control_plane = {hosts!r}\n")

    done = run("check", str(file), "--require", "declared", "-o", "json")
    alone = run("check", str(file), "--require", "declared", "--limit", "@tree/one")

    assert done.returncode == alone.returncode or (alone.returncode, done.returncode) == (0, 3)
    found = json.loads(done.stdout)["findings"]
    one, two = ({item["status"] for item in found if item["target"] == name} for name in ("@tree/one", "@tree/two"))
    assert "PASS" in one
    assert two <= {"UNKNOWN", "NOT_APPLICABLE"}


def test_a_managed_cluster_with_the_name_of_a_machine_is_not_passed_over(tmp_path: Path) -> None:
    inventory = tmp_path / "inventory.py"
    inventory.write_text('managed = [("web3", {"provider": "eks", "id": "web", "region": "eu-west-1"})]\n')

    done = run("check", str(inventory))

    assert done.returncode == 2
    assert "web3: has host data provider and is no managed cluster: call it @managed/web3" in done.stderr


def test_a_shipper_is_judged_through_a_pipe_and_in_a_narrow_terminal(tmp_path: Path) -> None:
    file = tmp_path / "fluent-bit.conf"
    file.write_text("[INPUT]\n    Name tail\n    Path /var/log/kubernetes/audit/audit.log\n", "utf-8")

    done = run("shipper", "lint", str(file), "--program", "fluent-bit", COLUMNS="60", FORCE_COLOR="1")

    assert done.returncode == 1
    assert "SH001" in done.stdout
    assert "\x1b[1;31mhigh" in done.stdout
    assert done.stderr == ""
