from __future__ import annotations

import io
from typing import cast

from hypothesis import given
from hypothesis import strategies as st

from kubewitness.cli.lines import portions


class Pieces(io.BytesIO):
    """A pipe: each read brings what one write sent."""

    def __init__(self, *pieces: bytes) -> None:
        super().__init__()
        self.pieces = list(pieces)

    def read1(self, size: int | None = -1, /) -> bytes:
        del size
        return self.pieces.pop(0) if self.pieces else b""


def read(*pieces: bytes, longest: int = 100) -> list[list[bytes]]:
    return list(portions(cast("io.BufferedReader", Pieces(*pieces)), longest))


def test_lines_come_as_soon_as_they_are_complete() -> None:
    assert read(b"a\nb\nc", b"d\n", b"e\n") == [[b"a", b"b"], [b"cd"], [b"e"]]


def test_the_last_line_needs_no_newline() -> None:
    assert read(b"a\nb") == [[b"a"], [b"b"]]


def test_blank_lines_are_lines() -> None:
    assert read(b"\n\na\n\n") == [[b"", b"", b"a", b""]]


def test_nothing_is_no_line() -> None:
    assert read() == []


def test_of_a_line_that_is_too_long_only_a_part_is_kept() -> None:
    found = read(*[b"a" * 10] * 1000, b"a\nb\n", longest=25)

    assert found == [[b"a" * 30, b"b"]]


@given(st.lists(st.binary(min_size=1)))
def test_the_lines_are_those_of_the_whole(pieces: list[bytes]) -> None:
    found = [line for lines in read(*pieces, longest=1 << 20) for line in lines]

    assert found == b"".join(pieces).removesuffix(b"\n").split(b"\n") or found == []
    assert b"\n".join(found) == b"".join(pieces).removesuffix(b"\n")
