"""What one run of ``kubewitness policy lint`` found, in all its files."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kubewitness.auditpolicy.lint import LINT_RULES
from kubewitness.model import Severity
from kubewitness.report.lint.notes import Note, Notes, RuleText

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kubewitness.auditpolicy.lint import Linted, LintFinding


@dataclass(frozen=True, slots=True)
class LintReport:
    """The policies in the order of their files, and behind them the manifest, where one was given.

    ``tool``: name and version.
    """

    tool: str
    linted: tuple[Linted, ...]

    def findings(self) -> Iterator[tuple[Linted, LintFinding]]:
        """Every finding that no comment accepts, with the policy that it is in."""
        return ((item, finding) for item in self.linted for finding in item.findings)

    def by_severity(self) -> dict[Severity, int]:
        """How many of each, the worst first, 0 included."""
        found = Counter(finding.severity for _, finding in self.findings())
        return {severity: found[severity] for severity in reversed(Severity)}

    @property
    def accepted(self) -> int:
        return sum(len(item.accepted) for item in self.linted)

    @property
    def unjudged(self) -> tuple[Linted, ...]:
        return tuple(item for item in self.linted if item.unjudged is not None)

    def exit_code(self, fail_on: Severity) -> int:
        """1: findings at or above ``fail_on``; 3: something was not judged; 0: neither."""
        if any(finding.severity.rank >= fail_on.rank for _, finding in self.findings()):
            return 1
        return 3 if self.unjudged else 0

    def notes(self) -> Notes:
        """For formats of other programs."""
        accepted = [(item, it.finding, it.reason) for item in self.linted for it in item.accepted]
        found = [(item, finding, None) for item, finding in self.findings()]
        return Notes(
            self.tool,
            tuple(_note(item, finding, reason) for item, finding, reason in (*found, *accepted)),
            tuple(RuleText(rule.id, rule.title, rule.severity, rule.why, rule.source) for rule in LINT_RULES),
            summary_line(self),
            tuple((item.file, item.unjudged or "") for item in self.unjudged),
            not_looked_at(self),
        )


def _note(item: Linted, finding: LintFinding, reason: str | None) -> Note:
    where = where_to_write(finding)
    return Note(
        id=finding.id,
        severity=finding.severity,
        file=item.file,
        line=finding.line or None,
        column=finding.column,
        message=finding.message,
        fingerprint=(item.path, finding.id, finding.probe or "", str(finding.rule)),
        advice=f"Write {where}:",
        suggestion=finding.suggestion,
        properties={"probe": finding.probe, "others": list(finding.others)},
        edit=finding.edit,
        edit_text=f"Write a rule {where.replace('instead of', 'before')}",
        reason=reason,
        name=finding.check or "",
    )


def where_to_write(finding: LintFinding) -> str:
    """Where the suggestion belongs."""
    if finding.rule == -1:
        return "at the end of rules"
    return f"{'instead of' if finding.replaces else 'before'} rules[{finding.rule}]"


def summary_line(report: LintReport) -> str:
    """Counts, for people."""
    found = {severity: count for severity, count in report.by_severity().items() if count}
    total = sum(found.values())
    nothing = "nothing found" if len(report.unjudged) < len(report.linted) else "nothing was judged"
    text = nothing if not total else f"{total} finding{'s' * (total != 1)}: "
    text += ", ".join(f"{count} {severity}" for severity, count in found.items())
    text += f"; {report.accepted} accepted" if report.accepted else ""
    return text + (f"; {len(report.unjudged)} not judged" if report.unjudged else "")


def not_looked_at(report: LintReport) -> dict[str, tuple[str, ...]]:
    """What was missing -> the rules that could not be looked at without it."""
    found: dict[str, dict[str, None]] = {}
    for item in report.linted:
        for missing in item.not_looked_at:
            found.setdefault(missing.why, {})[missing.id] = None
    return {why: tuple(ids) for why, ids in found.items()}
