"""One experiment: a shipper on a worker, a store on the collector node, events, a fault, and what has arrived."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from tests.delivery.events import LARGEST
from tests.delivery.machine import Machine
from tests.delivery.pki import Authority
from tests.delivery.reconcile import Tally, read_ledger, reconcile
from tests.lab import lifecycle, program
from tests.lab.settings import Lab
from tests.lab.topology import Layout, Role

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from tests.delivery.faults import Fault
    from tests.delivery.shippers import Edit, Shipper
    from tests.delivery.stores import Store

ROOT: Final = Path(__file__).resolve().parents[2]
AUDIT: Final = "/var/log/kubernetes/audit"
STATE: Final = "/var/lib/shipper"
MIB: Final = 2**20
_QUIET: Final = 2


@dataclass(frozen=True, slots=True)
class Workload:
    """What is written. ``rate``: events a second; ``replay``: a real log, instead of ``events`` made up ones."""

    events: int = 6000
    rate: float = 1000
    max_bytes: int = 5 * MIB
    max_backups: int = 0
    largest: int = LARGEST
    replay: Path | None = None


class Writer:
    """The generator at work, as a process."""

    def __init__(self, folder: Path, ledger: Path, workload: Workload) -> None:
        self._folder, self._ledger, self.workload = folder, ledger, workload
        options = {
            "events": workload.events, "rate": workload.rate, "max-bytes": workload.max_bytes,
            "max-backups": workload.max_backups, "largest": workload.largest, "replay": workload.replay, "mode": "640",
        }  # fmt: skip
        arguments = [f"--{name}={value}" for name, value in options.items() if value is not None]
        command = [sys.executable, "-m", "tests.delivery.generator", str(folder), f"--ledger={ledger}", *arguments]
        self._process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.DEVNULL)

    def written(self) -> int:
        """Events by now."""
        return self._ledger.read_bytes().count(b"\n") if self._ledger.exists() else 0

    def rotations(self) -> int:
        """Rotated files by now, of those that are kept."""
        return len(list(self._folder.glob("audit-*.log")))

    def running(self) -> bool:
        return self._process.poll() is None

    def until(self, reached: Callable[[], bool]) -> None:
        """Wait for something that the writing brings about, or for its end."""
        while self.running() and not reached():
            time.sleep(0.02)

    def finish(self) -> str:
        """Wait for its end; the ledger."""
        if (status := self._process.wait()) != 0:
            raise AssertionError(f"the generator failed ({status})")
        return self._ledger.read_text(encoding="ascii")

    def end(self) -> None:
        """Now, whatever it does."""
        if self.running():
            self._process.kill()
        self._process.wait()


@dataclass(frozen=True, slots=True)
class Site:
    """A lab of one worker and one collector node, with a certificate authority."""

    lab: Lab
    worker: Machine
    collector: Machine
    authority: Authority

    def afresh(self) -> None:
        """Both nodes as they were made."""
        lifecycle.reset(self.lab)


@dataclass(frozen=True, slots=True)
class Pair:
    """A program and where it ships to.

    ``make``: start the store, and say what the program is told. ``known``: a fault's name -> why no setting of the
    shipper helps there. ``obstacle``: why it cannot run on this machine; ``None`` where it can. ``slowest_try``:
    seconds that the program waits at the most before it tries the store again.
    """

    program: str
    store: str
    make: Callable[[Site], tuple[Shipper, Store]]
    known: Mapping[str, str] = field(default_factory=dict)
    obstacle: Callable[[], str | None] = lambda: None
    slowest_try: float = 0


@dataclass(frozen=True, slots=True)
class Run:
    """What a fault has at hand while events are written."""

    site: Site
    shipper: Shipper
    store: Store
    writer: Writer

    def share(self, part: float) -> None:
        """Wait until that part of the events is written."""
        self.writer.until(lambda: self.writer.written() >= part * self.writer.workload.events)


def build_programs() -> None:
    """Those that are not there yet."""
    lab = Lab.from_environment()
    for name in program.NAMES:
        program.find_or_build(lab, name)


@contextmanager
def site() -> Iterator[Site]:
    """Up for as long as it is needed. A lab of its own, beside the one with the control plane."""
    given = Lab.from_environment()
    lab = replace(given, name=f"{given.name[:8]}ship")
    layout = Layout(control_planes=0, workers=1)
    lifecycle.up(lab, lifecycle.Plan.of(layout, ""))
    machines = {node.role: Machine(lab, node) for node in layout.nodes}
    try:
        yield Site(lab, machines[Role.WORKER], machines[Role.COLLECTOR], Authority())
    finally:
        lifecycle.down(lab)


def carry_out(place: Site, pair: Pair, fault: Fault, edit: Edit | None = None) -> Tally:
    """On fresh nodes: the store, the shipper (``edit``: with another setting), then events, and the fault."""
    place.afresh()
    shipper, store = pair.make(place)
    if edit is not None:
        shipper = edit(shipper)
    with tempfile.TemporaryDirectory() as folder:
        if fault.prepares is not None:
            fault.prepares(place.worker)
        shipper.install(place.worker, AUDIT)
        place.worker.start(shipper.service)
        ledger = Path(folder) / "ledger"
        writer = Writer(place.worker.path(AUDIT), ledger, fault.workload)
        try:
            fault.happens(Run(place, shipper, store, writer))
            written = read_ledger(writer.finish())
        finally:
            writer.end()
        _wait_for_arrival(store, len(written), fault.patience + pair.slowest_try)
        return reconcile(written, store.records())


def _wait_for_arrival(store: Store, wanted: int, patience: float) -> None:
    seen, since = -1, time.monotonic()
    while time.monotonic() - since < (_QUIET if seen >= wanted else patience):
        time.sleep(0.5)
        if (count := store.count()) != seen:
            seen, since = count, time.monotonic()
