"""Columns of text: numbers to the right, words to the left, the last column wrapped between words. Nothing is cut."""

from __future__ import annotations

import textwrap
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from kubewitness.report.safe import safe

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from kubewitness.report import Options

_GAP: Final = "  "
_LEAST_LAST: Final = 24
"""Cells that the last column has in any case, however narrow the terminal is."""

BOLD, DIM, RED = "1", "2", "31"


@dataclass(frozen=True, slots=True)
class Writer:
    """Lines for one reader. Every text that was read goes through here, and becomes visible characters only."""

    options: Options

    def styled(self, text: str, style: str) -> str:
        """In colour where that is wanted. ``text`` is safe already."""
        return f"\x1b[{style}m{text}\x1b[0m" if self.options.color and text.strip() else text

    def safe(self, text: str) -> str:
        return safe(text, ascii_only=self.options.ascii_only)

    def paragraph(self, text: str, *, bullet: str = "") -> list[str]:
        """Wrapped; the further lines stand under the first one's words."""
        indent = " " * len(bullet)
        width = max(self.options.width, len(bullet) + _LEAST_LAST)
        lines = textwrap.wrap(self.safe(text), width - len(bullet), break_long_words=False, break_on_hyphens=False) or [
            ""
        ]
        return [f"{indent if number else bullet}{line}" for number, line in enumerate(lines)]

    def grid(self, head: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
        """``head`` in capitals; a column is one of numbers where its title begins with ``>``, which is not shown."""
        right = [title.startswith(">") for title in head]
        table = [[title.removeprefix(">") for title in head], *([self.safe(cell) for cell in row] for row in rows)]
        widths = [max(map(_width, column)) for column in zip(*table, strict=True)]
        for number, row in enumerate(table):
            style = "" if number else BOLD
            yield from self._row(row, widths, right, style)

    def _row(self, row: Sequence[str], widths: Sequence[int], right: Sequence[bool], style: str) -> Iterator[str]:
        *front, last = row
        before = "".join(
            f"{_padded(cell, width, right=flag)}{_GAP}" for cell, width, flag in zip(front, widths, right, strict=False)
        )
        if right[-1]:
            yield self.styled(f"{before}{_padded(last, widths[-1], right=True)}", style or "0")
            return
        room = max(self.options.width - _width(before), _LEAST_LAST)
        for number, part in enumerate(_folded(last, room)):
            yield self.styled(f"{before if number == 0 else ' ' * _width(before)}{part}".rstrip(), style or "0")


def _padded(text: str, width: int, *, right: bool) -> str:
    blanks = " " * (width - _width(text))
    return f"{blanks}{text}" if right else f"{text}{blanks}"


def _folded(text: str, room: int) -> list[str]:
    """Parts of about ``room`` cells, broken between words: a name stays whole, to be copied."""
    if _width(text) <= room:
        return [text]
    return textwrap.wrap(text, room, break_long_words=False, break_on_hyphens=False) or [""]


def _width(text: str) -> int:
    """In cells of a terminal: Chinese, Japanese and Korean characters take two, combining ones none."""
    if text.isascii():
        return len(text)
    return sum(
        0 if unicodedata.combining(char) else 2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text
    )
