"""GitHub-flavoured Markdown: a table for each family, for documentation and pull requests."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kubewitness.report.gfm import code_span, plain
from kubewitness.report.policy.matrix import GLYPHS, decided_at, legend, remark, summary

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kubewitness.auditpolicy.matrix import MatrixCell, MatrixRow
    from kubewitness.report import Options
    from kubewitness.report.policy.matrix import MatrixReport


def render(report: MatrixReport, options: Options) -> str:
    """Headings of the second level: it can stand in a page."""
    del options  # the reader's page decides how wide it is
    return "\n".join([*_lines(report), ""])


def _lines(report: MatrixReport) -> Iterator[str]:
    header = ["the policy records", *(code_span(file, in_cell=True) for file in report.files)]
    for family, rows in report.matrix.families:
        yield from (f"## {plain(family[:1].upper() + family[1:])}", "", _table_row(header))
        yield _table_row(["---"] * len(header))
        yield from (_table_row(_row(report, row)) for row in rows)
        yield ""
    for index, file in enumerate(report.files):
        yield f"- {code_span(file)}: {summary(report, index)}"
    yield from (f"- **{plain(text)}**: {meaning}" for text, meaning in legend(report))


def _row(report: MatrixReport, row: MatrixRow) -> list[str]:
    return [plain(row.probe.title), *(_cell(report, index, cell) for index, cell in enumerate(row.cells))]


def _cell(report: MatrixReport, index: int, cell: MatrixCell) -> str:
    note = f" **{plain(remark(cell))}**" if remark(cell) else ""
    return f"{GLYPHS[cell.level]} {cell.level} {plain(decided_at(cell, report.policies[index]))}{note}"


def _table_row(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"
