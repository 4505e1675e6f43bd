"""A page of text for a terminal: wrapped lines with a hanging indent, and columns.

Every text is a value and never markup. Nothing is cut: what does not fit is wrapped.
"""

from __future__ import annotations

from io import StringIO
from typing import TYPE_CHECKING, Final, NamedTuple

from rich.console import Console
from rich.text import Text

from kubewitness.report.safe import safe

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kubewitness.report import Options

MIN_WIDTH: Final = 20
_NARROWEST: Final = 24
"""A wrapped column of fewer cells is no column."""
_SHORTEST: Final = 12
"""Cells that are left of a line however deep it stands."""
_GAP: Final = 2


class Cell(NamedTuple):
    """A text and its style: ``bold``, ``red``, ``dim`` and the like; it must read without."""

    text: str
    style: str = ""


class Page:
    """Collects lines. ``options``: how wide it is, whether in colour, whether ASCII only."""

    def __init__(self, options: Options) -> None:
        self.width: Final = max(options.width, MIN_WIDTH)
        self._ascii_only = options.ascii_only
        self._file = StringIO()
        self._console = Console(
            file=self._file,
            width=self.width,
            color_system="standard" if options.color else None,
            force_terminal=options.color,
            force_jupyter=False,
            legacy_windows=False,
            markup=False,
            emoji=False,
            highlight=False,
            _environ={},  # rich reads COLUMNS, TERM and more; the command line has done so already
        )

    def blank(self) -> None:
        """An empty line."""
        self._file.write("\n")

    def line(self, *cells: Cell | str, indent: int = 0, hang: int = 2) -> None:
        """A paragraph of parts, one behind the other; its further lines stand ``hang`` deeper."""
        text = self._assembled(cells)
        indent = min(indent, self.width - _SHORTEST)
        if indent + text.cell_len <= self.width:
            self._put(indent, text)
            return
        hang = min(hang, self.width - _SHORTEST - indent)
        first, *others = text.wrap(self._console, self.width - indent - hang, overflow="fold")
        self._put(indent, first)
        for other in others:
            self._put(indent + hang, other)

    def command(self, text: str, indent: int = 0) -> None:
        """Something to paste: never broken, however long."""
        self._put(indent, self._assembled((Cell(text, "dim"),)))

    def columns(self, rows: Sequence[Sequence[Cell]], indent: int = 0, wrapped: int = -1) -> bool:
        """Rows of cells, aligned; the cells of the column ``wrapped`` (the last one) are broken where they must be.

        False, and nothing is written, where that leaves no room for it.
        """
        texts = [[self._assembled((cell,)) for cell in row] for row in rows]
        widths = [max(text.cell_len for text in column) for column in zip(*texts, strict=True)]
        wrapped %= len(widths)
        others = sum(width for at, width in enumerate(widths) if at != wrapped) + _GAP * (len(widths) - 1)
        room = self.width - indent - others
        if room < min(widths[wrapped], _NARROWEST):
            return False
        widths[wrapped] = min(widths[wrapped], room)
        for row in texts:
            broken = row[wrapped].wrap(self._console, widths[wrapped], overflow="fold") or [Text()]
            for number, part in enumerate(broken):
                cells = [part if at == wrapped else text if number == 0 else Text() for at, text in enumerate(row)]
                self._put(indent, _aligned(cells, widths))
        return True

    def rows(self, rows: Sequence[Sequence[Cell]], indent: int = 0) -> None:
        """The same, as lines where there is no room for columns."""
        if not self.columns(rows, indent):
            for row in rows:
                self.line(*_joined(row), indent=indent, hang=4)

    def text(self) -> str:
        """The page so far, without blanks at the end of lines."""
        return "".join(f"{line.rstrip()}\n" for line in self._file.getvalue().rstrip("\n").split("\n"))

    def _assembled(self, cells: Sequence[Cell | str]) -> Text:
        return Text.assemble(
            *(
                (safe(text, ascii_only=self._ascii_only), style)
                for text, style in (cell if isinstance(cell, Cell) else Cell(cell) for cell in cells)
            )
        )

    def _put(self, indent: int, text: Text) -> None:
        self._console.print(Text(" " * indent).append_text(text), soft_wrap=True)


def _aligned(cells: Sequence[Text], widths: Sequence[int]) -> Text:
    line = Text()
    for cell, width in zip(cells, widths, strict=True):
        line.append_text(cell).append(" " * (width + _GAP - cell.cell_len))
    line.rstrip()
    return line


def _joined(row: Sequence[Cell]) -> list[Cell | str]:
    parts: list[Cell | str] = []
    for cell in row:
        if cell.text:
            parts += ["  ", cell] if parts else [cell]
    return parts
