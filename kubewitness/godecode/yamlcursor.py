"""The characters of a YAML file as go-yaml v2's scanner meets them, with its buffer.

go-yaml decodes 512 bytes at a time, when it needs them: what is no text stops it there, and not before. It also takes a
byte order mark at the start of its *buffer* for one at the start of any line, and then loses that line's first
character. So it matters where the buffer starts. Source: https://pkg.go.dev/go.yaml.in/yaml/v2
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from kubewitness.godecode.tree import Mark, TreeError
from kubewitness.godecode.yamlbytes import BREAKS, decoded

BLANKS: Final = " \t"
END: Final = "\0"
"""What stands behind the last character; no file that is read this far has one inside."""
BREAKS_OR_END: Final = BREAKS + END
BLANKS_OR_END: Final = BLANKS + BREAKS_OR_END

_MARK: Final = "\ufeff"
_AHEAD: Final = END * 16
_BLANKS: Final = re.compile(f"[{BLANKS}]*")
_LINE: Final = re.compile(f"[^{BREAKS_OR_END}]*")


class Spot(NamedTuple):
    """A place in the file. ``at`` counts characters; all count from 0, as go-yaml does."""

    at: int
    line: int
    column: int

    @property
    def mark(self) -> Mark:
        """The same for people."""
        return Mark(self.line + 1, self.column + 1)


def refused(problem: str, spot: Spot, context: Spot | None = None, *, scanning: bool = False) -> TreeError:
    """The error with go-yaml's line: its parser counts from 0, its scanner from 1, and neither says the first."""
    line = 0
    if spot.line:
        line = spot.line + scanning
    elif context is not None:
        line = context.line
    return TreeError(f"yaml: line {line}: {problem}" if line else f"yaml: {problem}", spot.mark)


class Cursor:
    """Where the scanner stands in ``text``, which goes on with ``END`` behind the file."""

    __slots__ = ("_begin", "_chunk", "_file", "_ready", "at", "line", "line_start", "text")

    def __init__(self, data: bytes) -> None:
        self._file = decoded(data or b"\n")
        self.text = self._file.text + _AHEAD
        self.at = 0
        self.line = 0
        self.line_start = 0
        self._begin = 0
        self._ready = 0
        self._chunk = 0

    @property
    def char(self) -> str:
        """The next character."""
        return self.text[self.at]

    @property
    def column(self) -> int:
        """Characters since the start of the line."""
        return self.at - self.line_start

    @property
    def spot(self) -> Spot:
        """This place."""
        return Spot(self.at, self.line, self.at - self.line_start)

    def refused(self, problem: str, context: Spot | None = None) -> TreeError:
        """A scanner's error at this place."""
        return refused(problem, self.spot, context, scanning=True)

    def need(self, count: int) -> None:
        """Have so many characters in the buffer. Raises TreeError where they are none."""
        if self.at + count > self._ready:
            self._fill(count)

    def _fill(self, count: int) -> None:
        self._begin = self.at
        while self.at + count > self._ready:
            if self._chunk < len(self._file.ends):
                self._ready = self._file.ends[self._chunk]
                self._chunk += 1
            elif self._file.fault is not None:
                raise self._file.fault
            else:
                self._ready += 1
                break

    def run(self, pattern: re.Pattern[str], ahead: int = 1) -> str:
        """Move over what ``pattern`` matches here and return it; after each character ``ahead`` more are needed."""
        start, end = self.at, _end(pattern, self.text, self.at)
        short = max(self._ready - ahead + 1, start + 1)
        while short <= end:
            self.at = short
            self.need(ahead)
            short = max(self._ready - ahead + 1, short + 1)
        self.at = end
        return self.text[start:end]

    def break_line(self) -> str:
        """Move over a line break and return what a scalar makes of it."""
        found = self.text[self.at]
        self.at += 2 if self.text.startswith("\r\n", self.at) else 1
        self.line += 1
        self.line_start = self.at
        return found if found in "\u2028\u2029" else "\n"

    def is_document_indicator(self) -> bool:
        """Whether the line starts with ``---`` or ``...`` and nothing joined to it."""
        return (
            self.at == self.line_start
            and self.text.startswith(("---", "..."), self.at)
            and self.text[self.at + 3] in BLANKS_OR_END
        )

    def skip_comment(self) -> None:
        """Move to the end of the line, where a comment starts."""
        if self.char == "#":
            self.run(_LINE)

    def finish_line(self, start: Spot) -> None:
        """Move over blanks, a comment and the line break. Raises TreeError where there is more."""
        self.need(1)
        self.run(_BLANKS)
        self.skip_comment()
        if self.char not in BREAKS_OR_END:
            raise self.refused("did not find expected comment or line break", start)
        if self.char != END:
            self.need(2)
            self.break_line()

    def skip_mark(self) -> None:
        """Move over a byte order mark at the start of a line, as go-yaml believes."""
        if self.at == self.line_start and self.text[self._begin] == _MARK:
            self.at += 1

    def end_line(self) -> None:
        """The file ends as if with a line break."""
        if self.at != self.line_start:
            self.line += 1
            self.line_start = self.at


def _end(pattern: re.Pattern[str], text: str, start: int) -> int:
    match = pattern.match(text, start)
    return start if match is None else match.end()
