"""The fleet of docs/managed.md, checked and deployed to as a user does it, for what the page shows.

python -m tests.unit.providers.eks.transcript
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from tests.fakes.aws import Aws, aws_server
from tests.unit.providers.eks.fleet import ACCOUNT, create

NAMES: Final = ("shop", "bank", "blog", "hr", "lab")
DEPLOY: Final = Path(__file__).resolve().parents[4] / "deploys/managed.py"


def make(aws: Aws) -> None:
    """``shop`` is as the standard asks; ``bank``'s log is unprotected, and kept 30 days by an account-level policy;
    ``blog`` has no audit log; ``hr`` may not be described; ``lab`` is run elsewhere; ``missing`` logs nothing.
    """
    eks, logs = aws.client("eks"), aws.client("logs")
    for name in ("shop", "bank", "hr"):
        create(aws, name, on=("api", "audit", "authenticator"))
    create(aws, "blog", on=("api", "scheduler"))
    create(aws, "missing", on=())
    eks.register_cluster(name="lab", connectorConfig={"roleArn": f"arn:aws:iam::{ACCOUNT}:role/c", "provider": "GKE"})
    for name in ("shop", "hr"):
        group = f"/aws/eks/{name}/cluster"
        logs.put_log_group_deletion_protection(logGroupIdentifier=group, deletionProtectionEnabled=True)
    logs.put_account_policy(
        policyName="keep-30",
        policyType="RETENTION_POLICY",
        policyDocument=json.dumps({"retentionInDays": 30, "enforcementMode": "RETROACTIVE"}),
        selectionCriteria='LogGroupNamePrefix == "/aws/eks/bank/"',
        scope="ALL",
    )
    aws.deny("eks:DescribeCluster", name="hr")


def checked(aws: Aws) -> str:
    """What ``kubewitness check`` prints."""
    return _run(aws, NAMES, "kubewitness", "check", "prod.py")


def planned(aws: Aws) -> str:
    """What the deploy prints under ``--dry``."""
    return _run(aws, (*NAMES, "missing"), "pyinfra", "prod.py", str(DEPLOY), "--dry")


def _run(aws: Aws, names: tuple[str, ...], *command: str) -> str:
    environment = {**os.environ, **aws.environment(), "COLUMNS": "115", "NO_COLOR": "1"}
    with TemporaryDirectory() as folder:
        inventory = f"managed = ({[f'@managed/{name}' for name in names]!r}, {{'provider': 'eks'}})\n"
        Path(folder, "prod.py").write_text(inventory, "utf-8")
        done = subprocess.run(
            [sys.executable, "-m", *command],
            cwd=folder, env=environment, capture_output=True, text=True, check=False, timeout=60,
        )  # fmt: skip
    return re.sub(r"\x1b\[[0-9;]*m", "", done.stdout + done.stderr)


if __name__ == "__main__":
    with aws_server() as server:
        make(server)
        print(checked(server), planned(server), sep="\n")  # noqa: T201
