"""The report for people at a terminal: the matrix, what is not PASS with what to do about it, the counts.

Every text is a value (``rich.text.Text``), never markup: ``[red]`` in the name of a cluster is just its name. Nothing
is cut: what does not fit is wrapped, and a matrix that does not fit is written as a list.
"""

from __future__ import annotations

from dataclasses import dataclass
from io import StringIO
from typing import TYPE_CHECKING, Final

from rich.console import Console
from rich.console import Group as Stack
from rich.measure import Measurement
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from kubewitness.model import Status
from kubewitness.report.safe import safe, safe_lines
from kubewitness.report.summary import (
    GLYPHS,
    batches,
    cell_note,
    columns,
    differing,
    grave,
    groups,
    hints,
    legend,
    rungs,
    summary_line,
    word,
)

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Iterator

    from kubewitness.model import Evidence, FieldDifference, Finding, Kind, Report, Source, SourceState, Target
    from kubewitness.report import Options
    from kubewitness.report.summary import Group

MIN_WIDTH: Final = 20
MAX_EVIDENCE_LINES: Final = 6
MAX_NAMES: Final = 5

_ASCII_GLYPHS: Final = GLYPHS | {Status.PASS: "+", Status.FAIL: "x"}
_STYLES: Final = {
    Status.PASS: "green",
    Status.FAIL: "bold red",
    Status.UNKNOWN: "yellow",
    Status.NOT_APPLICABLE: "dim",
}


def render(report: Report, options: Options) -> str:
    """Lines of at most ``options.width`` cells, or 20 where that is less."""
    page = StringIO()
    console = Console(
        file=page,
        width=max(options.width, MIN_WIDTH),
        color_system="standard" if options.color else None,
        force_terminal=options.color,
        force_jupyter=False,
        legacy_windows=False,
        markup=False,
        emoji=False,
        highlight=False,
        _environ={},  # rich reads COLUMNS, TERM and more; the command line has done so already
    )
    writer = _Writer(options.ascii_only)
    console.print(writer.head(report))
    if report.targets:
        console.print(_matrix(report, writer, console))
        console.print(*writer.below_the_matrix(report), sep="\n")
        console.print()
    for group in groups(report):
        console.print(writer.group(group))
    console.print(Text(summary_line(report), "bold"))
    return "".join(f"{line.rstrip()}\n" for line in page.getvalue().rstrip("\n").split("\n"))


def _matrix(report: Report, writer: _Writer, console: Console) -> Table | Stack:
    """Targets by sources; as a list where a row would have to be broken."""
    table = writer.matrix(report)
    natural = Measurement.get(console, console.options.update(max_width=10_000), table).maximum
    return table if natural <= console.width else writer.matrix_as_list(report)


