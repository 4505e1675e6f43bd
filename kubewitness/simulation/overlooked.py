"""What DuckDB passes over without a word: lines too long for its buffers, and the rest of a damaged gzip file.

Looked for in each file of which the scan has not seen as many bytes as the file says that it has.
"""

from __future__ import annotations

import gzip
import io
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO, Final, cast

from kubewitness.simulation.logfiles import Compression, LogSource
from kubewitness.simulation.longlines import LongLines
from kubewitness.simulation.model import Why
from kubewitness.simulation.textsize import text_size

if TYPE_CHECKING:
    from collections.abc import Mapping

_PORTION: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class Overlooked:
    """Of one file. ``too_long``: lines; ``at_least``: there may be more. ``damage``: ``None`` where all is well."""

    too_long: int = 0
    at_least: bool = False
    damage: str | None = None


def overlooked(source: LogSource, scanned: int, rejected: Mapping[Why, int]) -> Overlooked:
    """``scanned``: bytes of all lines of this file that the scan has seen. ``rejected``: lines that it told of, by why.

    Not of a pipe. Of a zstd file, which cannot be read here, only that there is something.
    """
    try:
        size = text_size(source)
        if size is not None and scanned in {size, size + 1}:  # the last line may have no newline
            return Overlooked()
        if source.compression is Compression.ZSTD:
            certain = size is not None and scanned < size and not rejected
            return Overlooked(max(rejected.get(Why.TOO_LONG, 0), certain), at_least=True)
        return Overlooked(_count(source))
    except (OSError, EOFError, zlib.error):
        return Overlooked(damage="damaged: only a part of it was read")


def open_text(source: LogSource) -> BinaryIO:
    """The bytes of the log. Raises OSError for what cannot be read (again): a pipe, a zstd file."""
    if source.size is None or source.compression is Compression.ZSTD:
        raise io.UnsupportedOperation(source.name)
    if source.compression is Compression.GZIP:
        return cast("BinaryIO", gzip.open(source.path))
    return source.path.open("rb")


def _count(source: LogSource) -> int:
    lines = LongLines()
    with open_text(source) as stream:
        while portion := stream.read(_PORTION):
            lines.add(portion)
    return lines.count()
