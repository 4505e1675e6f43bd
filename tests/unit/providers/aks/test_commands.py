"""``kubewitness check`` and ``pyinfra … deploys/managed.py`` on AKS clusters, as a user runs them."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.unit.providers.aks import fleet
from tests.unit.providers.aks.fleet import ARC, DEMANDED, GROUP, LOGS, setting, settings

if TYPE_CHECKING:
    from tests.fakes.azure import Azure

DEPLOY = Path(__file__).resolve().parents[4] / "deploys/managed.py"
CLUSTERS = f"{GROUP}/providers/Microsoft.ContainerService/managedClusters"


@pytest.fixture
def folder(azure: Azure, tmp_path: Path) -> Path:
    """``new`` logs nothing, ``done`` everything, ``admin`` no reads; ``denied`` may not be read; ``edge`` is Arc's."""
    fleet.workspace(azure)
    fleet.lock(azure)
    for name in ("new", "done", "admin", "denied"):
        fleet.cluster(azure, f"{CLUSTERS}/{name}")
    setting(azure, "theirs", *DEMANDED, of=f"{CLUSTERS}/done")
    setting(azure, "theirs", "kube-audit-admin", "guard", "kube-apiserver", of=f"{CLUSTERS}/admin")
    azure.put(ARC, {"location": "x", "properties": {"distribution": "k3s"}}, version="2024-01-01")
    azure.deny("Microsoft.Insights/diagnosticSettings/read", name="denied")
    hosts = [(f"@managed/{name}", {"id": f"{CLUSTERS}/{name}"}) for name in ("new", "done", "admin", "denied", "gone")]
    hosts.append(("@managed/edge", {"id": ARC}))
    shared = {"provider": "aks", "destination": LOGS}
    (tmp_path / "fleet.py").write_text(f"managed = ({hosts!r}, {shared!r})\n")
    azure.forget_calls()
    return tmp_path


def run(folder: Path, *command: str) -> subprocess.CompletedProcess[str]:
    whole = [sys.executable, "-m", *command]
    done = subprocess.run(whole, cwd=folder, capture_output=True, text=True, check=False, timeout=60)
    assert "Traceback" not in done.stdout + done.stderr
    return done


def deploy(folder: Path, *options: str) -> tuple[int, list[str]]:
    done = run(folder, "pyinfra", "fleet.py", str(DEPLOY), *options)
    said = re.sub(r"\x1b\[[0-9;]*m", "", done.stdout + done.stderr)
    return done.returncode, [" ".join(line.split()) for line in said.splitlines()]


def test_each_cluster_has_its_own_verdict(folder: Path) -> None:
    done = run(folder, "kubewitness", "check", "fleet.py", "-o", "json")

    report: dict[str, Any] = json.loads(done.stdout)
    cells = {target["name"].removeprefix("@managed/"): target["sources"]["audit"] for target in report["targets"]}
    assert {name: (cell["status"], cell["rung"], cell["reason"]) for name, cell in cells.items()} == {
        "new": ("FAIL", 0, None),
        "done": ("PASS", 3, None),
        "admin": ("FAIL", 3, None),
        "denied": ("UNKNOWN", None, "denied"),
        "gone": ("UNKNOWN", None, "not-observed"),
        "edge": ("NOT_APPLICABLE", None, "connected by Azure Arc, runs elsewhere (k3s)"),
    }
    assert (done.returncode, done.stderr) == (1, "")


def test_without_a_token_the_report_is_all_that_is_said(azure: Azure, folder: Path) -> None:
    azure.deny("token")

    done = run(folder, "kubewitness", "check", "fleet.py", "--limit", "@managed/done")

    assert "no token: az login" in done.stdout
    assert "troubleshoot" not in done.stdout + done.stderr
    assert "fake." not in done.stdout + done.stderr


def test_a_dry_run_shows_the_difference_and_writes_nothing(azure: Azure, folder: Path) -> None:
    code, said = deploy(folder, "--dry")

    assert code == 1, "two clusters could not be read"
    to = f"to {LOGS}, by the diagnostic setting kubewitness"
    assert f"[@managed/new] would switch on guard, kube-apiserver, kube-audit {to}" in said
    assert f"[@managed/admin] would switch on kube-audit {to}" in said
    assert any(
        line.startswith("[@managed/denied] kubewitness: Microsoft.Insights/diagnosticSettings/read: Authorization")
        for line in said
    )
    assert not {action for action in azure.calls() if not action.endswith("/read")} - {"token"}


def test_one_that_is_refused_ends_nothing_for_the_others_and_a_second_run_changes_nothing(
    azure: Azure, folder: Path
) -> None:
    first, said = deploy(folder, "-y")
    second, again = deploy(folder, "-y", "--limit", "@managed/new", "--limit", "@managed/admin")

    assert (first, second) == (1, 0)
    assert {"[@managed/new] Success", "[@managed/admin] Success", "[@managed/done] No changes"} <= set(said)
    assert {"[@managed/new] No changes", "[@managed/admin] No changes"} <= set(again)
    assert azure.calls()["Microsoft.Insights/diagnosticSettings/write"] == 2
    assert set(settings(azure, f"{CLUSTERS}/admin")) == {"theirs", "kubewitness"}
