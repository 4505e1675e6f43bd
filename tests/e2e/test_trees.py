"""Our deploys on file trees as a user runs them: what is told, listed and left alone."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PYINFRA = str(Path(sys.executable).parent / "pyinfra")
MANIFEST = "etc/kubernetes/manifests/kube-apiserver.yaml"
UNDO = "kubewitness.deploys.undo_audit"


@pytest.fixture
def fleet(tmp_path: Path) -> Path:
    """Two control planes of one cluster, as kubeadm leaves them."""
    hosts = []
    for name in ("a", "b"):
        shutil.copytree(ROOT / "demo/nodes/no-auditing", tmp_path / name)
        hosts.append((f"@tree/{name}", {"root": str(tmp_path / name), "cluster": "shop"}))
    (tmp_path / "inventory.py").write_text(f"control_plane = {hosts!r}\n")
    return tmp_path


def pyinfra(fleet: Path, *arguments: str, path: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Standard error joins standard output, as on a terminal."""
    found = os.environ["PATH"] if path is None else f"{path}:{os.environ['PATH']}"
    return subprocess.run(
        [PYINFRA, "inventory.py", *arguments], cwd=fleet, env={**os.environ, "PATH": found}, stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False, timeout=120,
    )  # fmt: skip


def deploy(fleet: Path, *options: str) -> subprocess.CompletedProcess[str]:
    return pyinfra(fleet, str(ROOT / "deploys/audit.py"), *options)


def files(fleet: Path) -> list[str]:
    """Files and folders of node a, without our own state."""
    found = (str(path.relative_to(fleet)) for path in (fleet / "a").rglob("*"))
    return sorted(path for path in found if not path.startswith("a/var/lib/kubewitness"))


def test_runs_are_listed_and_undone_without_a_trace(fleet: Path) -> None:
    before = files(fleet)
    assert deploy(fleet, "--limit", "@tree/a", "-y").returncode == 0
    (run,) = (path.name for path in (fleet / "a/var/lib/kubewitness/runs").iterdir())

    listed = pyinfra(fleet, UNDO, "--limit", "@tree/a", "-y")
    undone = pyinfra(fleet, UNDO, f"run={run}", "--limit", "@tree/a", "-y")

    assert f"[@tree/a] {run}  " in listed.stdout
    assert "changed policy and manifest" in listed.stdout
    assert f"inventory.py {UNDO} run=RUN --limit @tree/a -y" in listed.stdout
    assert undone.returncode == 0, undone.stdout
    assert files(fleet) == before


def test_a_run_that_only_records_says_what_and_has_nothing_to_undo(fleet: Path) -> None:
    deploy(fleet, "--limit", "@tree/a", "-y")
    manifest = fleet / "a" / MANIFEST
    manifest.write_text(manifest.read_text().replace("audit-log-maxage=30", "audit-log-maxage=90"))

    dry = deploy(fleet, "--limit", "@tree/a", "--dry")
    done = deploy(fleet, "--limit", "@tree/a", "-y")

    assert ": --audit-log-maxage: 30 -> 90" in dry.stdout
    assert "no file is changed: what is there meets the standard, and is recorded as it is now" in dry.stdout
    assert done.returncode == 0, done.stdout
    assert "to undo" not in done.stdout


def test_a_policy_edited_by_hand_and_recorded_by_a_later_run_is_no_dead_end(fleet: Path) -> None:
    runs, policy = fleet / "a/var/lib/kubewitness/runs", fleet / "a/etc/kubernetes/audit/policy.yaml"
    before = files(fleet)
    deploy(fleet, "--limit", "@tree/a", "-y")
    (first,) = (path.name for path in runs.iterdir())
    policy.write_text(policy.read_text() + '  - level: Metadata\n    nonResourceURLs: ["/by-hand"]\n')
    deploy(fleet, "--limit", "@tree/a", "-y")
    (second,) = (path.name for path in runs.iterdir() if path.name != first)

    refused = pyinfra(fleet, UNDO, f"run={first}", "--limit", "@tree/a", "-y")
    nothing = pyinfra(fleet, UNDO, f"run={second}", "--limit", "@tree/a", "-y")
    shutil.copyfile(runs / first / "policy.new", policy)
    undone = pyinfra(fleet, UNDO, f"run={first}", "--limit", "@tree/a", "-y")

    assert refused.returncode == 1
    assert f"/etc/kubernetes/audit/policy.yaml: changed by hand since run {first}: put back /var" in refused.stdout
    assert nothing.returncode == 0
    assert f"[@tree/a] run {second}: it changed no file: nothing to undo" in nothing.stdout
    assert undone.returncode == 0, undone.stdout
    assert files(fleet) == before


def test_after_a_failure_no_other_control_plane_of_the_cluster_is_touched(fleet: Path) -> None:
    (fleet / "a" / MANIFEST).write_text("kind: [\n")
    before = (fleet / "b" / MANIFEST).read_text()

    done = deploy(fleet, "-y")

    assert done.returncode == 1
    assert "kubewitness: @tree/b: not touched: @tree/a of the same cluster failed" in done.stdout
    assert (fleet / "b" / MANIFEST).read_text() == before
    assert "Traceback" not in done.stdout


@pytest.mark.parametrize("asked", ["--dry", "-y"])
@pytest.mark.parametrize(
    ("password", "sudo_says", "told"),
    [
        ("", "sudo: a password is required", "sudo wants a password, and there is no terminal to ask at"),
        ("wrong", "sudo: 3 incorrect password attempts", "a wrong password of sudo is mended in _sudo_password"),
    ],
    ids=["absent", "wrong"],
)
def test_a_password_of_sudo_that_is_missing_is_told(
    tmp_path: Path, asked: str, password: str, sudo_says: str, told: str
) -> None:
    (tmp_path / "sudo").write_text(f"#!/bin/sh\necho '{sudo_says}' >&2\nexit 1\n")
    (tmp_path / "sudo").chmod(0o755)
    data = {"_sudo": True, "_sudo_password": password}
    (tmp_path / "inventory.py").write_text(f"control_plane = [('@local', {data!r})]\n")

    done = pyinfra(tmp_path, str(ROOT / "deploys/audit.py"), asked, path=tmp_path)

    assert done.returncode == 1
    assert told in done.stdout
    assert "Traceback" not in done.stdout
