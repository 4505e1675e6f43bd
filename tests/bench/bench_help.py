"""What `kubewitness --help` costs, beside a Python that does nothing and `pyinfra --help`, in turn in the same run.

A user asks for help before anything else, and a shell asks for completions at each tab. The times are this machine's;
the ratios travel.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from statistics import median
from time import perf_counter

ROUNDS = 15
PROGRAMS = {
    "python -c pass": [sys.executable, "-c", "pass"],
    "kubewitness --help": [sys.executable, "-m", "kubewitness", "--help"],
    "pyinfra --help": [sys.executable, "-m", "pyinfra", "--help"],
}


def seconds(command: list[str]) -> float:
    started = perf_counter()
    subprocess.run(command, cwd=Path(__file__).parents[2], stdout=subprocess.DEVNULL, check=True)
    return perf_counter() - started


def main() -> None:
    for command in PROGRAMS.values():
        seconds(command)  # byte code and page cache

    taken = {name: [0.0] * ROUNDS for name in PROGRAMS}
    for turn in range(ROUNDS):
        for name, command in PROGRAMS.items():
            taken[name][turn] = seconds(command)

    medians = {name: median(times) for name, times in taken.items()}
    for name, times in taken.items():
        low, middle, high = (round(value * 1000) for value in (min(times), medians[name], max(times)))
        print(f"{name:<20} median {middle:4} ms   min {low:4}   max {high:4}")
    ours, bare, pyinfra = medians["kubewitness --help"], medians["python -c pass"], medians["pyinfra --help"]
    print(
        f"kubewitness --help takes {ours / bare:.1f} times an empty program, {ours / pyinfra:.2f} times pyinfra --help"
    )


if __name__ == "__main__":
    main()
