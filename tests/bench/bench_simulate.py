"""What ``kubewitness policy simulate`` costs, end to end, beside two others that read the same file in the same run.

The bare read: DuckDB reads the same fields of the same file as columns, and does nothing with them. The oracle:
Go, ``encoding/json`` and k8s.io/apiserver's evaluator, one event after the other. Each on one core and on two, in
turn, each a process of its own, page cache warm. The times are this machine's; the ratios travel.

    python -m tests.bench.bench_simulate --mib 215 --rounds 5
    python -m tests.bench.bench_simulate --mib 1024 --rounds 1      where starting up weighs less
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Final

from tests.bench.audit_log import MIB, write
from tests.lab.settings import LabError

ROOT: Final = Path(__file__).parents[2]
POLICIES: Final = {
    "standard": ROOT / "policies/audit/standard.yaml",
    "essential": ROOT / "policies/audit/essential.yaml",
}
BARE: Final = "bare DuckDB read"
ORACLE: Final = "Go oracle"


@dataclass(frozen=True, slots=True)
class Cost:
    """Of one process. ``peak`` in bytes."""

    wall: float
    cpu: float
    peak: int


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mib", type=int, default=215, help="size of the log")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--log", type=Path, help="a log that is there, instead of one that is made")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        log = chosen.log or _made(Path(folder) / "audit.log", chosen.mib)
        size = log.stat().st_size
        commands = _commands(log)
        for cores in (1, 2):
            if len(os.sched_getaffinity(0)) >= cores:
                _report(cores, size, _measured(commands, cores, chosen.rounds))


def _made(path: Path, mib: int) -> Path:
    with path.open("wb") as stream:
        count = write(stream, mib * MIB)
    print(f"{path.stat().st_size / 1e6:.0f} MB, {count} events")
    return path


def _commands(log: Path) -> dict[str, list[str]]:
    commands = {BARE: [sys.executable, "-m", "tests.bench.bare_read", str(log)]}
    for name, policy in POLICIES.items():
        tool = [sys.executable, "-m", "kubewitness", "policy", "simulate", str(policy)]
        commands[f"simulate {name}"] = [*tool, "--log", str(log), "-o", "json"]
    oracle = _oracle()
    if oracle is not None:
        commands[ORACLE] = [str(oracle), "replay", str(POLICIES["standard"]), str(log)]
    return commands


def _oracle() -> Path | None:
    from tests.oracle.building import build  # noqa: PLC0415  it needs Go

    try:
        return build()
    except LabError as error:
        print(f"without the oracle: {error}")
        return None


def _measured(commands: dict[str, list[str]], cores: int, rounds: int) -> dict[str, list[Cost]]:
    """In turn, so that what disturbs the machine disturbs all of them. One round before, for the caches."""
    costs: dict[str, list[Cost]] = {name: [] for name in commands}
    for turn in range(rounds + 1):
        for name, command in commands.items():
            cost = _run(command, cores)
            if turn:
                costs[name].append(cost)
    return costs


def _run(command: list[str], cores: int) -> Cost:
    pinned = ["taskset", "-c", ",".join(map(str, sorted(os.sched_getaffinity(0))[:cores])), *command]
    started = perf_counter()
    environment = {**os.environ, "GOMAXPROCS": str(cores)}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)  # pip compiles what it installs, and so do we, in the first round
    with subprocess.Popen(pinned, cwd=ROOT, stdout=subprocess.DEVNULL, env=environment) as child:
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        raise SystemExit(f"{command}: exit code {child.returncode}")
    return Cost(perf_counter() - started, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024)


def _report(cores: int, size: int, costs: dict[str, list[Cost]]) -> None:
    print(f"\non {cores} core{'s' if cores > 1 else ''}: median of {len(next(iter(costs.values())))}")
    print(f"{'':20} {'wall s':>8} {'CPU s':>8} {'GB/s':>6} {'peak MB':>8} {'wall of bare':>13} {'CPU of bare':>12}")
    walls = {name: median(cost.wall for cost in found) for name, found in costs.items()}
    cpus = {name: median(cost.cpu for cost in found) for name, found in costs.items()}
    for name, found in costs.items():
        peak = max(cost.peak for cost in found) / 1e6
        ratios = f"{walls[name] / walls[BARE]:12.2f}x {cpus[name] / cpus[BARE]:11.2f}x"
        print(f"{name:20} {walls[name]:8.2f} {cpus[name]:8.2f} {size / 1e9 / walls[name]:6.2f} {peak:8.0f} {ratios}")
    if ORACLE in walls:
        faster, less = (taken[ORACLE] / taken["simulate standard"] for taken in (walls, cpus))
        print(f"simulate standard is {faster:.1f} times as fast as the Go oracle, with {less:.1f} times less CPU")


if __name__ == "__main__":
    main()
