"""A server in a process of its own, that ends with whoever started it.

The parent holds the child's standard input. However the parent ends, that pipe closes, and the child ends too.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]


class ServerProcess:
    """``python -m MODULE``, started and ready. ``ready`` is what the server said of itself."""

    def __init__(self, module: str) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", module], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        assert self._process.stdout
        line = self._process.stdout.readline()
        if not line:
            self.stop()
            raise RuntimeError(f"{module} did not start: see its error output")
        self.ready: dict[str, Any] = json.loads(line)
        self.pid = self._process.pid

    def stop(self) -> None:
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.close()
        try:
            self._process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process.stdout.close()


def serve_until_the_parent_ends(ready: dict[str, Any]) -> None:
    """Tell the parent where we are, then wait for it to close our standard input."""
    print(json.dumps(ready), flush=True)  # noqa: T201  the parent reads this one line
    while sys.stdin.buffer.read(4096):
        pass
    os._exit(0)  # threads that sleep in a fault must not hold the process
