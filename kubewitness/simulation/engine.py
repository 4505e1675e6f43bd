"""DuckDB in a private folder, with bounds, that ends when it is told to.

What does not fit into memory is spilled into that folder. It is removed at the end, also after a signal; what a crash
left behind is removed by the next run.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import signal
import sys
import tempfile
import threading
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NoReturn

from kubewitness.errors import KubewitnessError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from duckdb import DuckDBPyConnection

OLDEST: Final = (1, 4)
"""The first DuckDB with which this was tried: 1.2 cannot try an expression."""

_PREFIX: Final = "kubewitness-simulate-"
_LOCK: Final = "lock"
_MOST_THREADS: Final = 16
_GIB: Final = 1 << 30
_UNITS: Final = {"KiB": 1 << 10, "MiB": 1 << 20, "GiB": _GIB, "TiB": 1 << 40}
_LOOK_SECONDS: Final = 0.1


def _duckdb() -> Any:
    """The module. Raises KubewitnessError where it is missing or too old."""
    try:
        import duckdb  # noqa: PLC0415  an extra, and slow to import
    except ImportError as error:
        raise KubewitnessError("duckdb is not installed: pip install 'kubewitness[logs]'") from error
    if tuple(map(int, duckdb.__version__.split(".")[:2])) < OLDEST:
        wanted = ".".join(map(str, OLDEST))
        raise KubewitnessError(f"duckdb {duckdb.__version__} is too old: pip install 'duckdb>={wanted}'")
    return duckdb


@contextmanager
def engine() -> Iterator[tuple[DuckDBPyConnection, Path]]:
    """A connection, and a folder of mode 0700 that is gone afterwards. Raises KubewitnessError without DuckDB."""
    duckdb = _duckdb()
    with _signals_end_it(), _private_folder() as folder:
        threads = min(len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1, _MOST_THREADS)
        settings = {
            "threads": threads,
            "temp_directory": str(folder / "spilled"),
            "preserve_insertion_order": False,
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
            "enable_progress_bar": True,
            "enable_progress_bar_print": False,
        }
        with duckdb.connect(":memory:") as connection:
            settings["memory_limit"] = f"{_bound(connection, threads) >> 20}MiB"
            for name, value in settings.items():
                connection.execute(f"SET {name} = ?", [value])
            try:
                yield connection, folder
            except duckdb.OutOfMemoryException as error:
                raise KubewitnessError(
                    f"the logs need more than {settings['memory_limit']} of memory and the room in {folder.parent}:"
                    " name fewer of them at a time, or set TMPDIR"
                ) from error


def _bound(connection: DuckDBPyConnection, threads: int) -> int:
    """In bytes: enough for events of 30 MB, and never more than DuckDB would take itself on this machine.

    An ordinary log needs a fifth of it.
    """
    said = connection.execute("SELECT current_setting('memory_limit')").fetchall()[0][0]
    number, _, unit = said.partition(" ")
    return min(_GIB // 2 + threads * _GIB * 3 // 4, int(float(number) * _UNITS.get(unit, 1)))


def run(connection: DuckDBPyConnection, statement: str, look: Callable[[float], None]) -> None:
    """Execute it; ``look`` hears now and then how many percent are done. Ends at once when Python is interrupted.

    Raises what DuckDB raises. In a thread, because DuckDB does not look for signals itself.
    """
    failure: list[BaseException] = []
    ended = threading.Event()

    def work() -> None:
        try:
            connection.execute(statement)
        except BaseException as error:  # noqa: BLE001  it is raised where it belongs
            failure.append(error)
        finally:
            ended.set()

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    try:
        while not ended.wait(_LOOK_SECONDS):
            look(connection.query_progress())
    except BaseException:
        connection.interrupt()
        while not ended.wait(_LOOK_SECONDS):  # it had not begun
            connection.interrupt()
        raise
    if failure:
        raise failure[0]


@contextmanager
def _private_folder() -> Iterator[Path]:
    """Locked while it is in use, so that nobody takes it for a left one."""
    _remove_left_ones()
    folder = Path(tempfile.mkdtemp(prefix=_PREFIX))
    try:
        with (folder / "unlocked").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            (folder / "unlocked").rename(folder / _LOCK)
            yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _remove_left_ones() -> None:
    for lock in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*/{_LOCK}"):
        try:
            if lock.parent.is_symlink() or lock.parent.stat().st_uid != os.getuid():
                continue
            with lock.open() as stream:
                fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(lock.parent, ignore_errors=True)
        except OSError:  # in use, or already gone
            continue


@contextmanager
def _signals_end_it() -> Iterator[None]:
    """A signal that would end the process at once ends it with its folder removed."""

    def leave(number: int, _frame: object) -> NoReturn:
        raise SystemExit(128 + number)

    if threading.current_thread() is not threading.main_thread():
        yield
        return
    former = {number: signal.signal(number, leave) for number in (signal.SIGTERM, signal.SIGHUP)}
    try:
        yield
    finally:
        for number, handler in former.items():
            signal.signal(number, handler)
