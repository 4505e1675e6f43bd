"""The large comparison: ``python -m tests.differential``. See docs/policy/oracle.md."""

from __future__ import annotations

import argparse
import logging
import os
import secrets
import sys
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor

from tests.differential.comparing import Tally
from tests.differential.running import BATCH, Batch, run, sources
from tests.differential.shrinking import told_of
from tests.lab.settings import LabError
from tests.oracle.building import VERSIONS, build

log = logging.getLogger("differential")

_BATCHES_A_LINE = 100
_MOST_BEYOND = 0.01
"""Of the policies: what we do not judge is not compared."""


def main() -> int:
    arguments = _parser().parse_args()
    logging.basicConfig(level=logging.INFO, format="%(name)s: %(message)s")
    versions = arguments.version or VERSIONS
    try:
        for version in versions:
            build(version)
    except LabError as error:
        print(f"differential: {error}", file=sys.stderr)  # noqa: T201
        return 2
    given = sources()
    count = -(-arguments.policies // BATCH)
    log.info("%d policies for %s, seeds from %d on", count * BATCH, ", ".join(versions), arguments.seed)
    batches = [
        Batch(versions[number % len(versions)], arguments.seed + number, arguments.decisions, given)
        for number in range(count)
    ]
    total = _run(batches, arguments.jobs)
    for name, number in total.counts.items():
        log.info("%9s %s", f"{number:,}", name)
    log.info("%9s differences", f"{len(total.differences):,}")
    return 1 if total.differences or not _is_enough(total, arguments.at_least_decisions) else 0


def _is_enough(total: Tally, decisions: int) -> bool:
    """Whether so much was compared that no difference means something."""
    beyond, policies = total.counts["beyond our limits"], total.counts["policies"]
    if total.counts["decisions"] < decisions:
        log.error("only %d decisions were compared: %d are wanted", total.counts["decisions"], decisions)
    if beyond > policies * _MOST_BEYOND:
        log.error("%d of %d policies are beyond our limits, and were not compared", beyond, policies)
    return total.counts["decisions"] >= decisions and beyond <= policies * _MOST_BEYOND


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.differential")
    version_help = "of Kubernetes; may come several times, and is all of them where it does not come"
    parser.add_argument("--version", choices=VERSIONS, action="append", help=version_help)
    parser.add_argument("--policies", type=int, default=BATCH, help=f"so many, rounded up to {BATCH}")
    parser.add_argument("--decisions", type=int, default=35, help="about each policy that loads")
    seed_help = f"of the first {BATCH} policies; the next have 1 more"
    parser.add_argument("--seed", type=int, default=secrets.randbelow(1 << 32), help=seed_help)
    parser.add_argument("--at-least-decisions", type=int, default=1, help="fails where fewer were compared")
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), help="processes")
    return parser


def _run(batches: Sequence[Batch], jobs: int) -> Tally:
    total = Tally.empty()
    with ProcessPoolExecutor(jobs) as pool:
        for number, (batch, tally) in enumerate(zip(batches, pool.map(run, batches), strict=True), 1):
            if tally.differences:
                log.error("%s", told_of(tally.differences[0], batch))
            total.add(tally)
            if number % _BATCHES_A_LINE == 0:
                log.info("%9s policies so far", f"{total.counts['policies']:,}")
    return total


if __name__ == "__main__":
    sys.exit(main())
