"""Run a program and say what went wrong."""

from __future__ import annotations

import logging
import os
import shlex
import subprocess
from collections.abc import Mapping
from pathlib import Path

from tests.lab.settings import LabError

# Put before a command. The first: whatever ends this process, be it SIGKILL, ends the command too.
ENDS_WITH_US = ("setpriv", "--pdeathsig", "KILL")
# What the command mounts is seen by nobody else and goes with it.
MOUNTS_UNSEEN = ("unshare", "--mount", "--propagation", "private")
# After MOUNTS_UNSEEN: its children end with it.
PROCESSES_UNSEEN = ("unshare", "--pid", "--fork", "--kill-child", "--mount-proc")

log = logging.getLogger("lab")


def run(*argv: str | Path, stdin: str | None = None, env: Mapping[str, str] | None = None) -> str:
    """The program's standard output.

    Raises:
        LabError: it is not there, or failed; with the last lines that it printed.
    """
    try:
        done = subprocess.run(argv, input=stdin, env=env, capture_output=True, text=True, errors="replace", check=False)
    except FileNotFoundError as error:
        raise LabError(f"{argv[0]} is not installed; see `python -m tests.lab prepare`") from error
    if done.returncode != 0:
        raise LabError(_failure(argv, done.returncode, done.stderr or done.stdout))
    return done.stdout


def succeeds(*argv: str | Path) -> bool:
    return subprocess.run(argv, capture_output=True, check=False).returncode == 0


def run_long(*argv: str | Path, output: Path, cwd: Path | None = None, env: Mapping[str, str] | None = None) -> None:
    """Run a program that takes minutes: its output goes to a file, and a line a minute says that it still runs."""
    output.parent.mkdir(parents=True, exist_ok=True)
    environment = {**os.environ, **(env or {})}
    with (
        output.open("ab") as stream,
        subprocess.Popen(argv, cwd=cwd, env=environment, stdout=stream, stderr=stream) as p,
    ):
        minutes = 0
        while True:
            try:
                status = p.wait(timeout=60)
            except subprocess.TimeoutExpired:
                minutes += 1
                log.info("… at work for %d min; its output: %s", minutes, output)
            else:
                break
    if status != 0:
        raise LabError(f"{_failure(argv, status, output.read_text(errors='replace'))} (all of it: {output})")


def _failure(argv: tuple[str | Path, ...], status: int, output: str) -> str:
    said = " | ".join(line.strip() for line in output.strip().splitlines()[-5:])
    return f"`{shlex.join(map(str, argv))}` failed ({status}): {said or 'it printed nothing'}"
