"""Lines that are too long for DuckDB's buffers. It passes some of them over without a word, so they are looked for.

Only where the scan's bytes are fewer than the files': otherwise no line is missing.
"""

from __future__ import annotations

import gzip
import io
from typing import TYPE_CHECKING, BinaryIO, Final, cast

from kubewitness.simulation.events import LONGEST_LINE
from kubewitness.simulation.logfiles import Compression, LogSource

if TYPE_CHECKING:
    from collections.abc import Sequence

_PORTION: Final = 1 << 20
_GZIP_TRAILER: Final = 4


def long_lines(sources: Sequence[LogSource], scanned: int) -> dict[str, int]:
    """By the name of the file, where there are any. ``scanned``: bytes of all lines that the scan has seen.

    What cannot be looked into is left out: a pipe, and zstd.
    """
    sizes = [_text_size(source) for source in sources]
    if all(size is not None for size in sizes) and sum(size or 0 for size in sizes) <= scanned:
        return {}
    counts = {source.name: _count(source) for source in sources if can_be_looked_into(source)}
    return {name: count for name, count in counts.items() if count}


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
    count = 0
    length = 0
    try:
        with open_text(source) as stream:
            while portion := stream.read(_PORTION):
                end = portion.find(b"\n")
                if end < 0:
                    length += len(portion)
                    continue
                count += length + end > LONGEST_LINE
                length = len(portion) - portion.rfind(b"\n") - 1
    except (OSError, EOFError):  # damaged: it is told of as a file that was not read
        return 0
    return count + (length > LONGEST_LINE)
