"""How large the text of a log is by its own account: without reading it, so that a scan can be held against it."""

from __future__ import annotations

import io
import mmap
import re
from typing import TYPE_CHECKING, BinaryIO, Final

from kubewitness.simulation.logfiles import Compression

if TYPE_CHECKING:
    from kubewitness.simulation.logfiles import LogSource

_GZIP_TRAILER: Final = 4
_GZIP_MEMBER: Final = re.compile(rb"\x1f\x8b\x08[\x00-\x1f]")
"""How a member begins, by RFC 1952. In what is compressed these bytes come once in 134 MB."""

_ZSTD_FRAME: Final = 0xFD2FB528
_ZSTD_SKIPPED: Final = 0x184D2A5
_ZSTD_FLAGS: Final = 1
_RAW_REPEATED: Final = 1
"""The type of a block that is one byte, written once."""


def text_size(source: LogSource) -> int | None:
    """In bytes. ``None`` where the file does not tell: several gzip members, a zstd file that was made from a pipe.

    What it tells may be wrong: in a damaged file, and of a gzip text of 4 GiB and more. Raises OSError.
    """
    if not source.size:
        return source.size
    match source.compression:
        case Compression.GZIP:
            return _of_gzip(source)
        case Compression.ZSTD:
            with source.path.open("rb") as stream:
                return _of_zstd(stream)
    return source.size


def _of_gzip(source: LogSource) -> int | None:
    """The trailer is that of the last member only."""
    with source.path.open("rb") as stream, mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as data:
        if _GZIP_MEMBER.search(data, 1):
            return None
        return int.from_bytes(data[-_GZIP_TRAILER:], "little")


def _of_zstd(stream: BinaryIO) -> int | None:
    """Of all frames. Their blocks are stepped over.

    Source: https://datatracker.ietf.org/doc/html/rfc8878#section-3.1
    """
    size = 0
    while magic := stream.read(4):
        number = int.from_bytes(magic, "little")
        if number >> 4 == _ZSTD_SKIPPED:
            stream.seek(_number(stream, 4), io.SEEK_CUR)
            continue
        told = _of_frame(stream) if number == _ZSTD_FRAME else None
        if told is None:
            return None
        size += told
    return size


def _of_frame(stream: BinaryIO) -> int | None:
    flags = _number(stream, _ZSTD_FLAGS)
    in_one_segment = bool(flags & 0x20)
    dictionary = (0, 1, 2, 4)[flags & 3]
    field = (int(in_one_segment), 2, 4, 8)[flags >> 6]
    stream.seek(dictionary + (not in_one_segment), io.SEEK_CUR)
    if not field:
        return None
    told = _number(stream, field) + (256 if field == 2 else 0)
    last = False
    while not last:
        head = stream.read(3)
        if len(head) < 3:
            return None
        block = int.from_bytes(head, "little")
        last = bool(block & 1)
        stream.seek(1 if block >> 1 & 3 == _RAW_REPEATED else block >> 3, io.SEEK_CUR)
    stream.seek(4 if flags & 4 else 0, io.SEEK_CUR)
    return told


def _number(stream: BinaryIO, size: int) -> int:
    return int.from_bytes(stream.read(size), "little")
