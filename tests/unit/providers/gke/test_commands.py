"""``kubewitness check`` and ``pyinfra … deploys/managed.py`` on GKE clusters, as a user runs them."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.unit.providers.gke.fleet import APISERVER, SYSTEM, audit_configs, components, create, record_reads

if TYPE_CHECKING:
    from tests.fakes.gcp import Gcp

DEPLOY = Path(__file__).resolve().parents[4] / "deploys/managed.py"
NAMES = ("prod", "blog", "denied", "bank", "shop", "pay")


@pytest.fixture
def fleet(gcp: Gcp, tmp_path: Path) -> Path:
    """Six clusters of a project; one may not be read. Each call renews its token, as it does after an hour."""
    for name in NAMES:
        create(gcp, name)
    gcp.deny("container.clusters.get", name="denied")
    gcp.set(token_seconds=60)
    gcp.forget_calls()
    hosts = [f"@managed/{name}" for name in NAMES]
    data = {"provider": "gke", "project": "shop", "location": "europe-west1"}
    (tmp_path / "fleet.py").write_text(f"managed = ({hosts!r}, {data!r})\n")
    return tmp_path


def run(folder: Path, *command: str) -> tuple[int, str]:
    """In a process of its own, without the setting that the tests need for themselves."""
    environment = {name: value for name, value in os.environ.items() if name != "GRPC_ENABLE_FORK_SUPPORT"}
    done = subprocess.run(
        [sys.executable, "-m", *command],
        cwd=folder, env=environment, capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip
    said = re.sub(r"\x1b\[[0-9;]*m", "", done.stdout + done.stderr)
    assert "Traceback" not in said
    return done.returncode, said


def deployed(folder: Path, *options: str) -> tuple[int, list[str]]:
    code, said = run(folder, "pyinfra", "fleet.py", str(DEPLOY), *options)
    return code, [" ".join(line.split()) for line in said.splitlines()]


def test_each_cluster_has_its_own_verdict(gcp: Gcp, fleet: Path) -> None:
    code, said = run(fleet, "kubewitness", "check", "fleet.py", "-o", "json")

    targets = {target["name"]: target["sources"]["audit"] for target in json.loads(said)["targets"]}
    found = {name.removeprefix("@managed/"): (cell["status"], cell["rung"]) for name, cell in targets.items()}
    expected: dict[str, tuple[str, int | None]] = dict.fromkeys(NAMES, ("FAIL", 3))
    assert found == {**expected, "denied": ("UNKNOWN", None)}
    assert code == 1


@pytest.mark.parametrize("output", ["table", "json", "markdown"])
def test_no_report_holds_a_token(gcp: Gcp, fleet: Path, output: str) -> None:
    _, said = run(fleet, "kubewitness", "check", "fleet.py", "-o", output)

    assert "secrets-get" in said
    assert "ya29" not in said
    assert "not-verified" not in said


def test_a_dry_run_shows_the_difference_and_writes_nothing(gcp: Gcp, fleet: Path) -> None:
    code, said = deployed(fleet, "--dry")

    assert code == 1, "one cluster could not be read"
    for line in (
        "would keep projects/shop/locations/global/buckets/_Default 90 days instead of 30",
        "would switch on ADMIN_READ, DATA_READ in projects/shop, for all its clusters, kept in "
        "projects/shop/locations/global/buckets/_Default beside the project's other logs, billed by volume",
        "would switch on APISERVER",
    ):
        assert f"[@managed/prod] {line}" in said
    assert any(
        line.startswith("[@managed/denied] kubewitness: container.clusters.get: PERMISSION_DENIED") for line in said
    )
    assert not {action for action in gcp.calls() if action.endswith(("update", "setIamPolicy"))}


def test_all_are_changed_at_once_and_a_second_run_changes_nothing(gcp: Gcp, fleet: Path) -> None:
    record_reads(gcp, service="storage.googleapis.com")

    first, said = deployed(fleet, "-y")
    gcp.forget_calls()
    second, again = deployed(fleet, "-y", "--limit", "@managed/prod", "--limit", "@managed/pay")

    assert (first, second) == (1, 0)
    others = [name for name in NAMES if name != "denied"]
    assert {f"[@managed/{name}] Success" for name in others} <= set(said)
    assert {"[@managed/prod] No changes", "[@managed/pay] No changes"} <= set(again)
    assert not {action for action in gcp.calls() if action.endswith(("update", "setIamPolicy"))}
    assert all({SYSTEM, APISERVER} <= set(components(gcp, name)) for name in others)
    assert set(audit_configs(gcp)) == {"storage.googleapis.com", "container.googleapis.com"}
