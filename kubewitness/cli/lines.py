"""Lines of a stream as they come: a filter answers whenever its input pauses, and holds no more than one long line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator
    from io import BufferedReader

_PORTION: Final = 1 << 18


def portions(stream: BufferedReader, longest: int) -> Iterator[list[bytes]]:
    """The lines that one read completed, without their newlines. The last line needs none.

    Of a line with more than ``longest`` bytes some more than that come, and the rest is passed over. Raises OSError.
    """
    begun: list[bytes] = []
    length = 0
    while portion := stream.read1(_PORTION):
        head, newline, rest = portion.partition(b"\n")
        if length <= longest:
            begun.append(head)
            length += len(head)
        if newline:
            lines = [b"".join(begun), *rest.split(b"\n")]
            begun = [lines.pop()]
            length = len(begun[0])
            yield lines
    if length:
        yield [b"".join(begun)]
