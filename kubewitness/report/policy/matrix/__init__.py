"""At which level policies record the probe requests: ``kubewitness policy matrix``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from kubewitness.auditpolicy.types import Level

if TYPE_CHECKING:
    from kubewitness.auditpolicy.matrix import Matrix, MatrixCell
    from kubewitness.auditpolicy.types import Policy
    from kubewitness.model import ServerVersion
    from kubewitness.report.formats import Formats

GLYPHS: Final = {Level.NONE: "○", Level.METADATA: "◔", Level.REQUEST: "◑", Level.REQUEST_RESPONSE: "●"}
"""Beside the word, never instead of it: how full the record is."""
ASCII_GLYPHS: Final = {Level.NONE: "-", Level.METADATA: "+", Level.REQUEST: "++", Level.REQUEST_RESPONSE: "+++"}
LEAK: Final = "secret!"
"""The event holds a secret or a token."""
OMITTED: Final = "no outcome"
"""An event is written, but at no stage at which the outcome of the request is known."""
NEVER_WRITTEN: Final = "never written"
"""The deciding rule has a level, but leaves out every stage that the request has."""

FORMATS: Final[Formats] = {
    "table": "kubewitness.report.policy.matrix.table",
    "json": "kubewitness.report.policy.matrix.json_format",
    "markdown": "kubewitness.report.policy.matrix.markdown",
}


@dataclass(frozen=True, slots=True)
class MatrixReport:
    """``files`` and ``policies`` in the order of the columns."""

    files: tuple[str, ...]
    policies: tuple[Policy, ...]
    version: ServerVersion
    matrix: Matrix


def decided_at(cell: MatrixCell, policy: Policy) -> str:
    """The line of the deciding rule as ``:60``, or its index where it stands in no file."""
    if cell.rule < 0:
        return "no rule"
    line = policy.rules[cell.rule].line
    return f":{line}" if line else f"rules[{cell.rule}]"


def remark(cell: MatrixCell) -> str:
    """What the level alone does not say."""
    if cell.leaks:
        return LEAK
    if cell.never_written:
        return NEVER_WRITTEN
    return OMITTED if cell.omitted else ""


def legend(report: MatrixReport) -> tuple[tuple[str, str], ...]:
    """The remarks that there are, and what each means."""
    found = {remark(cell) for _, rows in report.matrix.families for row in rows for cell in row.cells}
    meanings = (
        (LEAK, "the event holds a secret or a token"),
        (OMITTED, "an event is written, but not how the request ended"),
        (NEVER_WRITTEN, "the rule leaves out every stage that the request has"),
    )
    return tuple((text, meaning) for text, meaning in meanings if text in found)


def summary(report: MatrixReport, index: int) -> str:
    """Counts of one policy, for people."""
    early = report.matrix.omitted(index)
    ended = f"; how {early} of them ended is not written" if early else ""
    counts = ", ".join(f"{count} {level}" for level, count in report.matrix.levels(index).items())
    leaks = report.matrix.leaks(index)
    return f"{counts}{ended}; {f'a secret or a token is written in {leaks}' if leaks else 'no secret is written'}"
