"""Which files a set of audit logs is: files, folders and patterns, rotated and compressed."""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass
from enum import StrEnum
from glob import glob, has_magic
from pathlib import Path
from typing import TYPE_CHECKING, Final

from kubewitness.errors import KubewitnessError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

STDIN: Final = "-"
_ENDINGS: Final = (".log", ".json", ".jsonl", ".ndjson")


class Compression(StrEnum):
    """The value is the ending by which DuckDB knows it."""

    NONE = ""
    GZIP = ".gz"
    ZSTD = ".zst"


_MAGIC: Final = {b"\x1f\x8b": Compression.GZIP, b"\x28\xb5\x2f\xfd": Compression.ZSTD}


@dataclass(frozen=True, slots=True)
class LogSource:
    """One file to read. ``name`` is for people; ``size`` is ``None`` for what has none, such as a pipe."""

    name: str
    path: Path
    size: int | None
    compression: Compression


@dataclass(frozen=True, slots=True)
class LogSet:
    """``ignored``: files of a named folder that are no logs, or that are in the set already; with the reason."""

    sources: tuple[LogSource, ...]
    ignored: tuple[str, ...]


def find_logs(names: Iterable[str]) -> LogSet:
    """Files in the order in which they are named; those of a folder and of a pattern by name, each file once.

    Rotated names (``audit-2026-11-21T10-00-00.000.log.gz``) sort by their time, before ``audit.log``. ``-`` is
    standard input. Raises KubewitnessError for what is not there or may not be read, and where nothing is left.
    """
    sources: dict[tuple[int, int], LogSource] = {}
    ignored: list[str] = []
    for name in names:
        for path in _paths(name, ignored):
            shown = name if name == STDIN else str(path)
            identity, source = _source(shown, path)
            if sources.setdefault(identity, source) is not source:
                ignored.append(f"{shown}: named twice")
    if not sources:
        raise KubewitnessError(f"--log {' '.join(names)}: no audit log there: name a file, a folder or a pattern")
    return LogSet(tuple(sources.values()), tuple(ignored))


def _paths(name: str, ignored: list[str]) -> Iterator[Path]:
    if name == STDIN:
        yield Path("/dev/stdin")
        return
    path = Path(name)
    if path.is_dir():
        yield from _of_folder(path, ignored)
    elif has_magic(name) and not path.exists():
        matches = sorted(glob(name))  # noqa: PTH207  of any pattern, absolute too
        yield from _without_half_made(map(Path, matches), ignored)
    else:
        yield path


def _of_folder(folder: Path, ignored: list[str]) -> Iterator[Path]:
    try:
        found = sorted(path for path in folder.iterdir() if path.is_file() and not path.name.startswith("."))
    except OSError as error:
        raise KubewitnessError(f"{folder}: cannot be read: {error.strerror}") from error
    logs = [path for path in found if _looks_like_a_log(path.name)]
    ignored.extend(f"{path}: not named like a log" for path in found if path not in logs)
    yield from _without_half_made(logs, ignored)


def _looks_like_a_log(name: str) -> bool:
    """``audit.log``, ``audit.log.1``, ``audit-….log.gz``, ``audit.jsonl.zst``."""
    for compression in Compression:
        name = name.removesuffix(compression)
    stem, dot, number = name.rpartition(".")
    return (stem if dot and number.isdecimal() else name).endswith(_ENDINGS)


def _without_half_made(paths: Iterable[Path], ignored: list[str]) -> Iterator[Path]:
    """While kube-apiserver compresses a rotated log, both files are there, and the new one is not complete."""
    listed = list(paths)
    for path in listed:
        if path.suffix in {Compression.GZIP, Compression.ZSTD} and path.with_suffix("") in listed:
            ignored.append(f"{path}: {path.with_suffix('').name} is there too")
        elif not path.is_dir():
            yield path


def _source(name: str, path: Path) -> tuple[tuple[int, int], LogSource]:
    """What the file is by its content: a name says nothing about how it was compressed. A pipe is not touched."""
    try:
        if name == STDIN:
            return (-1, -1), LogSource(name, path, None, Compression.NONE)
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            return (status.st_dev, status.st_ino), LogSource(name, path, None, Compression.NONE)
        with path.open("rb") as stream:
            head = stream.read(4)
            size = os.fstat(stream.fileno()).st_size
    except OSError as error:
        hint = ": name a file, a folder or a pattern" if isinstance(error, FileNotFoundError) else ""
        raise KubewitnessError(f"{name}: cannot be read: {error.strerror}{hint}") from error
    return (status.st_dev, status.st_ino), LogSource(name, path.absolute(), size, compression_of(head))


def compression_of(head: bytes) -> Compression:
    """What a file that begins so is."""
    return next((found for magic, found in _MAGIC.items() if head.startswith(magic)), Compression.NONE)
