"""``python -m tests.bench.volume``: each policy put in force by our deploy, an idle stretch, the workload."""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

from kubewitness.errors import KubewitnessError
from kubewitness.model import ServerVersion
from tests.bench.volume.counting import Titled, count, digest, left_out, load, requests_of
from tests.bench.volume.measured import RESULT, LeftOut, Measured, Policy
from tests.bench.volume.workload import SEED
from tests.e2e.controlplane import LOG, ROOT, ControlPlane
from tests.lab.settings import Lab

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

CATCH_ALL: Final = "catch-all"
NAMES: Final = (CATCH_ALL, "essential", "standard", "forensic")
SETTLE: Final = 120
"""Seconds after a start: by then the controllers have made their tokens and their watches."""

CATCH_ALL_POLICY: Final = "apiVersion: audit.k8s.io/v1\nkind: Policy\nrules:\n  # everything\n  - level: Metadata\n"
"""What the others are compared with: everything, at each stage."""


def policy_text(name: str) -> str:
    return CATCH_ALL_POLICY if name == CATCH_ALL else (ROOT / "policies" / "audit" / f"{name}.yaml").read_text("utf-8")


@dataclass(frozen=True, slots=True)
class Lines:
    """What was written, in how long, and of how many requests."""

    lines: tuple[bytes, ...]
    seconds: float
    requests: int


@dataclass(frozen=True, slots=True)
class Server:
    """The lab's kube-apiserver and the log that it writes, seen from outside of the node."""

    plane: ControlPlane
    log: Path

    def put_in_force(self, name: str) -> None:
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / f"{name}.yaml"
            file.write_text(policy_text(name), "utf-8")
            done = self.plane.deploy(policy=file)
        if done.returncode:
            raise KubewitnessError(f"{name}: the deploy failed: {done.stdout}{done.stderr}")

    def during(self, what: Callable[[], None]) -> Lines:
        """What the server wrote while ``what`` ran."""
        before, offset, since = self._requests(), self.log.stat().st_size, time.monotonic()
        what()
        seconds = time.monotonic() - since
        with self.log.open("rb") as stream:
            stream.seek(offset)
            text = stream.read()
        if not text.endswith(b"\n"):
            raise KubewitnessError(f"{self.log}: ends half way through a line, or was rotated: measure again")
        return Lines(tuple(text.splitlines(keepends=True)), round(seconds, 1), self._requests() - before)

    def _requests(self) -> int:
        return requests_of(self.plane.lab("kubectl", "get", "--raw", "/metrics"))


def measure(server: Server, name: str, idle: int, seed: int) -> dict[str, Lines]:
    """One policy in force: ``idle`` and ``workload``."""

    def work() -> None:
        server.plane.lab("run", "--", sys.executable, "-m", "tests.bench.volume.workload", "--seed", str(seed))

    server.put_in_force(name)
    _say(f"{name}: in force, settling for {SETTLE} s")
    time.sleep(SETTLE)
    _say(f"{name}: idle for {idle} s")
    quiet = server.during(lambda: time.sleep(idle))
    _say(f"{name}: workload")
    return {"idle": quiet, "workload": server.during(work)}


def main() -> int:
    """Measure on the lab that is up, and write what was measured as JSON."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.volume", description=__doc__)
    parser.add_argument("--idle", type=int, default=600, metavar="SECONDS", help="how long nobody asks for anything")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("-o", "--output", type=Path, default=RESULT)
    arguments = parser.parse_args()
    plane = ControlPlane()
    running = plane.lab_version()
    if running is None or (version := ServerVersion.parse(running)) is None:
        print("volume: the lab is not up: python -m tests.lab up", file=sys.stderr)
        return 2
    server = Server(plane, Lab.from_environment().run / "nodes/cp-1/root" / LOG.removeprefix("/"))
    policies = {name: load(policy_text(name), version) for name in NAMES}
    found = {name: measure(server, name, arguments.idle, arguments.seed) for name in NAMES}
    measured = Measured(
        datetime.now(UTC).date().isoformat(),
        running,
        arguments.seed,
        {name: _counted(found[name], policies[name]) for name in NAMES},
        {name: _left_out(found[CATCH_ALL], policies[name]) for name in NAMES[1:]},
    )
    arguments.output.write_text(measured.as_json(), "utf-8")
    return 0


def _counted(found: Mapping[str, Lines], policy: Titled) -> Policy:
    idle, work = (
        count(each.lines, policy, seconds=each.seconds, requests=each.requests)
        for each in (found["idle"], found["workload"])
    )
    return Policy(digest(policy.policy), idle, work)


def _left_out(everything: Mapping[str, Lines], policy: Titled) -> LeftOut:
    return LeftOut(left_out(everything["idle"].lines, policy), left_out(everything["workload"].lines, policy))


def _say(text: str) -> None:
    print(f"volume: {text}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
