"""How many lines are too long, counted in portions: a line of any length takes no memory."""

from __future__ import annotations

from kubewitness.simulation.events import LONGEST_LINE


class LongLines:
    """Portions of a text come in, each smaller than a line that is too long."""

    def __init__(self) -> None:
        self._count = 0
        self._length = 0

    def add(self, portion: bytes) -> None:
        """The next portion."""
        end = portion.find(b"\n")
        if end < 0:
            self._length += len(portion)
            return
        self._count += self._length + end > LONGEST_LINE
        self._length = len(portion) - portion.rfind(b"\n") - 1

    def count(self) -> int:
        """With the last line, which may have no newline."""
        return self._count + (self._length > LONGEST_LINE)
