"""``kubewitness check`` on an inventory of managed clusters, as a user runs it; in a process of its own."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from tests.unit.providers.eks.fleet import GROUP, create

if TYPE_CHECKING:
    from pathlib import Path

    from tests.fakes.aws import Aws


def check(folder: Path, hosts: dict[str, dict[str, str]], *options: str) -> subprocess.CompletedProcess[str]:
    listed = [(f"@managed/{name}", {"cluster": name, **data}) for name, data in hosts.items()]
    (folder / "fleet.py").write_text(f"managed = ({listed!r}, {{'provider': 'eks', 'region': 'eu-west-1'}})\n")
    command = [sys.executable, "-m", "kubewitness", "check", "fleet.py", *options]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=60)


def states(done: subprocess.CompletedProcess[str]) -> dict[str, tuple[str, int | None, str | None]]:
    assert done.stderr == ""
    report: dict[str, Any] = json.loads(done.stdout)
    cells = {target["name"]: target["sources"]["audit"] for target in report["targets"]}
    return {name: (cell["status"], cell["rung"], cell["reason"]) for name, cell in cells.items()}


def test_each_cluster_has_its_own_verdict(aws: Aws, tmp_path: Path) -> None:
    for name in ("good", "denied", "deleted"):
        create(aws, name)
    create(aws, "audit-off", on=("api", "scheduler"))
    role = "arn:aws:iam::111111111111:role/c"
    aws.client("eks").register_cluster(name="connected", connectorConfig={"roleArn": role, "provider": "GKE"})
    aws.deny("eks:DescribeCluster", name="denied")
    names = ("good", "denied", "audit-off", "connected", "gone")
    hosts: dict[str, dict[str, str]] = {name: {} for name in names} | {"odd": {"provider": "nobody"}}

    done = check(tmp_path, hosts, "-o", "json")

    assert states(done) == {
        "@managed/good": ("PASS", 3, None),
        "@managed/denied": ("UNKNOWN", None, "denied"),
        "@managed/audit-off": ("FAIL", 0, None),
        "@managed/connected": ("NOT_APPLICABLE", None, "connected, runs elsewhere (GKE)"),
        "@managed/gone": ("UNKNOWN", None, "not-observed"),
        "@managed/odd": ("UNKNOWN", None, "not-observed"),
    }
    assert done.returncode == 1


def test_a_fleet_that_is_as_it_should_be_ends_with_0(aws: Aws, tmp_path: Path) -> None:
    create(aws)
    aws.client("logs").put_log_group_deletion_protection(logGroupIdentifier=GROUP, deletionProtectionEnabled=True)

    done = check(tmp_path, {"prod": {}})

    assert done.returncode == 0, done.stdout
    assert "PASS 3/3" in done.stdout


@pytest.mark.parametrize("output", ["table", "json", "markdown"])
def test_no_report_holds_a_credential(aws: Aws, tmp_path: Path, output: str) -> None:
    create(aws)
    role = "arn:aws:iam::222222222222:role/audit"
    aws.ask_for_external_id(role, "x-1")

    done = check(tmp_path, {"prod": {}, "other": {"role": role, "external_id": "s3cret-id"}}, "-o", output)

    said = done.stdout + done.stderr
    assert "not-verified" not in said
    assert "s3cret-id" not in said
    assert "AKIA" not in said


def test_an_inventory_of_nothing_says_what_is_missing(tmp_path: Path) -> None:
    (tmp_path / "fleet.py").write_text("managed = []\n")
    command = [sys.executable, "-m", "kubewitness", "check", "fleet.py"]

    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=60)

    assert done.returncode == 2
    assert "no machine and no managed cluster in the inventory" in done.stderr


def test_a_shell_command_on_a_managed_cluster_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "fleet.py").write_text("managed = [('@managed/prod', {'provider': 'eks'})]\n")
    command = [sys.executable, "-m", "pyinfra", "fleet.py", "exec", "--", "true"]

    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=60)

    assert done.returncode != 0
    assert "a managed cluster has no shell" in done.stdout + done.stderr
