"""Annotations of a pull request: workflow commands, a line a finding.

Source: https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from kubewitness.model import Severity
from kubewitness.report.safe import safe, safe_lines

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kubewitness.report import Options
    from kubewitness.report.lint.notes import Linting, Note

_COMMAND: Final = {
    Severity.CRITICAL: "error",
    Severity.HIGH: "error",
    Severity.MEDIUM: "warning",
    Severity.LOW: "notice",
    Severity.INFO: "notice",
}


def render(report: Linting, options: Options) -> str:
    """The annotations, and the counts as a line of the job's log."""
    del options  # the reader's page decides
    found = report.notes()
    lines = [_annotation(note) for note in found.notes if note.reason is None]
    lines += [f"::warning file={_property(file)},title=not judged::{_data(safe(why))}" for file, why in found.unjudged]
    lines += [safe(f"not looked at: {', '.join(ids)} ({why})") for why, ids in found.missing.items()]
    return "".join(f"{line}\n" for line in (*lines, _data(found.summary)))


def _annotation(note: Note) -> str:
    place = {
        "file": note.file,
        "line": note.line,
        "col": note.column,
        "title": f"{note.id} {note.severity}",
    }
    properties = ",".join(f"{key}={_property(str(value))}" for key, value in place.items() if value is not None)
    return f"::{_COMMAND[note.severity]} {properties}::{_data(chr(10).join(text_of(note)))}"


def text_of(note: Note) -> Iterator[str]:
    """The message, and what to write."""
    yield safe(note.message)
    if note.suggestion is not None:
        yield note.advice
        yield from safe_lines(note.suggestion)


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(safe(text)).replace(":", "%3A").replace(",", "%2C")
