"""What shipping costs: events and megabytes a second, and CPU seconds on the node, beside `cat | nc` of the same file.

On the lab's nodes, as root. The log is there when the shipper starts; the clock stops when the store has all of it.
`nc` sends it from the same node over the same cable to a file, with nothing acknowledged, parsed or encrypted. The
figures are this machine's; the ratios travel.

    python -m tests.bench.bench_shippers --events 30000
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.delivery.events import events
from tests.delivery.experiment import AUDIT, Pair, Site, build_programs, site
from tests.delivery.pairs import PAIRS
from tests.lab.settings import LabError

_PORT: Final = "9"
_SECONDS: Final = 120
_MB: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class Cost:
    """``wall`` and ``cpu`` in seconds; the CPU is that of the sending side."""

    name: str
    wall: float
    cpu: float


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--events", type=int, default=20_000)
    chosen = parser.parse_args()
    try:
        build_programs()
        with tempfile.TemporaryDirectory() as folder, site() as place:
            log = Path(folder) / "audit.log"
            log.write_bytes(b"".join(events(chosen.events)))
            bare = _netcat(place, log)
            costs = [bare, *(_shipped(place, pair, log, chosen.events) for pair in PAIRS if pair.obstacle() is None)]
            _report(costs, chosen.events, log.stat().st_size)
    except LabError as error:
        print(f"bench_shippers: {error}", file=sys.stderr)
        return 2
    return 0


def _netcat(place: Site, log: Path) -> Cost:
    """From the worker's network to the collector node's."""
    enter = ("nsenter", f"--net=/run/netns/{place.lab.machine(place.collector.node.name)}")
    leave = ("nsenter", f"--net=/run/netns/{place.lab.machine(place.worker.node.name)}")
    address, target = place.collector.node.address, log.with_name("received")
    with target.open("wb") as stream, subprocess.Popen([*enter, "nc", "-l", _PORT], stdout=stream) as server:
        time.sleep(0.3)  # until it listens
        before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
        sender = subprocess.run([*leave, "sh", "-c", f"cat {log} | nc -N {address} {_PORT}"], check=False)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        server.wait()
        wall = time.monotonic() - began
    if sender.returncode or target.stat().st_size != log.stat().st_size:
        raise LabError("nc did not bring the file across")
    return Cost("cat | nc", wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)


def _shipped(place: Site, pair: Pair, log: Path, count: int) -> Cost:
    place.afresh()
    shipper, store = pair.make(place)
    shipper.install(place.worker, AUDIT)
    with (place.worker.path(AUDIT) / log.name).open("wb") as stream:  # who may read it stays
        stream.write(log.read_bytes())
    began = time.monotonic()
    place.worker.start(shipper.service)
    while store.count() < count:
        if time.monotonic() > began + _SECONDS:
            raise LabError(f"{pair.program}: {store.count()} of {count} events after {_SECONDS} s")
        time.sleep(0.05)
    wall = time.monotonic() - began
    return Cost(f"{pair.program} to {pair.store}", wall, place.worker.cpu_seconds(shipper.service))


def _report(costs: list[Cost], count: int, size: int) -> None:
    bare = costs[0]
    print(f"{count:,} events, {size / _MB:.0f} MB")
    print(f"{'':30}{'events/s':>12}{'MB/s':>8}{'CPU s':>8}{'times as long':>15}{'times the CPU':>15}")
    for cost in costs:
        rates = f"{count / cost.wall:12,.0f}{size / _MB / cost.wall:8.1f}{cost.cpu:8.2f}"
        print(f"{cost.name:30}{rates}{cost.wall / bare.wall:15.1f}{cost.cpu / max(bare.cpu, 0.01):15.1f}")


if __name__ == "__main__":
    sys.exit(main())
