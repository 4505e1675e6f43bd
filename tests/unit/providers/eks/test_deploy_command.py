"""``pyinfra INVENTORY deploys/managed.py``, as a user runs it."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.unit.providers.eks.fleet import create

if TYPE_CHECKING:
    from tests.fakes.aws import Aws

DEPLOY = Path(__file__).resolve().parents[4] / "deploys/managed.py"


@pytest.fixture
def fleet(aws: Aws, tmp_path: Path) -> Path:
    """``new`` logs nothing, ``done`` everything, ``denied`` may not be read."""
    create(aws, "new", on=())
    create(aws, "done")
    create(aws, "denied")
    group = "/aws/eks/done/cluster"
    aws.client("logs").put_log_group_deletion_protection(logGroupIdentifier=group, deletionProtectionEnabled=True)
    aws.deny("eks:DescribeCluster", name="denied")
    hosts = [f"@managed/{name}" for name in ("new", "done", "denied")]
    (tmp_path / "fleet.py").write_text(f"managed = ({hosts!r}, {{'provider': 'eks', 'region': 'eu-west-1'}})\n")
    return tmp_path


def run(folder: Path, *options: str) -> tuple[int, list[str]]:
    command = [sys.executable, "-m", "pyinfra", "fleet.py", str(DEPLOY), *options]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=60)
    said = re.sub(r"\x1b\[[0-9;]*m", "", done.stdout + done.stderr)
    assert "Traceback" not in said
    return done.returncode, [" ".join(line.split()) for line in said.splitlines()]


def test_a_dry_run_shows_the_difference_and_writes_nothing(aws: Aws, fleet: Path) -> None:
    aws.forget_calls()

    code, said = run(fleet, "--dry")

    assert code == 1, "one cluster could not be read"
    assert "[@managed/new] would make /aws/eks/new/cluster, kept 90 days, protected from deletion" in said
    assert "[@managed/new] would switch on api, audit, authenticator" in said
    assert any(line.startswith("[@managed/denied] kubewitness: eks:DescribeCluster: AccessDenied") for line in said)
    assert any(line.endswith("1 (@managed/new) -") for line in said)
    assert not {action for action in aws.calls() if not re.search(":(Describe|List|Get)", action)}


def test_one_that_is_refused_ends_nothing_for_the_others_and_a_second_run_changes_nothing(
    aws: Aws, fleet: Path
) -> None:
    aws.forget_calls()

    first, said = run(fleet, "-y")
    second, again = run(fleet, "-y", "--limit", "@managed/new")

    assert (first, second) == (1, 0)
    assert {"[@managed/new] Success", "[@managed/done] No changes"} <= set(said)
    assert "[@managed/new] No changes" in again
    assert aws.calls()["eks:UpdateClusterConfig"] == 1
