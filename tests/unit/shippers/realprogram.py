"""The real programs, where the lab has built them: nothing here builds one."""

from __future__ import annotations

import os
import subprocess
import time
from pathlib import Path

import pytest


def program(name: str) -> Path:
    """The newest binary of that name in the lab's cache; the test is skipped where there is none."""
    home = Path(os.environ.get("KUBEWITNESS_LAB_DIR") or Path.home() / ".cache/kubewitness-lab")
    built = sorted(home.glob(f"bin/{name}-*/{name}"), key=lambda path: path.stat().st_mtime)
    if not built:
        pytest.skip(f"the lab has not built {name}: its own check of a configuration cannot be asked")
    return built[-1]


def answer(*command: str | Path) -> tuple[int, str]:
    """Exit code and everything that was said."""
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    return done.returncode, done.stdout + done.stderr


def written_by(file: Path, *command: str | Path) -> str:
    """The first line that the program writes into ``file``; it is ended then."""
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as running:
        try:
            for _ in range(300):
                if file.exists() and (text := file.read_text()).endswith("\n"):
                    return text.splitlines()[0]
                time.sleep(0.1)
        finally:
            running.terminate()
    raise AssertionError(f"{command[0]} wrote nothing")
