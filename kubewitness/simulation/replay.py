"""The whole of a simulation: read, judge, sum up."""

from __future__ import annotations

from collections import Counter
from functools import partial
from typing import TYPE_CHECKING

from kubewitness.errors import KubewitnessError
from kubewitness.simulation import results
from kubewitness.simulation.engine import engine
from kubewitness.simulation.events import BLANK, rejected_query
from kubewitness.simulation.firstbad import first_bad_line
from kubewitness.simulation.judge import UNDERIVABLE_QUERY, decide_statement
from kubewitness.simulation.logfiles import find_logs
from kubewitness.simulation.model import LogFile, Place, Simulation, Top, Unreadable, Why
from kubewitness.simulation.overlooked import Overlooked, can_be_looked_into, overlooked
from kubewitness.simulation.reading import Reading, read
from kubewitness.simulation.scan import UNREAD, scan_query
from kubewitness.simulation.sums import Sums
from kubewitness.simulation.underived import derive

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from duckdb import DuckDBPyConnection

    from kubewitness.auditpolicy.types import Policy
    from kubewitness.model import ServerVersion

_REMEDIES = {
    Why.LEGACY_FORMAT: "the format legacy does not hold what a replay needs: set --audit-log-format=json",
    Why.EVENT_LIST: "these are bodies of a webhook: `jq -c '.items[]'` writes one event a line",
}


def simulate(
    policy: Policy, version: ServerVersion, logs: Sequence[str], *, top: int, look: Callable[[float], None]
) -> Simulation:
    """What the policy would have kept of the logs. ``look`` hears how many percent are read; -1: not known.

    Raises KubewitnessError where DuckDB is missing, a log cannot be read, or there is no event in any of them.
    """
    found = find_logs(logs)
    with engine() as (connection, folder):
        query_of = partial(scan_query, policy=policy, version=version)
        reading = read(connection, folder, found.sources, query_of, look)
        derive(connection)
        connection.execute(decide_statement(policy, version))
        sums = Sums(connection, policy, top)
        unreadable = _unreadable(connection, reading)
        if not sums.recorded.events:
            raise KubewitnessError(_nothing_there(logs, unreadable))
        kinds, requests = sums.requests()
        users, noisiest = sums.users()
        groups, lost_total, lost = sums.lost()
        return Simulation(
            files=tuple(LogFile(source.name, source.size) for source in found.sources),
            ignored=found.ignored,
            span=sums.span,
            recorded=sums.recorded,
            unreadable=unreadable,
            kept=sums.kept,
            levels=sums.levels(),
            omitted=sums.omitted(),
            rules=sums.rules(),
            requests=requests,
            noisiest=noisiest,
            lost=lost,
            lost_total=lost_total,
            lowered=sums.lowered,
            top=Top(kinds, users, groups),
            bounds=sums.bounds(),
        )


def _unreadable(connection: DuckDBPyConnection, reading: Reading) -> Unreadable:
    """Lines by the reason. The first one is looked for in the first file that has any."""
    counts: Counter[Why] = Counter()
    files: dict[str, Why] = {}
    missing = _overlooked(connection, reading)
    for why, file, count in (*_unread(connection, reading), *_too_long(reading, missing)):
        counts[Why(why)] += count
        files[file] = Why(why)
    unclear = connection.execute(UNDERIVABLE_QUERY).fetchall()[0][0]
    if unclear:
        counts[Why.NO_REQUEST] += unclear
    lines = {why: counts[why] for why in Why if counts[why]}
    return Unreadable(lines, _first(reading, files, unclear=bool(unclear)), (*reading.broken, *missing.damaged.items()))


def _unread(connection: DuckDBPyConnection, reading: Reading) -> Iterator[tuple[str, str, int]]:
    for why, file, count in connection.execute(rejected_query()).fetchall():
        if why != Why.TOO_LONG or not can_be_looked_into(reading.sources[file]):
            yield why, file, count
    for text, count in connection.execute(results.UNREADABLE).fetchall():
        why, _, file = text.removeprefix(UNREAD).partition(" ")
        if why != BLANK:
            yield why, file, count


def _overlooked(connection: DuckDBPyConnection, reading: Reading) -> Overlooked:
    scanned = connection.execute(results.SCANNED).fetchall()[0][0]
    return overlooked([item for item in reading.sources.values() if item.name not in dict(reading.broken)], scanned)


def _too_long(reading: Reading, missing: Overlooked) -> Iterator[tuple[str, str, int]]:
    """DuckDB tells of some of them only, so those that it tells of are not counted where these are."""
    for file, source in reading.sources.items():
        if source.name in missing.long_lines:
            yield Why.TOO_LONG, file, missing.long_lines[source.name]


def _first(reading: Reading, files: dict[str, Why], *, unclear: bool) -> Place | None:
    if files:
        name = min(files)
        return first_bad_line(reading.sources[name], files[name])
    if not unclear:
        return None
    places = (first_bad_line(source, Why.NO_REQUEST) for source in reading.sources.values())
    return next((place for place in places if place.line is not None), None)


def _nothing_there(logs: Sequence[str], unreadable: Unreadable) -> str:
    place = unreadable.first
    if place is None:
        return f"--log {' '.join(logs)}: no audit event there: nothing to simulate"
    where = place.file if place.line is None else f"{place.file}:{place.line}"
    remedy = _REMEDIES.get(place.why, "audit events of kube-apiserver are wanted, as JSON, one a line")
    return f"{where}: no audit event ({place.why}), nor on any other line: {remedy}"
