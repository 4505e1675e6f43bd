"""Annotations of a pull request: workflow commands, a line a finding.

Source: https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from kubewitness.model import Severity
from kubewitness.report.lint.report import not_looked_at, summary_line, where_to_write
from kubewitness.report.safe import safe, safe_lines

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kubewitness.auditpolicy.lint import Linted, LintFinding
    from kubewitness.report import Options
    from kubewitness.report.lint.report import LintReport

_COMMAND: Final = {
    Severity.CRITICAL: "error",
    Severity.HIGH: "error",
    Severity.MEDIUM: "warning",
    Severity.LOW: "notice",
    Severity.INFO: "notice",
}


def render(report: LintReport, options: Options) -> str:
    """The annotations, and the counts as a line of the job's log."""
    del options  # the reader's page decides
    lines = [_annotation(item, finding) for item, finding in report.findings()]
    lines += [
        f"::warning file={_property(item.file)},title=not judged::{_data(safe(item.unjudged or ''))}"
        for item in report.unjudged
    ]
    lines += [safe(f"not looked at: {', '.join(ids)} ({why})") for why, ids in not_looked_at(report).items()]
    return "".join(f"{line}\n" for line in (*lines, _data(summary_line(report))))


def _annotation(item: Linted, finding: LintFinding) -> str:
    place = {
        "file": item.file,
        "line": finding.line,
        "col": finding.column,
        "title": f"{finding.id} {finding.severity}",
    }
    properties = ",".join(f"{key}={_property(str(value))}" for key, value in place.items() if value is not None)
    return f"::{_COMMAND[finding.severity]} {properties}::{_data(chr(10).join(_text(finding)))}"


def _text(finding: LintFinding) -> Iterator[str]:
    yield safe(finding.message)
    if finding.suggestion is not None:
        yield f"Write {where_to_write(finding)}:"
        yield from safe_lines(finding.suggestion)


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(safe(text)).replace(":", "%3A").replace(",", "%2C")
