"""What DuckDB passes over without a word: lines too long for its buffers, and the rest of a damaged gzip file.

Looked for where the scan's bytes are fewer than the files': otherwise nothing is missing.
"""

from __future__ import annotations

import gzip
import io
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO, Final, cast

from kubewitness.simulation.events import LONGEST_LINE
from kubewitness.simulation.logfiles import Compression, LogSource

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_PORTION: Final = 1 << 20
_GZIP_TRAILER: Final = 4


@dataclass(frozen=True, slots=True)
class Overlooked:
    """By the name of the file: how many lines were too long; and what is wrong with it."""

    long_lines: Mapping[str, int]
    damaged: Mapping[str, str]


def overlooked(sources: Sequence[LogSource], scanned: int) -> Overlooked:
    """``scanned``: bytes of all lines that the scan has seen. What cannot be looked into is left out: pipes, zstd."""
    sizes = [_text_size(source) for source in sources]
    if all(size is not None for size in sizes) and sum(size or 0 for size in sizes) <= scanned:
        return Overlooked({}, {})
    long_lines: dict[str, int] = {}
    damaged: dict[str, str] = {}
    for source in filter(can_be_looked_into, sources):
        try:
            count = _count(source)
        except (OSError, EOFError, zlib.error):
            damaged[source.name] = "damaged: only a part of it was read"
        else:
            if count:
                long_lines[source.name] = count
    return Overlooked(long_lines, damaged)


def can_be_looked_into(source: LogSource) -> bool:
    """Whether ``open_text`` can read it."""
    return source.size is not None and source.compression is not Compression.ZSTD


def open_text(source: LogSource) -> BinaryIO:
    """The bytes of the log. Raises OSError for what cannot be read (again)."""
    if not can_be_looked_into(source):
        raise io.UnsupportedOperation(source.name)
    if source.compression is Compression.GZIP:
        return cast("BinaryIO", gzip.open(source.path))
    return source.path.open("rb")


def _text_size(source: LogSource) -> int | None:
    """Of what is inside. Of a gzip file what its last bytes say, which may be wrong; then it is looked into."""
    if source.size is None or not can_be_looked_into(source):
        return None
    if source.compression is Compression.NONE:
        return source.size
    with source.path.open("rb") as stream:
        stream.seek(-_GZIP_TRAILER, io.SEEK_END)
        return int.from_bytes(stream.read(_GZIP_TRAILER), "little")


def _count(source: LogSource) -> int:
    """How many of its lines are too long. A line of any length takes one portion of memory."""
    count = 0
    length = 0
    with open_text(source) as stream:
        while portion := stream.read(_PORTION):
            end = portion.find(b"\n")
            if end < 0:
                length += len(portion)
                continue
            count += length + end > LONGEST_LINE
            length = len(portion) - portion.rfind(b"\n") - 1
    return count + (length > LONGEST_LINE)
