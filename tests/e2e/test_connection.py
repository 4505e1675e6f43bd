"""The connection to the node breaks in the middle of a run: the run goes on to its end by itself."""

from __future__ import annotations

import json
import os
import signal
import time
from typing import TYPE_CHECKING, Final

import pytest

from tests.e2e.controlplane import POLICY
from tests.e2e.test_ssh import METADATA, inventory

if TYPE_CHECKING:
    from pathlib import Path

    from tests.e2e.controlplane import ControlPlane

pytestmark = pytest.mark.lab

JOURNAL: Final = "cat $(ls -td /var/lib/kubewitness/runs/* 2>/dev/null | head -n 1)/journal 2>/dev/null || :"


def journal_with(plane: ControlPlane, *words: str, seconds: int) -> str:
    """The newest run's journal as soon as one of ``words`` is in it."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        journal = plane.node(JOURNAL)
        if any(word in journal for word in words):
            return journal
        time.sleep(0.5)
    raise AssertionError(f"none of {words} in the journal after {seconds} s:\n{journal}")


@pytest.mark.parametrize(
    ("user", "written"),
    [
        ({"ssh_user": "deployer"}, "manifest written"),
        ({"ssh_user": "careful", "_sudo_password": "only-for-the-lab"}, "policy written"),
    ],
    ids=["manifest, sudo without a password", "policy, sudo with a password"],
)
def test_a_run_goes_on_when_its_client_is_killed(
    fresh: ControlPlane, tmp_path: Path, user: dict[str, str], written: str
) -> None:
    status = json.loads(fresh.lab("status", "--json"))
    policy = tmp_path / "policy.yaml"
    policy.write_text(f"# for {user['ssh_user']}\n{METADATA}- level: Request\n  verbs: [{user['ssh_user']}]\n")
    reached = {
        "cluster": "lab",
        "ssh_config_file": status["ssh_config"],
        "ssh_known_hosts_file": status["known_hosts"],
        "ssh_strict_host_key_checking": "yes",
        "_sudo": True,
        "audit_policy": str(policy),
        **user,
    }
    before = fresh.node(JOURNAL)
    client = fresh.begin(inventory(tmp_path, **reached), "deploys/audit.py", "-y")

    while (journal := journal_with(fresh, written, seconds=60)) == before:
        time.sleep(0.5)
    os.killpg(client.pid, signal.SIGKILL)
    client.wait()
    assert "done in" not in journal, "killed in the middle"
    ended = journal_with(fresh, "done in", "rolled back", "look at", seconds=200)

    assert ended.splitlines()[-1].split(" ", 1)[1].startswith("done in "), ended
    assert "found in /var/log/kubernetes/audit/audit.log" in ended
    assert fresh.node(f"cat {POLICY}") == policy.read_text()
    assert fresh.node("cat /var/lib/kubewitness/lock") == ""
    done = fresh.check()
    assert done.returncode == 0, done.stdout
