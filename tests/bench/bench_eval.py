"""Decisions a second of `kubewitness policy eval`, beside a Go program on k8s.io/apiserver's own code, in the same run.

JSON in, JSON out, one line a decision: requests as attributes, and the events of an audit log. Seconds are CPU seconds,
so that a busy machine does not count. The aim is a quarter of the Go program's speed.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from random import Random
from statistics import median
from tempfile import TemporaryDirectory
from typing import BinaryIO

from kubewitness.auditpolicy import PROBES
from tests.bench.audit_log import MIB, write
from tests.oracle.asking import fields
from tests.oracle.building import build

ROUNDS = 3
REQUESTS = 200_000
LOG_MIB = 200
ROOT = Path(__file__).parents[2]
POLICY = ROOT / "policies" / "audit" / "standard.yaml"
OURS = "kubewitness policy eval"


def write_attributes(stream: BinaryIO) -> int:
    """No two lines are the same."""
    random = Random(1)  # noqa: S311  the same lines in every run
    for number in range(REQUESTS):
        request = fields(random.choice(PROBES).attributes) | {
            "name": f"name-{number}",
            "namespace": f"ns-{number % 200}",
        }
        stream.write(json.dumps(request).encode() + b"\n")
    return REQUESTS


def write_events(stream: BinaryIO) -> int:
    return write(stream, LOG_MIB * MIB)


def cpu_seconds(command: list[str], requests: Path, answers: Path) -> float:
    before = os.times()
    with requests.open("rb") as stream, answers.open("wb") as output:
        subprocess.run(command, cwd=ROOT, stdin=stream, stdout=output, check=True)
    after = os.times()
    return after.children_user - before.children_user + after.children_system - before.children_system


def main() -> None:
    programs = {
        OURS: [sys.executable, "-m", "kubewitness", "policy", "eval", str(POLICY)],
        "Go": [str(build()), "eval", str(POLICY)],
    }
    with TemporaryDirectory() as folder:
        for kind, make in (("attributes", write_attributes), ("events", write_events)):
            requests = Path(folder, kind)
            with requests.open("wb") as stream:
                lines = make(stream)
            taken: dict[str, list[float]] = {name: [] for name in programs}
            for _ in range(ROUNDS):
                for name, command in programs.items():
                    taken[name].append(cpu_seconds(command, requests, Path(folder, name)))
            speeds = {name: lines / median(times) for name, times in taken.items()}
            same = Path(folder, OURS).read_bytes() == Path(folder, "Go").read_bytes()
            print(f"{lines} {kind}, {requests.stat().st_size / MIB:.0f} MiB")
            for name, speed in speeds.items():
                print(f"  {name:<24}{speed:>9,.0f} lines a CPU second")
            print(f"  {speeds[OURS] / speeds['Go']:.2f} of Go's speed, {'the same' if same else 'OTHER'} answers")


if __name__ == "__main__":
    main()