@dataclass(frozen=True, slots=True)
class _Writer:
    """The parts of the page. ``ascii_only``: for terminals and logs without UTF-8."""

    ascii_only: bool

    def head(self, report: Report) -> Stack:
        run = report.run
        line = f"{run.tool}  standard {run.standard}  inventory {run.inventory}  {run.started}"
        return Stack(self._text(line, "dim"), Text())

    def matrix(self, report: Report) -> Table:
        table = Table(box=None, pad_edge=False, padding=(0, 3, 0, 0), header_style="bold")
        for header in ("CLUSTER", "TARGET", "KIND", *(source.value.upper() for source in columns(report))):
            table.add_column(header, overflow="fold")
        failed = grave(report)
        for target in report.targets:
            key = target.cluster, target.name, target.kind
            cells = [self._cell(target.sources.get(source), failed[*key, source]) for source in columns(report)]
            table.add_row(self._text(target.cluster), self._text(target.name), Text(target.kind), *cells)
        return table

    def matrix_as_list(self, report: Report) -> Stack:
        failed = grave(report)
        return Stack(*(line for target in report.targets for line in self._target_lines(target, failed)))

    def below_the_matrix(self, report: Report) -> Iterator[Text]:
        """The ladder, and what to run to see higher, once for all the targets that it is for."""
        yield Text()
        yield Text(legend(), "dim")
        for hint, names in hints(report).items():
            more = f" and {len(names) - MAX_NAMES} more" if len(names) > MAX_NAMES else ""
            yield self._text(f"to see higher on {', '.join(names[:MAX_NAMES])}{more}: {hint}")

    def group(self, group: Group) -> Stack:
        title = self._text(f"{group.target} (cluster {group.cluster}, {group.kind})", "bold")
        left = [f"  not applicable: {', '.join(group.not_applicable)}"] if group.not_applicable else []
        rest = (self._text(line, "dim") for line in (*left, ""))
        shown: set[FieldDifference] = set()
        findings = [self._finding(batch, shown) for batch in batches(group.findings)]
        return Stack(title, *findings, *rest)

    def _target_lines(self, target: Target, failed: Counter[tuple[str, str, Kind, Source]]) -> Iterator[Text | Padding]:
        yield self._text(f"{target.name} (cluster {target.cluster}, {target.kind})", "bold")
        for source, state in target.sources.items():
            count = failed[target.cluster, target.name, target.kind, source]
            yield Padding(Text.assemble(f"{source.value}  ", self._cell(state, count)), (0, 0, 0, 2))

    def _finding(self, batch: list[Finding], shown: set[FieldDifference]) -> Padding:
        """Findings that say the same, as one. ``shown``: differences that stand above, and need no second line."""
        finding, names = batch[0], ", ".join(item.check for item in batch)
        verdict = Text(
            f"{self._glyph(finding.status)} {word(finding.status)} {finding.severity}", _STYLES[finding.status]
        )
        ladder = "" if finding.required is None else f"  {rungs(finding.rung, finding.required)}"
        why = "" if finding.reason is None else f"  {finding.reason}"
        title = Text.assemble(verdict, self._text(f"  {names}{ladder}{why}"))
        details = Padding(Stack(self._text(finding.message), self._details(finding, shown)), (0, 0, 0, 2))
        return Padding(Stack(title, details), (0, 0, 0, 2))

    def _details(self, finding: Finding, shown: set[FieldDifference]) -> Table:
        grid = Table.grid(padding=(0, 2, 0, 0))
        grid.add_column(style="dim", no_wrap=True)
        grid.add_column(overflow="fold")
        told = differing(finding, shown)
        for label, value in (*([("differs", told)] if told else []), *self._labelled(finding)):
            grid.add_row(label, self._text_of_lines(value))
        return grid

    def _labelled(self, finding: Finding) -> Iterator[tuple[str, list[str]]]:
        if finding.expected is not None and not finding.differences:
            yield "expected", safe_lines(finding.expected)
        if finding.actual is not None and not finding.differences:
            yield "actual", safe_lines(finding.actual)
        for evidence in finding.evidence:
            yield "seen", _evidence(evidence)
        if finding.remediation is not None:
            yield "remedy", safe_lines(finding.remediation)

    def _cell(self, state: SourceState | None, failed: int) -> Text:
        if state is None:
            return Text()
        note = cell_note(state, failed)
        shown = f"{self._glyph(state.status)} {word(state.status)} {rungs(state.rung, state.required)}"
        return Text.assemble((shown, _STYLES[state.status]), self._text(f"  {note}" if note else "", "dim"))

    def _glyph(self, status: Status) -> str:
        return (_ASCII_GLYPHS if self.ascii_only else GLYPHS)[status]

    def _text(self, text: str, style: str = "") -> Text:
        return Text(safe(text, ascii_only=self.ascii_only), style)

    def _text_of_lines(self, lines: list[str]) -> Text:
        return Text("\n").join(self._text(line) for line in lines)


def _evidence(evidence: Evidence) -> list[str]:
    """Where, then what; a long one says how much more there is. When it was read is in the JSON."""
    where = safe(evidence.where)
    lines = safe_lines(evidence.value)
    if len(lines) == 1:
        return [f"{where}: {lines[0]}"]
    more = len(lines) - MAX_EVIDENCE_LINES
    rest = [f"({more} more lines: -o json)"] if more > 0 else []
    return [f"{where}:", *lines[:MAX_EVIDENCE_LINES], *rest]
