"""The findings for people at a terminal: cause by cause, with the rule to write instead.

One rule of a policy can be the cause of several findings; they stand together under it, and what to write stands once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kubewitness.auditpolicy.lint.reachability import never_reached
from kubewitness.auditpolicy.policyyaml import CATCH_ALL
from kubewitness.auditpolicy.validate import ANY_GROUP_SINCE
from kubewitness.report.lint.lines import Lines
from kubewitness.report.lint.report import not_looked_at, summary_line, where_to_write
from kubewitness.report.lint.shippers import ShipperReport, shipper_lines

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from kubewitness.auditpolicy.lint import Linted, LintFinding
    from kubewitness.report import Options
    from kubewitness.report.lint.report import LintReport


def render(report: LintReport | ShipperReport, options: Options) -> str:
    """Lines of about ``options.width`` characters; what is to be pasted and names are never broken."""
    lines = Lines.of(options)
    text = shipper_lines(report, lines) if isinstance(report, ShipperReport) else _policy_lines(report, lines)
    return "".join(f"{line.rstrip()}\n" for line in text)


def _policy_lines(report: LintReport, lines: Lines) -> Iterator[str]:
    for item in report.linted:
        yield from _policy(item, lines)
    for why, ids in not_looked_at(report).items():
        yield from lines.wrapped(f"not looked at: {', '.join(ids)} ({why})", 0)
    yield lines.styled(summary_line(report), "1")


def _policy(item: Linted, lines: Lines) -> Iterator[str]:
    """A headline, and its findings by cause."""
    name = lines.safe(f"{item.file} ({item.path})" if item.path else item.file)
    if item.unjudged is not None:
        yield from lines.wrapped(f"{name}: {item.unjudged}", 0)
    accepted = f", {len(item.accepted)} accepted" if item.accepted else ""
    if not item.findings:
        if item.unjudged is None:
            yield f"{name}: nothing found{accepted}"
        yield ""
        return
    yield lines.styled(f"{name}: {len(item.findings)} found{accepted}", "1")
    for cause in _causes(item.findings):
        yield from _cause(item, cause, lines)
    yield ""


def _cause(item: Linted, found: Sequence[LintFinding], lines: Lines) -> Iterator[str]:
    first = found[0]
    yield lines.styled(f"  {_place(item, first, lines)}", "4" if lines.color else "")
    for finding in found:
        yield from lines.finding(finding.severity, finding.id, _message(finding, first))
    written = [finding for finding in found if finding.suggestion is not None]
    if written:
        last = max(written, key=lambda finding: finding.replaces)
        yield f"    write {where_to_write(last)}:"
        for suggestion in _to_write(item, written):
            yield from lines.pasted(suggestion, 6)


def _place(item: Linted, finding: LintFinding, lines: Lines) -> str:
    line, column = _place_of(finding)
    place = lines.safe(f"{item.file}:{line or 1}:{column or 1}")
    if finding.rule is None:
        return place
    return f"{place}  {'no rule matches' if finding.rule == -1 else f'rules[{finding.rule}]'}"


def _message(finding: LintFinding, first: LintFinding) -> str:
    elsewhere = (finding.line, finding.column) != _place_of(first) and finding.line is not None
    return f"{finding.message} ({finding.line}:{finding.column})" if elsewhere else finding.message


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
