"""For people at a terminal: a row a request, a column a policy; as a list where the columns do not fit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from kubewitness.auditpolicy.types import Level
from kubewitness.report.policy.matrix import ASCII_GLYPHS, GLYPHS, decided_at, legend, remark, summary
from kubewitness.report.policy.page import Cell, Page

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kubewitness.auditpolicy.matrix import MatrixCell, MatrixRow
    from kubewitness.report import Options
    from kubewitness.report.policy.matrix import MatrixReport

_STYLES: Final = {
    Level.NONE: "red",
    Level.METADATA: "green",
    Level.REQUEST: "cyan",
    Level.REQUEST_RESPONSE: "magenta",
}
_WARNING: Final = "bold red"
_LONGEST_NAME: Final = 24
_LETTERS: Final = 26


def render(report: MatrixReport, options: Options) -> str:
    """All probes by family, and the counts of each policy."""
    page = Page(options)
    glyphs = ASCII_GLYPHS if options.ascii_only else GLYPHS
    names = _names(report.files)
    head = (Cell("THE POLICY RECORDS", "bold"), *(Cell(name, "bold") for name in names))
    rows: list[tuple[Cell, ...]] = [head]
    for family, found in report.matrix.families:
        rows += [(Cell(""),) * len(head), (Cell(family, "bold"), *(Cell("") for _ in names))]
        rows += [_row(report, row, glyphs) for row in found]
    if not page.columns(rows, wrapped=0):
        _list(page, report, names, glyphs)
    page.blank()
    for index, (name, file) in enumerate(zip(names, report.files, strict=True)):
        page.line(Cell(f"{name}: " if name == file else f"{name} ({file}): ", "bold"), summary(report, index))
    notes = (f"{text}: {meaning}" for text, meaning in legend(report))
    page.line(Cell("; ".join(("behind the level stands the line of the rule that decides", *notes)), "dim"))
    return page.text()


def _names(files: tuple[str, ...]) -> tuple[str, ...]:
    """As short as they can be and still differ: the file, its name, a letter."""
    short = tuple(file.rpartition("/")[2] or file for file in files)
    for names in (files, short):
        if len(set(names)) == len(files) and max(map(len, names)) <= _LONGEST_NAME:
            return names
    return tuple(chr(ord("A") + index) if index < _LETTERS else f"#{index + 1}" for index in range(len(files)))


def _row(report: MatrixReport, row: MatrixRow, glyphs: Mapping[Level, str]) -> tuple[Cell, ...]:
    cells = (_cell(report, index, cell, glyphs) for index, cell in enumerate(row.cells))
    return (Cell(row.probe.title), *cells)


def _cell(report: MatrixReport, index: int, cell: MatrixCell, glyphs: Mapping[Level, str]) -> Cell:
    note = remark(cell)
    glyph = f"{glyphs[cell.level]:{max(map(len, glyphs.values()))}}"
    text = f"{glyph} {cell.level} {decided_at(cell, report.policies[index])}"
    return Cell(f"{text} {note}".rstrip(), _WARNING if note else _STYLES[cell.level])


def _list(page: Page, report: MatrixReport, names: tuple[str, ...], glyphs: Mapping[Level, str]) -> None:
    for number, (family, rows) in enumerate(report.matrix.families):
        if number:
            page.blank()
        page.line(Cell(family, "bold"))
        for row in rows:
            page.line(row.probe.title, indent=2)
            for index, cell in enumerate(row.cells):
                name = f"  {names[index]}" if len(names) > 1 else ""
                page.line(_cell(report, index, cell, glyphs), Cell(name, "dim"), indent=4)
