"""What happens to nodes, networks and stores while events are written."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from tests.delivery.experiment import MIB, STATE, Workload

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.delivery.experiment import Run
    from tests.delivery.machine import Machine

_OUTAGE: Final = 6
_LONG: Final = 40
_USUAL: Final = Workload()


@dataclass(frozen=True, slots=True)
class Fault:
    """What goes wrong.

    Args:
        name: as the table has it.
        happens: while the workload is written.
        workload: what is written meanwhile.
        prepares: the worker, before the shipper starts.
        patience: seconds without a new record after which no more are expected. After an outage programs wait longer
            and longer between two tries.
    """

    name: str
    happens: Callable[[Run], None]
    workload: Workload = _USUAL
    prepares: Callable[[Machine], None] | None = None
    patience: float = 10


def _nothing(_: Run) -> None:
    pass


def _small_disk(worker: Machine) -> None:
    """Positions and queues of every program get a disk of 16 MB."""
    worker.sh(f"mkdir -p {STATE} && mount -t tmpfs -o size=16m lab {STATE}")


def _disk_full(run: Run) -> None:
    run.share(0.1)
    run.store.machine.stop(run.store.service)
    run.share(1)
    time.sleep(_OUTAGE)
    run.store.machine.start(run.store.service)


def _store_killed(run: Run) -> None:
    run.share(0.3)
    run.store.machine.kill(run.store.service)


def _store_down(run: Run) -> None:
    run.share(0.2)
    run.store.machine.stop(run.store.service)
    time.sleep(_OUTAGE)
    run.store.machine.start(run.store.service)


def _link_cut(run: Run) -> None:
    run.share(0.2)
    run.store.machine.link("down")
    time.sleep(_OUTAGE)
    run.store.machine.link("up")


def _killed(run: Run, times: int) -> None:
    for number in range(times):
        run.share((number + 1) / (times + 2))
        run.site.worker.kill(run.shipper.service)


def _killed_in_an_outage(run: Run) -> None:
    run.share(0.2)
    run.store.machine.stop(run.store.service)
    run.share(0.5)
    run.site.worker.kill(run.shipper.service)
    run.share(0.7)
    run.store.machine.start(run.store.service)


def _restarted_in_an_outage(run: Run) -> None:
    run.share(0.2)
    run.store.machine.stop(run.store.service)
    run.share(0.5)
    run.site.worker.sh(f"systemctl restart {run.shipper.service}")
    run.share(0.7)
    run.store.machine.start(run.store.service)


def _stopped_across_rotations(run: Run) -> None:
    run.share(0.2)
    run.site.worker.stop(run.shipper.service)
    before = run.writer.rotations()
    run.writer.until(lambda: run.writer.rotations() >= before + 3)
    run.site.worker.start(run.shipper.service)


def _grown_before(run: Run) -> None:
    """As on a node whose shipper comes later than its audit log."""
    run.site.worker.stop(run.shipper.service)
    run.site.worker.sh(f"rm -rf {STATE}/*")
    run.share(0.5)
    run.site.worker.start(run.shipper.service)


def _node_reboots(run: Run) -> None:
    run.share(0.3)
    run.site.worker.reboot()


NO_FAULT: Final = Fault("none; one event of 1.5 MB", _nothing)
STORE_DOWN: Final = Fault("store down for 6 s", _store_down, Workload(events=10_000), patience=_LONG)
STORE_KILLED: Final = Fault("store killed (-9)", _store_killed, patience=_LONG)
LINK_CUT: Final = Fault("link cut for 6 s", _link_cut, Workload(events=10_000), patience=_LONG)
KILLED: Final = Fault("shipper killed (-9) ten times", lambda run: _killed(run, 10), Workload(events=12_000, rate=500))
KILLED_ROTATING: Final = Fault(
    "shipper killed (-9) three times, a rotation every second",
    lambda run: _killed(run, 3),
    Workload(max_bytes=3 * MIB),
)
KILLED_IN_OUTAGE: Final = Fault("shipper killed (-9) while the store is down", _killed_in_an_outage, patience=_LONG)
RESTARTED_IN_OUTAGE: Final = Fault("shipper restarted while the store is down", _restarted_in_an_outage, patience=_LONG)
STOPPED_ROTATING: Final = Fault("shipper stopped across three rotations", _stopped_across_rotations)
GROWN_BEFORE: Final = Fault("the shipper comes when half is written", _grown_before)
REBOOT: Final = Fault("node reboots", _node_reboots)
QUEUE_FULL: Final = Fault(
    "the queue's disk (16 MB) fills while the store is down", _disk_full, Workload(events=10_000), _small_disk, _LONG
)
TEN_ROTATIONS: Final = Fault(
    "ten rotations in a second", _nothing, Workload(events=10_000, rate=9_000, max_bytes=4 * MIB)
)
A_FEW: Final = Fault("none; 200 events", _nothing, Workload(events=200, rate=0), patience=5)

EVERY: Final = (
    NO_FAULT, STORE_DOWN, STORE_KILLED, LINK_CUT, KILLED, KILLED_ROTATING, KILLED_IN_OUTAGE,
    RESTARTED_IN_OUTAGE, STOPPED_ROTATING, GROWN_BEFORE, REBOOT, TEN_ROTATIONS, QUEUE_FULL,
)  # fmt: skip
