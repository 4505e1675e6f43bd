"""The records in a segment of a Kafka topic, as the broker keeps them on disk. Pure.

Source: https://kafka.apache.org/documentation/#recordbatch
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from typing import Final

_HEAD: Final = struct.Struct(">qiibihiqqqhii")  # from baseOffset to the number of records
_LENGTH_FROM: Final = 12  # batchLength counts what comes after itself
_CODEC: Final = 0x07


def values(segment: bytes) -> Iterator[bytes]:
    """What each record holds; a batch that is being written is left out.

    Raises:
        ValueError: a batch is compressed in a way that this does not know.
    """
    for attributes, count, body in _batches(segment):
        match attributes & _CODEC:
            case 0:
                plain = body
            case 1:
                plain = zlib.decompress(body, wbits=31)
            case codec:
                raise ValueError(f"compression {codec}")
        place = 0
        for _ in range(count):
            value, place = _record(plain, place)
            yield value


def count(segment: bytes) -> int:
    """How many records there are."""
    return sum(number for _, number, _ in _batches(segment))


def _batches(segment: bytes) -> Iterator[tuple[int, int, bytes]]:
    """Attributes, number of records, and the records."""
    place = 0
    while place + _HEAD.size <= len(segment):
        head = _HEAD.unpack_from(segment, place)
        end = place + _LENGTH_FROM + head[1]
        if end > len(segment):
            return
        yield head[5], head[12], segment[place + _HEAD.size : end]
        place = end


def _record(data: bytes, place: int) -> tuple[bytes, int]:
    """Its value, and where the next one begins."""
    length, place = _number(data, place)
    end = place + length
    place += 1  # attributes
    _, place = _number(data, place)  # when
    _, place = _number(data, place)  # offset
    key, place = _number(data, place)
    place += max(key, 0)
    size, place = _number(data, place)
    return data[place : place + max(size, 0)], end


def _number(data: bytes, place: int) -> tuple[int, int]:
    """A zigzag varint, and where it ends."""
    value = shift = 0
    while True:
        byte = data[place]
        place += 1
        value |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            return (value >> 1) ^ -(value & 1), place
