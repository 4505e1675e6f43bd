"""The text of one configuration file of rsyslog, with its places. Pure."""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import Final

from kubewitness.shippers.model import Place

_BLANK: Final = re.compile(r"(?:[ \t\r\n\f\v]|#[^\n]*|/\*.*?(?:\*/|\Z))*+", re.DOTALL)
_CONTINUED: Final = re.compile(r"\\[ \t\r\f\v]*\n[ \t\r\f\v]*")
_ESCAPE: Final = re.compile(r"\\(x[0-9a-fA-F]{2}|[0-7]{1,3}|.)", re.DOTALL)
_ESCAPED: Final = {"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}


class Text:
    """One file, its continued lines joined as rsyslog does before it parses. ``at`` moves forward only.

    Source: https://github.com/rsyslog/rsyslog/blob/v8.2302.0/grammar/rainerscript.c (readConfFile)
    """

    __slots__ = ("_offsets", "_shifts", "_starts", "at", "file", "text")

    def __init__(self, text: str, file: str) -> None:
        self.file = file
        self.at = 0
        self.text, self._offsets, self._shifts = _join(text)
        self._starts = [0, *(found.end() for found in re.finditer("\n", text))]

    def place(self, at: int | None = None) -> Place:
        """Where ``at`` stands in the file as it was written; ``None``: where the reading is."""
        position = self.at if at is None else at
        position += self._shifts[bisect_right(self._offsets, position) - 1]
        line = bisect_right(self._starts, position) - 1
        return Place(self.file, line + 1, position - self._starts[line] + 1)

    @property
    def ended(self) -> bool:
        """Whether nothing is left."""
        return self.at >= len(self.text)

    @property
    def begins_line(self) -> bool:
        """Whether only blanks stand before this place on its line: some filters are filters only there."""
        before = self.at
        while before and self.text[before - 1] in " \t":
            before -= 1
        return before == 0 or self.text[before - 1] == "\n"

    def skip_blanks(self) -> None:
        """Past blanks, line ends and comments."""
        found = _BLANK.match(self.text, self.at)
        self.at = found.end() if found else self.at

    def peek(self) -> str:
        """The next character; empty at the end."""
        return self.text[self.at : self.at + 1]

    def take(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        """What ``pattern`` finds here, and past it."""
        found = pattern.match(self.text, self.at)
        if found:
            self.at = found.end()
        return found

    def rest_of_line(self) -> str:
        """What is left of this line, and past it."""
        end = self.text.find("\n", self.at)
        end = len(self.text) if end < 0 else end
        line, self.at = self.text[self.at : end], end
        return line


def unescape(text: str) -> str:
    r"""What a quoted string stands for: ``\n``, ``\"``, ``\\``, ``\x41``, ``\101``."""

    def plain(found: re.Match[str]) -> str:
        code = found[1]
        if code[0] == "x" and len(code) == 3:
            return chr(int(code[1:], 16))
        if code[0] in "01234567":
            return chr(int(code, 8) & 0xFF)
        return _ESCAPED.get(code, code)

    return _ESCAPE.sub(plain, text)


def _join(text: str) -> tuple[str, list[int], list[int]]:
    """The text without its continuations; from each offset in the one on, how far it is behind the other."""
    parts: list[str] = []
    offsets, shifts = [0], [0]
    done = length = 0
    for found in _CONTINUED.finditer(text):
        parts.append(text[done : found.start()])
        length += found.start() - done
        done = found.end()
        offsets.append(length)
        shifts.append(done - length)
    parts.append(text[done:])
    return "".join(parts), offsets, shifts
