"""The findings for people at a terminal: cause by cause, with the rule to write instead.

One rule of a policy can be the cause of several findings; they stand together under it, and what to write stands once.
"""

from __future__ import annotations

import textwrap
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from kubewitness.auditpolicy.lint.reachability import never_reached
from kubewitness.auditpolicy.policyyaml import CATCH_ALL
from kubewitness.auditpolicy.validate import ANY_GROUP_SINCE
from kubewitness.model import Severity
from kubewitness.report.lint.report import not_looked_at, summary_line, where_to_write
from kubewitness.report.safe import safe, safe_lines

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from kubewitness.auditpolicy.lint import Linted, LintFinding
    from kubewitness.report import Options
    from kubewitness.report.lint.report import LintReport

_STYLES: Final = {
    Severity.CRITICAL: "1;31",
    Severity.HIGH: "1;31",
    Severity.MEDIUM: "33",
    Severity.LOW: "36",
    Severity.INFO: "2",
}
_LEAST_WIDTH: Final = 40
_LABEL: Final = 19
"""Indent, severity and id: behind them the message begins."""


def render(report: LintReport, options: Options) -> str:
    """Lines of about ``options.width`` characters; YAML to paste and names are never broken."""
    writer = _Writer(max(options.width, _LEAST_WIDTH), color=options.color, ascii_only=options.ascii_only)
    lines = [line for item in report.linted for line in writer.policy(item)]
    for why, ids in not_looked_at(report).items():
        lines += writer.wrapped(f"not looked at: {', '.join(ids)} ({why})", 0)
    lines.append(writer.styled(summary_line(report), "1"))
    return "".join(f"{line.rstrip()}\n" for line in lines)


@dataclass(frozen=True, slots=True)
class _Writer:
    width: int
    color: bool
    ascii_only: bool

    def policy(self, item: Linted) -> Iterator[str]:
        """A headline, and its findings by cause."""
        name = self._name(item)
        if item.unjudged is not None:
            yield from self.wrapped(f"{name}: {item.unjudged}", 0)
        accepted = f", {len(item.accepted)} accepted" if item.accepted else ""
        if not item.findings:
            if item.unjudged is None:
                yield f"{name}: nothing found{accepted}"
            yield ""
            return
        yield self.styled(f"{name}: {len(item.findings)} found{accepted}", "1")
        for cause in _causes(item.findings):
            yield from self._cause(item, cause)
        yield ""

    def _name(self, item: Linted) -> str:
        inside = f" ({item.path})" if item.path else ""
        return self._safe(f"{item.file}{inside}")

    def _cause(self, item: Linted, found: Sequence[LintFinding]) -> Iterator[str]:
        first = found[0]
        yield self.styled(f"  {self._place(item, first)}", "4" if self.color else "")
        for finding in found:
            yield from self._finding(finding, first)
        written = [finding for finding in found if finding.suggestion is not None]
        if written:
            last = max(written, key=lambda finding: finding.replaces)
            yield f"    write {where_to_write(last)}:"
            for suggestion in _to_write(item, written):
                yield from (f"      {line}" for line in safe_lines(suggestion, ascii_only=self.ascii_only))

    def _place(self, item: Linted, finding: LintFinding) -> str:
        line, column = _place_of(finding)
        place = self._safe(f"{item.file}:{line or 1}:{column or 1}")
        if finding.rule is None:
            return place
        return f"{place}  {'no rule matches' if finding.rule == -1 else f'rules[{finding.rule}]'}"

    def _finding(self, finding: LintFinding, first: LintFinding) -> Iterator[str]:
        here = _place_of(first)
        elsewhere = (finding.line, finding.column) != here and finding.line is not None
        text = f"{finding.message} ({finding.line}:{finding.column})" if elsewhere else finding.message
        lines = self.wrapped(text, _LABEL)
        severity = self.styled(f"{finding.severity:8}", _STYLES[finding.severity])
        yield f"    {severity} {finding.id} {lines[0].lstrip()}"
        yield from lines[1:]

    def wrapped(self, text: str, indent: int) -> list[str]:
        """``text`` on lines of this width, all of them indented."""
        lines = textwrap.wrap(
            self._safe(text),
            max(self.width, indent + 20),
            initial_indent=" " * indent,
            subsequent_indent=" " * indent,
            break_long_words=False,
            break_on_hyphens=False,
        )
        return lines or [""]

    def _safe(self, text: str) -> str:
        return safe(text, ascii_only=self.ascii_only)

    def styled(self, text: str, style: str) -> str:
        """In colour where that is wanted."""
        return f"\x1b[{style}m{text}\x1b[0m" if self.color and style else text


def _to_write(item: Linted, found: Sequence[LintFinding]) -> list[str]:
    """Each rule once, without those that no request would reach; a rule for everything is all that is needed."""
    written = [pair for finding in found for pair in finding.written]
    whole = [text for rule, text in written if rule == CATCH_ALL]
    if whole:
        return whole[:1]
    unneeded = never_reached([rule for rule, _ in written], any_group=item.version >= ANY_GROUP_SINCE)
    return [text for at, (_, text) in enumerate(written) if at not in unneeded]


def _place_of(finding: LintFinding) -> tuple[int | None, int | None]:
    """Of the rule that decided; of what is about no rule its own."""
    if finding.rule_line is None:
        return finding.line, finding.column
    return finding.rule_line, finding.rule_column


def _causes(findings: Sequence[LintFinding]) -> list[tuple[LintFinding, ...]]:
    """Findings with the same deciding rule belong together; those about no rule stand alone."""
    causes: dict[object, list[LintFinding]] = {}
    for finding in findings:
        key = (finding.line, finding.column, "at") if finding.rule is None else finding.rule
        causes.setdefault(key, []).append(finding)
    return [tuple(found) for found in causes.values()]
