"""What every format says about a report: counts, the order of findings, the words for a cell of the matrix."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from kubewitness.ladder import nothing_assessed
from kubewitness.model import Rung, Severity, Source, Status
from kubewitness.report.safe import safe
from kubewitness.wording import told

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kubewitness.model import FieldDifference, Finding, Kind, Report, SourceState

GLYPHS: Final = {Status.PASS: "✓", Status.FAIL: "✗", Status.UNKNOWN: "?", Status.NOT_APPLICABLE: "-"}
"""Beside the word, never instead of it."""

_WORST_FIRST = (Status.FAIL, Status.UNKNOWN, Status.PASS, Status.NOT_APPLICABLE)


@dataclass(frozen=True, slots=True)
class Summary:
    """Counts. ``failed`` counts FAIL by severity, worst first; ``sources`` counts the cells of a matrix column."""

    targets: int
    findings: dict[Status, int]
    failed: dict[Severity, int]
    sources: dict[Source, dict[Status, int]]


@dataclass(frozen=True, slots=True)
class Group:
    """The findings of one target, worst first, PASS left out. ``not_applicable``: ids of checks, sorted."""

    target: str
    cluster: str
    kind: Kind
    findings: tuple[Finding, ...]
    not_applicable: tuple[str, ...]


def summarise(report: Report) -> Summary:
    """Every status and severity has its count, 0 included: a reader of the JSON need not ask whether a key is there."""
    failed = Counter(finding.severity for finding in report.findings if finding.status is Status.FAIL)
    return Summary(
        targets=len(report.targets),
        findings=_by_status(finding.status for finding in report.findings),
        failed={severity: failed[severity] for severity in reversed(Severity)},
        sources={
            source: _by_status(target.sources[source].status for target in report.targets if source in target.sources)
            for source in columns(report)
        },
    )


def columns(report: Report) -> tuple[Source, ...]:
    """The sources that this run looked at, in the order of the matrix."""
    seen = {source for target in report.targets for source in target.sources}
    return tuple(source for source in Source if source in seen)


def groups(report: Report) -> tuple[Group, ...]:
    """Targets with something to say, the worst first; those equally bad keep the order of the report."""
    found: dict[tuple[str, str, Kind], list[Finding]] = {}
    for finding in report.findings:
        if finding.status is not Status.PASS:
            found.setdefault((finding.cluster, finding.target, finding.kind), []).append(finding)
    listed = [_group(*target, findings) for target, findings in found.items()]
    return tuple(sorted(listed, key=_worst))


def batches(findings: Iterable[Finding]) -> list[list[Finding]]:
    """UNKNOWNs with one reason, message and remedy belong together: six checks that a file tree cannot answer."""
    found: dict[object, list[Finding]] = {}
    for finding in findings:
        same = (finding.reason, finding.message, finding.remediation, finding.evidence)
        key = same if finding.status is Status.UNKNOWN else finding.check
        found.setdefault(key, []).append(finding)
    return list(found.values())


def differing(finding: Finding, shown: set[FieldDifference]) -> list[str]:
    """The finding's differences as safe lines; ``shown``: those that stand above on the page, which it adds to."""
    new = [item for item in finding.differences if item not in shown]
    shown.update(new)
    lines = [safe(line) for line in told(new, all_in="-o json")]
    above = len(finding.differences) - len(new)
    if above:
        lines.append(f"{'and ' if new else ''}{above} that {'stands' if above == 1 else 'stand'} above")
    return lines


def rungs(rung: int | None, required: int | None) -> str:
    """``1/3``: reached and required; ``-`` where it is not known."""
    return f"{'-' if rung is None else int(rung)}/{'-' if required is None else int(required)}"


def grave(report: Report) -> Counter[tuple[str, str, Kind, Source]]:
    """How many checks of at least medium severity failed, by cell of the matrix: cluster, name, kind, source."""
    least = Severity.MEDIUM.rank
    failed = (item for item in report.findings if item.status is Status.FAIL and item.severity.rank >= least)
    return Counter((item.cluster, item.target, item.kind, item.log) for item in failed)


def cell_note(state: SourceState, failed: int) -> str:
    """What a bare ``1/3`` would hide: why it is not known, that this way of looking sees no higher, what failed.

    ``failed``: how many checks of the cell did; said beside a PASS, which looks as if none had.
    """
    notes = [state.reason] if state.reason else []
    if state.status is Status.PASS and failed:
        notes.append(_count(failed, "finding"))
    if state.ceiling < state.required:
        notes.append(f"ceiling {int(state.ceiling)}")
    return ", ".join(notes)


def legend() -> str:
    """The ladder in one line."""
    return "rung reached/required: " + ", ".join(f"{rung.value} {rung.name.lower()}" for rung in Rung)


def summary_line(report: Report) -> str:
    """Counts of the whole run, for people. One in which no check came to a verdict says that nothing was assessed."""
    if not report.findings:
        return "nothing was assessed"
    nothing = "nothing was assessed: " if nothing_assessed(report.findings, report.targets) else ""
    summary = summarise(report)
    fails = ", ".join(f"{count} {severity}" for severity, count in summary.failed.items() if count)
    parts = [f"{count} {word(status)}" for status, count in summary.findings.items()]
    parts[1] += f" ({fails})" if fails else ""
    counts = f"{_count(summary.targets, 'target')}, {_count(len(report.findings), 'result')}"
    return f"{nothing}{counts}: {', '.join(parts)}"


def word(status: Status) -> str:
    """The status as it stands in a sentence: ``PASS`` stays, ``NOT_APPLICABLE`` becomes two words."""
    return "not applicable" if status is Status.NOT_APPLICABLE else status.value


def hints(report: Report) -> dict[str, tuple[str, ...]]:
    """What to run to see a higher rung -> the targets that it is for, each once."""
    targets: dict[str, dict[str, None]] = {}
    for target in report.targets:
        for state in target.sources.values():
            if state.hint is not None:
                targets.setdefault(state.hint, {})[target.name] = None
    return {hint: tuple(names) for hint, names in targets.items()}


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _by_status(statuses: Iterable[Status]) -> dict[Status, int]:
    counts = Counter(statuses)
    return {status: counts[status] for status in Status}


def _group(cluster: str, target: str, kind: Kind, findings: list[Finding]) -> Group:
    told = [finding for finding in findings if finding.status is not Status.NOT_APPLICABLE]
    left = sorted(finding.check for finding in findings if finding.status is Status.NOT_APPLICABLE)
    return Group(target, cluster, kind, tuple(sorted(told, key=_badness)), tuple(left))


def _worst(group: Group) -> tuple[int, int]:
    """Sorts a target by its first finding; one where checks merely do not apply comes last."""
    return _badness(group.findings[0]) if group.findings else (len(_WORST_FIRST), 0)


def _badness(finding: Finding) -> tuple[int, int]:
    return _WORST_FIRST.index(finding.status), -finding.severity.rank
