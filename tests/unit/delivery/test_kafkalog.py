"""A broker's segment as it lies on disk. The bytes are made here, after the format's description."""

from __future__ import annotations

import gzip
import struct

import pytest

from tests.delivery.kafkalog import count, values


def varint(number: int) -> bytes:
    zigzag = number << 1 if number >= 0 else (-number << 1) - 1
    made = bytearray()
    while zigzag > 0x7F:
        made.append(zigzag & 0x7F | 0x80)
        zigzag >>= 7
    return bytes([*made, zigzag])


def batch(*records: bytes, codec: int = 0) -> bytes:
    body = b""
    for number, value in enumerate(records):
        record = b"\0" + varint(number) + varint(number) + varint(-1) + varint(len(value)) + value + varint(0)
        body += varint(len(record)) + record
    packed = gzip.compress(body) if codec == 1 else body
    rest = struct.pack(">ibihiqqqhii", 0, 2, 0, codec, len(records) - 1, 0, 0, -1, -1, -1, len(records)) + packed
    return struct.pack(">qi", 0, len(rest)) + rest


@pytest.mark.parametrize("codec", [0, 1])
def test_every_record_of_every_batch_is_read(codec: int) -> None:
    segment = batch(b"one", b"x" * 100_000, codec=codec) + batch(b"", "größer".encode(), codec=codec)

    assert list(values(segment)) == [b"one", b"x" * 100_000, b"", "größer".encode()]
    assert count(segment) == 4


def test_a_batch_that_is_being_written_does_not_count() -> None:
    segment = batch(b"one") + batch(b"two")[:-1]

    assert list(values(segment)) == [b"one"]
    assert count(segment) == 1


def test_a_compression_that_nobody_asked_for_is_named() -> None:
    with pytest.raises(ValueError, match="compression 3"):
        list(values(batch(b"one", codec=3)))
