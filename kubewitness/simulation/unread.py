"""What gave no event: each line of each file is accounted for."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING

from kubewitness.simulation import results
from kubewitness.simulation.events import BLANK, rejected_query
from kubewitness.simulation.firstbad import first_bad_line
from kubewitness.simulation.judge import UNDERIVABLE_QUERY
from kubewitness.simulation.model import Place, Unreadable, Why
from kubewitness.simulation.overlooked import Overlooked, overlooked
from kubewitness.simulation.scan import UNREAD

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from kubewitness.simulation.reading import Reading


def unreadable_lines(connection: DuckDBPyConnection, reading: Reading) -> Unreadable:
    """Lines by the reason. The first one is looked for in the first file that has any."""
    unread, missing = _by_file(connection, reading)
    unclear = connection.execute(UNDERIVABLE_QUERY).fetchall()[0][0]
    counts = sum(unread.values(), Counter({Why.NO_REQUEST: unclear}))
    damaged = {file: found.damage for file, found in missing.items() if found.damage is not None}
    return Unreadable(
        lines={why: counts[why] for why in Why if counts[why]},
        first=_first(reading, unread, unclear=bool(unclear)),
        files=tuple((reading.sources[file].name, what) for file, what in {**reading.broken, **damaged}.items()),
        at_least=any(found.at_least for found in missing.values()),
    )


def _by_file(connection: DuckDBPyConnection, reading: Reading) -> tuple[dict[str, Counter[Why]], dict[str, Overlooked]]:
    """Lines by the reason, but for those whose request is not clear; and what DuckDB did not tell."""
    unread: defaultdict[str, Counter[Why]] = defaultdict(Counter)
    scanned: Counter[str] = Counter()
    for file, text, lines, size in connection.execute(results.LINES).fetchall():
        scanned[file] += size
        if text not in {None, f"{UNREAD}{BLANK}"}:
            unread[file][Why(text.removeprefix(UNREAD))] += lines
    rejected: defaultdict[str, Counter[Why]] = defaultdict(Counter)
    for text, file, lines in connection.execute(rejected_query()).fetchall():
        rejected[file][Why(text)] += lines
    missing = {
        file: Overlooked(reading.pipes[file])
        if file in reading.pipes
        else overlooked(source, scanned[file], rejected[file])
        for file, source in reading.sources.items()
        if file not in reading.broken
    }
    for file, found in missing.items():
        # DuckDB tells of some of them only
        unread[file] += Counter({**rejected[file], Why.TOO_LONG: found.too_long})
    return {file: counts for file, counts in unread.items() if counts.total()}, missing


def _first(reading: Reading, unread: dict[str, Counter[Why]], *, unclear: bool) -> Place | None:
    if unread:
        name = min(unread)
        return first_bad_line(reading.sources[name], next(iter(unread[name])))
    if not unclear:
        return None
    places = (first_bad_line(source, Why.NO_REQUEST) for source in reading.sources.values())
    return next((place for place in places if place.line is not None), None)
