"""GitHub-flavoured Markdown: for a pull request, a ticket, a job summary.

What was read stands in code spans and code blocks only: nothing in there becomes a link, a mention, HTML or a cell.
Texts of ours that quote what was read are escaped character by character.
"""

from __future__ import annotations

import re
from itertools import groupby
from typing import TYPE_CHECKING, Final

from kubewitness.report.safe import safe, safe_lines
from kubewitness.report.summary import (
    GLYPHS,
    batches,
    cell_note,
    columns,
    differing,
    grave,
    groups,
    legend,
    rungs,
    summary_line,
    word,
)

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Iterator, Sequence

    from kubewitness.model import FieldDifference, Finding, Kind, Report, Source, SourceState, Target
    from kubewitness.report import Options
    from kubewitness.report.summary import Group

_SPECIAL: Final = re.compile(r"([\\`*_\[\]{}|~$^!]|(?<=:)/(?=/)|(?<=[wW]{3})\.)")
_MENTION: Final = re.compile(r"([@#])(?=\w)")  # looked for in the finished page, where a backslash is gone


def render(report: Report, options: Options) -> str:
    """The matrix, what is not PASS by target and worst first, the counts."""
    del options  # the reader's page decides how wide it is
    return "\n".join([*_head(report), *_matrix(report), *_findings(report), _text(summary_line(report)), ""])


def _head(report: Report) -> list[str]:
    run = report.run
    when = f"{_code(run.started)}, by {_code(run.tool)}"
    asked = f"Standard {_code(run.standard)}, inventory {_code(run.inventory)}, {when}."
    return ["# Logging status", "", asked, ""]


def _matrix(report: Report) -> list[str]:
    sources = columns(report)
    failed = grave(report)
    header = ["cluster", "target", "kind", *sources]
    targets = (_row(target, sources, failed) for target in report.targets)
    rows = [header, ["---"] * len(header), *targets]
    return [*(f"| {' | '.join(row)} |" for row in rows), "", legend(), ""]


def _row(target: Target, sources: Sequence[Source], failed: Counter[tuple[str, str, Kind, Source]]) -> list[str]:
    cells = [
        _cell(target.sources[source], failed[target.cluster, target.name, target.kind, source])
        if source in target.sources
        else ""
        for source in sources
    ]
    return [_code(target.cluster, in_cell=True), _code(target.name, in_cell=True), target.kind.value, *cells]


def _cell(state: SourceState, failed: int) -> str:
    note = cell_note(state, failed)
    shown = f"{GLYPHS[state.status]} {word(state.status)} {rungs(state.rung, state.required)}"
    return f"{shown} ({_text(note)})" if note else shown


def _findings(report: Report) -> Iterator[str]:
    for group in groups(report):
        yield f"## {_code(group.target)} in {_code(group.cluster)}, {group.kind}"
        yield ""
        shown: set[FieldDifference] = set()
        for batch in batches(group.findings):
            yield from _finding(batch, shown)
        yield from _not_applicable(group)
        yield ""


def _not_applicable(group: Group) -> Iterator[str]:
    if group.not_applicable:
        yield f"- not applicable: {', '.join(map(_code, group.not_applicable))}"


def _finding(batch: list[Finding], shown: set[FieldDifference]) -> Iterator[str]:
    """Findings that say the same, as one. ``shown``: differences that stand above, and need no second line."""
    finding, names = batch[0], ", ".join(_code(item.check) for item in batch)
    why = f" ({_text(finding.reason)})" if finding.reason else ""
    ladder = "" if finding.required is None else f", rung {rungs(finding.rung, finding.required)}"
    verdict = f"{GLYPHS[finding.status]} **{finding.status}** {finding.severity} {names}{ladder}{why}"
    yield f"- {verdict}: {_text(finding.message)}"
    if told := differing(finding, shown):
        yield from _value("differs", "\n".join(told))
    for label, value in (("expected", finding.expected), ("actual", finding.actual)):
        if value is not None and not finding.differences:
            yield from _value(label, value)
    for evidence in finding.evidence:
        yield from _value(f"seen in {_code(evidence.where)} at {_code(evidence.read_at)}", evidence.value)
    if finding.remediation is not None:
        yield from _value("remedy", finding.remediation)
    controls = dict.fromkeys(control for item in batch for control in item.controls)
    if controls:
        yield f"  - controls: {', '.join(map(_code, controls))}"


def _value(label: str, value: str) -> Iterator[str]:
    lines = safe_lines(value)
    if len(lines) == 1:
        yield f"  - {label}: {_code(value.rstrip(chr(10)))}"
        return
    fence = "`" * max(3, _longest_run(value) + 1)
    yield f"  - {label}:"
    yield ""
    yield from (f"    {line}".rstrip() for line in (fence, *lines, fence))
    yield ""


def _code(text: str, *, in_cell: bool = False) -> str:
    """A code span. In a cell a pipe ends the cell even in code, so it is escaped; GFM takes the backslash off again."""
    shown = safe(text)
    if not shown.strip():
        return "(empty)"
    fence = "`" * (_longest_run(shown) + 1)
    if in_cell:
        shown = shown.replace("|", "\\|")
    pad = " " if shown[0] in "` " or shown[-1] in "` " else ""
    return f"{fence}{pad}{shown}{pad}{fence}"


def _text(text: str) -> str:
    """Plain words. ``://``, ``www.``, ``@team`` and ``#1`` are parted, or GitHub makes links of them."""
    escaped = safe(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return _MENTION.sub(r"\1<!-- -->", _SPECIAL.sub(r"\\\1", escaped))


def _longest_run(text: str) -> int:
    return max((len(list(run)) for char, run in groupby(text) if char == "`"), default=0)
