"""Writes an audit log at a given rate, rotates it, and keeps a ledger of what it wrote. A process of its own.

python -m tests.delivery.generator /var/log/kubernetes/audit --ledger /tmp/ledger --events 4000 --rate 1000
"""

from __future__ import annotations

import argparse
import signal
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from tests.delivery.auditfile import AuditFile
from tests.delivery.events import LARGEST, events
from tests.delivery.reconcile import entry

MIB: Final = 2**20


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--ledger", type=Path, required=True, help="an entry for each event, once it is written")
    parser.add_argument("--events", type=int, default=4000)
    parser.add_argument("--rate", type=float, default=1000, help="events a second; 0: as fast as it goes")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--largest", type=int, default=LARGEST, help="bytes of the largest event; 0: none that large")
    parser.add_argument("--replay", type=Path, help="the lines of a real log, instead of events that are made up")
    parser.add_argument("--max-bytes", type=int, default=5 * MIB, help="of a file, then it is rotated")
    parser.add_argument("--max-backups", type=int, default=0, help="rotated files that are kept; 0: all")
    parser.add_argument("--mode", type=lambda text: int(text, 8), default=0o600)
    chosen = parser.parse_args()
    made = events(chosen.events, seed=chosen.seed, largest=chosen.largest)
    lines = chosen.replay.read_bytes().splitlines(keepends=True) if chosen.replay else list(made)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    file = AuditFile(chosen.folder, max_bytes=chosen.max_bytes, max_backups=chosen.max_backups, mode=chosen.mode)
    with chosen.ledger.open("w", buffering=1, encoding="ascii") as ledger:
        for line in _paced(lines, chosen.rate):
            file.write(line)
            ledger.write(f"{entry(line)}\n")
    file.close()


def _paced(lines: Iterable[bytes], rate: float) -> Iterable[bytes]:
    """In bursts of some milliseconds, as requests come."""
    began = time.monotonic()
    for number, line in enumerate(lines):
        if rate and (early := began + number / rate - time.monotonic()) > 0:
            time.sleep(early)
        yield line


if __name__ == "__main__":
    main()
