"""What one run of ``kubewitness shipper lint`` found, and its findings for people: component by component."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kubewitness.model import Severity
from kubewitness.report.lint.lines import LABEL
from kubewitness.report.lint.notes import Note, Notes, RuleText
from kubewitness.shippers.rules import SHIPPER_RULES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kubewitness.report.lint.lines import Lines
    from kubewitness.shippers.finding import ShipperFinding
    from kubewitness.shippers.model import Place
    from kubewitness.shippers.rules import LintedShipper


@dataclass(frozen=True, slots=True)
class ShipperReport:
    """The configurations in the order of their files. ``tool``: name and version."""

    tool: str
    linted: tuple[LintedShipper, ...]

    def findings(self) -> Iterator[ShipperFinding]:
        """Every finding that no comment accepts, what could not be told among them."""
        return (finding for item in self.linted for finding in item.findings)

    @property
    def accepted(self) -> int:
        return sum(len(item.accepted) for item in self.linted)

    @property
    def unknown(self) -> int:
        """How many questions could not be answered."""
        return sum(finding.unknown for finding in self.findings())

    def by_severity(self) -> dict[Severity, int]:
        """How many of each, the worst first, 0 included; without what could not be told."""
        found = Counter(finding.severity for finding in self.findings() if not finding.unknown)
        return {severity: found[severity] for severity in reversed(Severity)}

    def exit_code(self, fail_on: Severity) -> int:
        """1: findings at or above ``fail_on``; 3: something could not be told; 0: neither."""
        if any(finding.severity.rank >= fail_on.rank for finding in self.findings() if not finding.unknown):
            return 1
        return 3 if self.unknown else 0

    def summary(self) -> str:
        """Counts, for people."""
        found = {severity: count for severity, count in self.by_severity().items() if count}
        total = sum(found.values())
        text = f"{total} finding{'s' * (total != 1)}: " if total else "nothing found"
        text += ", ".join(f"{count} {severity}" for severity, count in found.items())
        text += f"; {self.accepted} accepted" if self.accepted else ""
        return text + (f"; {self.unknown} could not be told" if self.unknown else "")

    def notes(self) -> Notes:
        """For formats of other programs."""
        found = [_note(finding, None) for finding in self.findings()]
        found += [_note(it.finding, it.reason) for item in self.linted for it in item.accepted]
        rules = [RuleText(rule.id, rule.title, rule.severity, rule.why, rule.source) for rule in SHIPPER_RULES]
        return Notes(self.tool, tuple(found), tuple(rules), self.summary())


def _note(finding: ShipperFinding, reason: str | None) -> Note:
    place = finding.place
    name = f"{finding.name}: " if finding.name else ""
    costs = f"; seen: {finding.costs}" if finding.costs else ""
    return Note(
        id=finding.id,
        severity=finding.severity,
        file=place.file,
        line=place.line or None,
        column=place.column or None,
        message=f"{name}{finding.message}{costs}",
        fingerprint=(finding.program, finding.id, finding.route, finding.setting),
        advice="Write:",
        suggestion=finding.suggestion or None,
        properties={"program": finding.program, "unknown": finding.unknown},
        reason=reason,
    )


def shipper_lines(report: ShipperReport, lines: Lines) -> Iterator[str]:
    """A headline a configuration, and its findings by input, output or filter."""
    for item in report.linted:
        yield from _configuration(item, lines)
    yield lines.styled(report.summary(), "1")


def _configuration(item: LintedShipper, lines: Lines) -> Iterator[str]:
    more = f" and {len(item.files) - 1} more" if len(item.files) > 1 else ""
    name = lines.safe(f"{item.files[0] if item.files else '-'}{more} ({item.program})")
    accepted = f", {len(item.accepted)} accepted" if item.accepted else ""
    if not item.findings:
        yield f"{name}: nothing found{accepted}"
        yield ""
        return
    yield lines.styled(f"{name}: {len(item.findings)} found{accepted}", "1")
    components: dict[Place, list[ShipperFinding]] = {}
    for finding in item.findings:
        components.setdefault(finding.component, []).append(finding)
    told: set[str] = set()
    for place, found in components.items():
        name = lines.safe(f"  {found[0].name}" if found[0].name else "")
        yield lines.styled(f"  {lines.safe(_where(place))}{name}", "4" if lines.color else "")
        for finding in found:
            yield from _finding(finding, lines, told)
    yield ""


def _where(place: Place) -> str:
    return ":".join(str(part) for part in (place.file, place.line, place.column) if part)


def _finding(finding: ShipperFinding, lines: Lines, told: set[str]) -> Iterator[str]:
    """``told``: costs that the reader has seen; they are the same for each finding of a rule."""
    here = finding.place == finding.component or not finding.place.line
    elsewhere = "" if here else f" (line {finding.place.line})"
    yield from lines.finding(finding.severity, finding.id, f"{finding.message}{elsewhere}")
    if finding.costs and finding.id not in told:
        told.add(finding.id)
        yield from lines.wrapped(f"seen: {finding.costs}", LABEL)
    if finding.suggestion:
        first, *rest = lines.pasted(finding.suggestion, 0)
        yield f"{' ' * LABEL}write: {first}"
        yield from (f"{' ' * LABEL}       {line}" for line in rest)
