"""The logs into the table ``seen``, in one pass; a file that breaks off does not take the others with it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from kubewitness.errors import KubewitnessError
from kubewitness.simulation.engine import run
from kubewitness.simulation.logfiles import Compression, LogSource
from kubewitness.simulation.pipes import Pipe
from kubewitness.simulation.scan import SEEN

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from duckdb import DuckDBPyConnection

_REJECTS: Final = ("reject_errors", "reject_scans")


@dataclass(frozen=True, slots=True)
class Reading:
    """``sources``: by the name that DuckDB knows them by. ``broken``: files that were not read, and what is wrong.

    ``pipes``: how many lines of each were too long, by that name.
    """

    sources: dict[str, LogSource]
    broken: dict[str, str]
    pipes: dict[str, int]


def read(
    connection: DuckDBPyConnection,
    folder: Path,
    sources: Sequence[LogSource],
    query_of: Callable[[Sequence[str]], str],
    look: Callable[[float], None],
) -> Reading:
    """Makes ``seen`` by that query. Raises KubewitnessError where no file can be read."""
    import duckdb  # noqa: PLC0415  an extra

    named = {str(folder / f"{number:08}.log{source.compression}"): source for number, source in enumerate(sources)}
    pipes = dict(_opened(named))
    try:
        run(connection, f"CREATE TABLE {SEEN} AS {query_of(list(named))}", look)
    except (duckdb.IOException, duckdb.InvalidInputException) as error:  # any other one is a fault of ours
        if len(named) == 1:
            raise KubewitnessError(f"{sources[0].name}: {_what_is_wrong(sources[0], error)}") from error
        return Reading(named, _read_one_by_one(connection, named, query_of, look), {})
    return Reading(named, {}, {name: pipe.ended() for name, pipe in pipes.items()})


def _opened(named: dict[str, LogSource]) -> Iterator[tuple[str, Pipe]]:
    """Under names in which nothing is a pattern or an address to DuckDB, whatever the files are called."""
    for name, source in named.items():
        if source.size is None:
            yield name, Pipe(source, Path(name))
        else:
            Path(name).symlink_to(source.path)


def _read_one_by_one(
    connection: DuckDBPyConnection,
    named: dict[str, LogSource],
    query_of: Callable[[Sequence[str]], str],
    look: Callable[[float], None],
) -> dict[str, str]:
    """Some file is damaged. Each is read alone, and the damaged ones are told."""
    import duckdb  # noqa: PLC0415  an extra

    pipes = [source.name for source in named.values() if source.size is None]
    if pipes:
        raise KubewitnessError(f"{pipes[0]}: a pipe beside a damaged file cannot be read again: name one at a time")
    for table in _REJECTS:
        connection.execute(f"DROP TABLE IF EXISTS {table}")
    broken = {}
    made = False
    for name, source in named.items():
        query = query_of([name])
        try:
            run(connection, f"INSERT INTO {SEEN} {query}" if made else f"CREATE TABLE {SEEN} AS {query}", look)
        except (duckdb.IOException, duckdb.InvalidInputException) as error:
            broken[name] = _what_is_wrong(source, error)
        else:
            made = True
    if not made:
        name, what = next(iter(broken.items()))
        raise KubewitnessError(f"{named[name].name}: {what}; so with all other files")
    return broken


def _what_is_wrong(source: LogSource, error: Exception) -> str:
    """In our own words: DuckDB's quote what stands in the line."""
    match source.compression:
        case Compression.GZIP:
            return "not read: the gzip file is damaged or not complete"
        case Compression.ZSTD:
            return "not read: the zstd file is damaged or not complete"
    return f"not read: DuckDB gives up ({type(error).__name__})"
