"""Every EKS cluster of an organisation, and whether its audit log is on: ours beside Prowler's check, on one server.

1,000 clusters in 50 accounts and 17 regions; each answer takes 50 ms and is precomputed. Prowler looks at one account
a run, so its users run it once an account, and so do we: for some of the accounts, one after the other; the time for
all is that of one times their number. Prowler comes from PyPI into an environment of its own, in a cache outside the
checkout. The aims: well under a minute, a tenth of Prowler's time, at most 1.2 times the calls that there have to be.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from math import ceil
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any, NamedTuple

from tests.fakes.aws import Aws, aws_server
from tests.fakes.aws.handle import MANAGEMENT
from tests.fakes.aws.regions import ALWAYS_ON

ACCOUNTS = (MANAGEMENT, *(str(200_000_000_000 + number) for number in range(49)))
REGIONS = ("ap-southeast-1", "eu-central-1", "eu-west-1", "us-east-1")
CLUSTERS = 1_000
LATENCY = 0.05
PROWLERS_ACCOUNTS = 2
CHECK = "eks_control_plane_logging_all_types_enabled"
ROLE = "audit"
TYPES = ["api", "audit", "authenticator", "controllerManager", "scheduler"]
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "kubewitness-bench"


class Run(NamedTuple):
    seconds: float
    cpu: float
    mib: float
    calls: Counter[str]
    verdicts: dict[str, bool]
    """ARN -> logs on."""


def populate(aws: Aws) -> None:
    """Every tenth cluster logs nothing."""
    aws.organization(ACCOUNTS[1:])
    each = CLUSTERS // len(ACCOUNTS) // len(REGIONS)
    for account in ACCOUNTS:
        for region in REGIONS:
            eks = aws.client("eks", account=account, region=region)
            for number in range(each):
                on = (int(account) + number) % 10 != 0
                eks.create_cluster(
                    name=f"{region}-{number}",
                    roleArn=f"arn:aws:iam::{account}:role/eks",
                    resourcesVpcConfig={"subnetIds": ["subnet-1"]},
                    logging={"clusterLogging": [{"types": TYPES, "enabled": on}]},
                )


def fewest_calls() -> int:
    """Accounts in pages of 20, a role for each but the own one, its regions, each region's clusters, each cluster."""
    accounts = len(ACCOUNTS)
    return ceil(accounts / 20) + (accounts - 1) + accounts + accounts * len(ALWAYS_ON) + CLUSTERS


def timed(aws: Aws, command: list[str], good: set[int]) -> tuple[float, float, float, Counter[str]]:
    """Seconds, seconds of the processor, MiB of memory at most, calls."""
    aws.forget_calls()
    began = perf_counter()
    with subprocess.Popen(command, env={**os.environ, **aws.environment()}, stdout=subprocess.DEVNULL) as process:
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in good:
        raise SystemExit(f"{command[0]} ended with {process.returncode}")
    return perf_counter() - began, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, aws.calls()


def ours(aws: Aws, folder: Path) -> Run:
    file = folder / "ours.json"
    command = [sys.executable, "-m", "kubewitness", "discover", "aws", "--role", ROLE, "-o", f"json={file}"]
    measured = timed(aws, command, {0})
    found = json.loads(file.read_text())
    return Run(*measured, {one["id"]: one["audit"] for one in found["clusters"]})


def prowlers(aws: Aws, folder: Path, program: Path) -> Run:
    total = Run(0, 0, 0, Counter(), {})
    for account in ACCOUNTS[:PROWLERS_ACCOUNTS]:
        role = [] if account == MANAGEMENT else ["--role", f"arn:aws:iam::{account}:role/{ROLE}"]
        output = ["--output-formats", "json-ocsf", "--output-directory", str(folder), "--output-filename", account]
        command = [str(program), "aws", "--checks", CHECK, "--no-banner", *output, *role]
        seconds, cpu, mib, calls = timed(aws, command, {0, 3})  # 3: there are findings
        findings: list[Any] = json.loads((folder / f"{account}.ocsf.json").read_text())
        verdicts = {one["resources"][0]["uid"]: one["status_code"] == "PASS" for one in findings}
        total = Run(
            total.seconds + seconds,
            total.cpu + cpu,
            max(total.mib, mib),
            total.calls + calls,
            {**total.verdicts, **verdicts},
        )
    return total


def prowler() -> Path:
    """Installed at the first time: some minutes."""
    home = CACHE / "prowler"
    program = home / "bin" / "prowler"
    if not program.exists():
        print(f"installing Prowler into {home} (some minutes, once)", flush=True)
        subprocess.run([sys.executable, "-m", "venv", "--clear", str(home)], check=True)
        subprocess.run([str(home / "bin" / "pip"), "install", "--quiet", "prowler"], check=True)
    return program


def version(program: Path) -> str:
    code = "import importlib.metadata as of; print(of.version('prowler'))"
    done = subprocess.run([str(program.parent / "python"), "-c", code], capture_output=True, text=True, check=True)
    return done.stdout.strip()


def main() -> None:
    program = prowler()
    with aws_server() as aws, TemporaryDirectory() as before, TemporaryDirectory() as folder:
        populate(aws)
        aws.set(replay=True)
        ours(aws, Path(before))  # precomputes the answers
        prowlers(aws, Path(before), program)
        aws.set(latency=LATENCY)
        mine = ours(aws, Path(folder))
        theirs = prowlers(aws, Path(folder), program)
    fewest, asked = fewest_calls(), mine.calls.total()
    scale = len(ACCOUNTS) / PROWLERS_ACCOUNTS
    same = all(mine.verdicts.get(arn) is on for arn, on in theirs.verdicts.items())
    print(f"{len(mine.verdicts)} clusters in {len(ACCOUNTS)} accounts, {LATENCY * 1000:.0f} ms an answer")
    print(row("kubewitness discover aws", mine))
    print(f"  {'':<26}{asked / fewest:.2f} times the fewest calls that there can be ({fewest})")
    print(row(f"Prowler {version(program)}", theirs, scale))
    print(
        f"  {'':<26}measured for {PROWLERS_ACCOUNTS} accounts, one after the other: {theirs.seconds:.0f} s, "
        f"{theirs.calls.total()} calls; here times {scale:.1f}. Most of it is its start, once an account"
    )
    times, less = theirs.seconds * scale / mine.seconds, theirs.cpu * scale / mine.cpu
    seen = f"{'the same' if same else 'OTHER'} verdicts on the {len(theirs.verdicts)} clusters that both saw"
    print(f"  {times:.0f} times as fast, with {less:.0f} times less of the processor; {seen}")


def row(name: str, run: Run, scale: float = 1) -> str:
    return (
        f"  {name:<26}{run.seconds * scale:8.1f} s  {run.cpu * scale:8.1f} s of CPU  {run.mib:5.0f} MiB  "
        f"{run.calls.total() * scale:6.0f} calls"
    )


if __name__ == "__main__":
    main()
