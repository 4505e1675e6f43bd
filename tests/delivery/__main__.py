"""The whole matrix of programs, stores and faults, on real nodes; as root, some minutes.

python -m tests.delivery
python -m tests.delivery --program otelcol --fault killed --only safe
python -m tests.delivery --write        docs/shippers/losses.md as well
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from tests.delivery import faults, unsafe
from tests.delivery.experiment import Pair, Site, build_programs, carry_out, site
from tests.delivery.faults import Fault
from tests.delivery.page import page
from tests.delivery.pairs import PAIRS
from tests.delivery.table import Row, markdown
from tests.lab.settings import LabError

if TYPE_CHECKING:
    from collections.abc import Iterator

PAGE: Final = Path(__file__).resolve().parents[2] / "docs/shippers/losses.md"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", choices=[pair.program for pair in PAIRS], help="only this one")
    parser.add_argument("--fault", default="", help="only those with this in their name")
    parser.add_argument("--only", choices=["safe", "unsafe"], help="one half of it")
    parser.add_argument("--replay", type=Path, metavar="LOG", help="a real audit log, instead of events made up")
    parser.add_argument("--write", action="store_true", help=f"write {PAGE.name} too; needs all of it")
    chosen = parser.parse_args()
    if chosen.write and (chosen.program or chosen.fault or chosen.only or chosen.replay):
        parser.error("--write is for the whole matrix")
    for pair in PAIRS:
        if (obstacle := pair.obstacle()) is not None:
            print(f"tests.delivery: {pair.program} to {pair.store} does not run: {obstacle}", file=sys.stderr)
    try:
        build_programs()
        with site() as place:
            safe = _printed([] if chosen.only == "unsafe" else _safe(place, chosen))
            lossy = _printed([] if chosen.only == "safe" else _unsafe(place, chosen))
    except LabError as error:
        print(f"tests.delivery: {error}", file=sys.stderr)
        return 2
    if chosen.write:
        PAGE.parent.mkdir(exist_ok=True)
        PAGE.write_text(page(safe, lossy), encoding="utf-8")
    return 0 if all(row.tally.whole or row.why for row in safe) else 1


def _safe(place: Site, chosen: argparse.Namespace) -> Iterator[Row]:
    for pair in PAIRS:
        for fault in faults.EVERY:
            if _wanted(chosen, pair, fault):
                tally = carry_out(place, pair, _of(fault, chosen.replay))
                yield Row(pair.program, pair.store, fault.name, tally, why=pair.known.get(fault.name, ""))


def _unsafe(place: Site, chosen: argparse.Namespace) -> Iterator[Row]:
    for each in unsafe.EVERY:
        pair, fault = each.pair, each.fault
        if _wanted(chosen, pair, fault):
            tally = carry_out(place, pair, _of(fault, chosen.replay), each.edit)
            yield Row(pair.program, pair.store, fault.name, tally, each.removed, each.rule)


def _of(fault: Fault, log: Path | None) -> Fault:
    """The fault while that log is written."""
    if log is None:
        return fault
    count = log.read_bytes().count(b"\n")
    return replace(fault, workload=replace(fault.workload, replay=log, events=count))


def _wanted(chosen: argparse.Namespace, pair: Pair, fault: Fault) -> bool:
    return chosen.program in {None, pair.program} and chosen.fault in fault.name and pair.obstacle() is None


def _printed(rows: Iterator[Row] | list[Row]) -> list[Row]:
    """Each as soon as it is known; a table of them all when there are no more."""
    done = []
    for row in rows:
        print(f"{row.program}, {row.fault}{row.removed and f', without {row.removed}'}: {row.tally}", file=sys.stderr)
        done.append(row)
    if done:
        print(markdown(done))
    return done


if __name__ == "__main__":
    sys.exit(main())
