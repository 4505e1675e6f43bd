"""The command that undoes a run, as the run prints it."""

from __future__ import annotations

import getpass
import shlex
import sys

import pytest

from kubewitness.deploys.runs import owner, undo_command

PROGRAM = "/opt/venv/bin/pyinfra"
UNDO = "kubewitness.deploys.undo_audit run=R1 --limit cp-1 -y"


@pytest.mark.parametrize(
    ("given", "reached"),
    [
        ("inventories/prod.py deploys/audit.py", "inventories/prod.py"),
        ("-y inventories/prod.py deploys/audit.py --limit a --dry -vv", "inventories/prod.py"),
        (
            "--ssh-user deployer --sudo inventories/prod.py deploys/audit.py",
            "--sudo --ssh-user deployer inventories/prod.py",
        ),
        ("--user deployer inventories/prod.py deploys/audit.py", "--ssh-user deployer inventories/prod.py"),
        (
            "inventories/prod.py deploys/audit.py --sudo --ssh-port=2222 -y",
            "--sudo --ssh-port 2222 inventories/prod.py",
        ),
        ("--limit cp-9 --exclude w --parallel 5 @tree/x,@tree/y d.py", "--parallel 5 @tree/x,@tree/y"),
        ("--chdir 'a b' inv.py kubewitness.deploys.enable_audit", "--chdir 'a b' inv.py"),
        ("--ssh-password s3cret --use-sudo-password inv.py d.py", "--use-sudo-password --ssh-password PASSWORD inv.py"),
        ("--key-password=s3cret --key /k inv.py d.py", "--ssh-key /k --ssh-key-password PASSWORD inv.py"),
        (
            "inv.py d.py --data _sudo_password=s3cret --data cluster=a --data x=http://u:s3cret@h --data=token=s3cret",
            "--data _sudo_password=PASSWORD --data cluster=a --data x=PASSWORD --data token=PASSWORD inv.py",
        ),
    ],
)
def test_hosts_are_reached_as_in_the_run_itself(monkeypatch: pytest.MonkeyPatch, given: str, reached: str) -> None:
    monkeypatch.setattr(sys, "argv", [PROGRAM, *shlex.split(given)])

    command = undo_command("cp-1", "R1")

    assert command == f"pyinfra {reached} {UNDO}"
    assert "s3cret" not in command


@pytest.mark.parametrize(
    "argv",
    [
        ["/usr/bin/ours.py", "inventories/prod.py"],
        ["pytest", "-q"],
        [""],
        [PROGRAM, "--no-such-option", "inv.py", "d.py"],
    ],
)
def test_where_the_inventory_is_not_known_it_is_the_user_s_to_name(
    monkeypatch: pytest.MonkeyPatch, argv: list[str]
) -> None:
    monkeypatch.setattr(sys, "argv", argv)

    assert undo_command("cp-1", "R1") == f"pyinfra INVENTORY {UNDO}"


def test_started_as_a_module_it_is_pyinfra_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["/venv/site-packages/pyinfra/__main__.py", "inv.py", "d.py"])

    assert undo_command("cp-1", "R1") == f"pyinfra inv.py {UNDO}"


@pytest.mark.parametrize("error", [KeyError("getpwuid(): uid not found: 4711"), OSError("No username set")])
def test_a_user_without_a_name_is_a_number(monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    """As in a CI job's container."""

    def nobody() -> str:
        raise error

    monkeypatch.setattr(getpass, "getuser", nobody)

    assert owner().startswith("uid ")
