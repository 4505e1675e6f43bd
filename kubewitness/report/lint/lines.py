"""Lines for people at a terminal: wrapped, in colour where that is wanted, steered by nothing that was read."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from kubewitness.model import Severity
from kubewitness.report.safe import safe, safe_lines

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kubewitness.report import Options

STYLES: Final = {
    Severity.CRITICAL: "1;31",
    Severity.HIGH: "1;31",
    Severity.MEDIUM: "33",
    Severity.LOW: "36",
    Severity.INFO: "2",
}
LABEL: Final = 19
"""Indent, severity and id: behind them the message begins."""
_LEAST_WIDTH: Final = 40


@dataclass(frozen=True, slots=True)
class Lines:
    """Writes text as the reader's side can show it."""

    width: int
    color: bool
    ascii_only: bool

    @classmethod
    def of(cls, options: Options) -> Lines:
        """At least ``_LEAST_WIDTH`` wide."""
        return cls(max(options.width, _LEAST_WIDTH), options.color, options.ascii_only)

    def wrapped(self, text: str, indent: int) -> list[str]:
        """``text`` on lines of this width, all of them indented."""
        lines = textwrap.wrap(
            self.safe(text),
            max(self.width, indent + 20),
            initial_indent=" " * indent,
            subsequent_indent=" " * indent,
            break_long_words=False,
            break_on_hyphens=False,
        )
        return lines or [""]

    def finding(self, severity: Severity, rule: str, text: str) -> Iterator[str]:
        """A finding under the place where it is."""
        lines = self.wrapped(text, LABEL)
        yield f"    {self.styled(f'{severity:8}', STYLES[severity])} {rule} {lines[0].lstrip()}"
        yield from lines[1:]

    def pasted(self, text: str, indent: int) -> Iterator[str]:
        """A text to paste: never broken."""
        yield from (f"{' ' * indent}{line}" for line in safe_lines(text, ascii_only=self.ascii_only))

    def safe(self, text: str) -> str:
        """On one line, and steering nothing."""
        return safe(text, ascii_only=self.ascii_only)

    def styled(self, text: str, style: str) -> str:
        """In colour where that is wanted."""
        return f"\x1b[{style}m{text}\x1b[0m" if self.color and style else text
