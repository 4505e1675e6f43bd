"""A node's files in a folder of this machine, and the transaction on them, run by a real shell."""

from __future__ import annotations

import hashlib
import os
import shutil
import stat
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final

import pytest

from kubewitness.model import View
from kubewitness.rollout.outcome import Plan, WantedPolicy
from kubewitness.rollout.plan import plan_audit
from kubewitness.rollout.script import transaction_input, transaction_script
from tests.checks.servers import METADATA, server
from tests.checks.standards import standard

OFF: Final = {
    "view": "tree",
    "flags": dict.fromkeys(
        ["audit-policy-file", "audit-log-path", "audit-log-maxage", "audit-log-maxbackup", "audit-log-maxsize"]
    ),
    "mounts": {"policy": None, "log": None},
    "policy": None,
}
"""A kubeadm node as kubeadm leaves it."""
STATE: Final = "var/lib/kubewitness"
NOBODY: Final = 65534
needs_a_plain_user = pytest.mark.skipif(
    os.geteuid() == 0 and shutil.which("setpriv") is None, reason="root may write everything, and there is no setpriv"
)


def plan(**changes: object) -> Plan:
    """The plan for a node without auditing, with ``changes``."""
    found = plan_audit(server(**{**OFF, **changes}), standard(), WantedPolicy(METADATA, "policy.yaml", exact=False))
    assert isinstance(found, Plan)
    return found


@dataclass
class Tree:
    """A node's files below ``root``, and the transaction on them."""

    root: Path

    def holds(self, of: Plan) -> Tree:
        """Write what ``of`` expects to find."""
        for change in (of.manifest, of.policy):
            if change is not None and change.before is not None:
                self.write(change.path, change.before)
        return self

    def at(self, path: str) -> Path:
        return self.root / path.lstrip("/")

    def write(self, path: str, text: str) -> None:
        self.at(path).parent.mkdir(parents=True, exist_ok=True)
        self.at(path).write_bytes(text.encode("utf-8", "surrogateescape"))

    def text(self, path: str) -> str:
        return self.at(path).read_bytes().decode("utf-8", "surrogateescape")

    def files(self) -> dict[str, tuple[str, int]]:
        """Path -> hash and mode of everything but our own state."""
        return {
            name: (hashlib.sha256(path.read_bytes()).hexdigest(), stat.S_IMODE(path.stat().st_mode))
            for path in sorted(self.root.rglob("*"))
            if path.is_file() and not (name := str(path.relative_to(self.root))).startswith(STATE)
        }

    def run(
        self,
        of: Plan,
        *,
        run: str = "r1",
        owner: str = "anna@laptop (process 1)",
        given: str | None = None,
        prefix: tuple[str, ...] = (),
        before: str = "",
        stderr: int | IO[str] = subprocess.PIPE,
        stdout: int | IO[str] = subprocess.PIPE,
    ) -> subprocess.CompletedProcess[str]:
        script = before + transaction_script(of, view=View.TREE, root=str(self.root), run=run, owner=owner)
        lines = "".join(f"{line}\n" for line in transaction_input(of)) if given is None else given
        return subprocess.run(
            [*prefix, "sh", "-c", script],
            input=lines, stdout=stdout, stderr=stderr, text=True, check=False, timeout=60, cwd=self.root,
        )  # fmt: skip

    def start(self, of: Plan, *, run: str) -> subprocess.Popen[str]:
        """The same without waiting for its end."""
        script = transaction_script(of, view=View.TREE, root=str(self.root), run=run, owner="anna@laptop (process 1)")
        started = subprocess.Popen(
            ["sh", "-c", script], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, text=True
        )
        if started.stdin is not None:
            started.stdin.write("".join(f"{line}\n" for line in transaction_input(of)))
            started.stdin.close()
        return started

    def journal(self, run: str = "r1") -> str:
        return self.text(f"{STATE}/runs/{run}/journal")
