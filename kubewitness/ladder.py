"""How far a source of logs was seen: the catalogue run on one target, and the rung that its results reach. Pure.

A check that raises is UNKNOWN with the error; a target that was not read makes every check UNKNOWN.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol, TypeAlias

from kubewitness.check import Fail, NotApplicable, Pass, Unknown
from kubewitness.model import (
    SOURCES,
    Finding,
    Kind,
    Reason,
    Rung,
    Severity,
    Source,
    SourceState,
    Status,
    Target,
    Unread,
)

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Sequence

    from kubewitness.check import Check, Result
    from kubewitness.standard import Standard


_MORE: Final = "check the live node, or ask for less: --require declared"


class Observed(Protocol):
    """What was read of a target, whatever its kind."""

    @property
    def name(self) -> str: ...
    @property
    def cluster(self) -> str: ...
    @property
    def kind(self) -> Kind: ...
    @property
    def ceiling(self) -> Rung:
        """The highest rung that this way of looking can see."""
        ...

    @property
    def changed_by(self) -> str | None:
        """Who is changing it right now, so that nothing read of it counts; ``None``: nobody."""
        ...

    def not_applicable(self, source: Source) -> str:
        """Why no check of that log asks anything of it; empty: all do."""
        ...


@dataclass(frozen=True, slots=True)
class UnreadTarget:
    """A target that could not be read at all; the others go on."""

    name: str
    cluster: str
    kind: Kind
    why: Unread
    ceiling: Rung


Subject: TypeAlias = Observed | UnreadTarget


def assess(
    subject: Subject, standard: Standard, catalogue: Sequence[Check], options: Container[str] = ()
) -> tuple[Target, tuple[Finding, ...]]:
    """Run every check of the catalogue on one target. ``options``: those that were given, ``--prove``."""
    sources = SOURCES[subject.kind]
    idle = {source: _idle(subject, source, standard) for source in sources}
    results: list[tuple[Check, Result]] = [
        (item, NotApplicable(idle[item.log]) if idle[item.log] else _answer(item, subject, standard, options))
        for item in catalogue
        if item.kind is subject.kind
    ]
    states = {}
    for source in sources:
        required, mine = standard.required[source], [pair for pair in results if pair[0].log is source]
        states[source] = (
            SourceState(None, required, subject.ceiling, Status.NOT_APPLICABLE, idle[source])
            if idle[source]
            else _source_state(mine, required, subject.ceiling)
        )
    findings = tuple(_finding(item, result, subject, states[item.log]) for item, result in results)
    return Target(subject.name, subject.cluster, subject.kind, states), findings


def _idle(subject: Subject, source: Source, standard: Standard) -> str:
    """Why nothing is asked of a log; empty: all is."""
    if source is not Source.AUDIT and standard.required[source] is Rung.OFF:
        return "the standard asks nothing of it"
    return "" if isinstance(subject, UnreadTarget) else subject.not_applicable(source)


def _answer(item: Check, subject: Subject, standard: Standard, options: Container[str]) -> Result:
    if item.opt_in and item.opt_in not in options:
        return NotApplicable(f"not asked for: {item.opt_in}")
    required = standard.required[item.log]
    return _asked(item, _result(item, subject, standard, required), required)


def _result(item: Check, subject: Subject, standard: Standard, required: Rung) -> Result:
    if isinstance(subject, UnreadTarget):
        return Unknown(subject.why.reason, subject.why.detail)
    if subject.changed_by is not None:
        return Unknown(Reason.NOT_OBSERVED, f"being changed by {subject.changed_by}", "check again when it has ended")
    if item.rung > subject.ceiling:
        what = "a file tree" if subject.ceiling is Rung.DECLARED else "a node without a store (host data log_store)"
        seen = f"{what} shows rung {subject.ceiling.value} ({subject.ceiling.name.lower()}) at most"
        if item.rung > required:
            return NotApplicable(f"{seen}, and more was not asked for")
        return Unknown(Reason.NOT_OBSERVED, seen, _MORE)
    try:
        return item.function(subject, standard)
    except Exception as error:  # noqa: BLE001  one broken check must neither hide the others nor look like a PASS
        return Unknown(
            Reason.CHECK_ERROR, f"the check itself failed: {type(error).__name__}: {error}", "report this as a bug"
        )


def _asked(item: Check, result: Result, required: Rung) -> Result:
    """Where rung 0 suffices, what would lead to a higher one is not held against the target."""
    if required is not Rung.OFF or not item.climbs or isinstance(result, (Pass, NotApplicable)):
        return result
    return NotApplicable(f"not asked for, as rung 0 (off) suffices: {result.message}")


def _finding(item: Check, result: Result, subject: Subject, state: SourceState) -> Finding:
    status = {Pass: Status.PASS, Fail: Status.FAIL, Unknown: Status.UNKNOWN, NotApplicable: Status.NOT_APPLICABLE}
    return Finding(
        check=item.id,
        target=subject.name,
        cluster=subject.cluster,
        status=status[type(result)],
        severity=item.severity,
        message=result.message,
        reason=str(result.reason) if isinstance(result, Unknown) else None,
        rung=state.rung,
        required=state.required,
        expected=result.expected if isinstance(result, Fail) else None,
        actual=result.actual if isinstance(result, Fail) else None,
        evidence=result.evidence if isinstance(result, (Pass, Fail)) else (),
        remediation=result.remedy if isinstance(result, (Fail, Unknown)) else None,
        controls=item.controls,
        differences=result.differences if isinstance(result, Fail) else (),
        code=item.code,
        kind=subject.kind,
        log=item.log,
    )


def _source_state(results: Iterable[tuple[Check, Result]], required: Rung, ceiling: Rung) -> SourceState:
    results = list(results)
    rung, unknown = _climb(results, required, ceiling)
    grave = [(item, result) for item, result in results if item.severity.rank >= Severity.HIGH.rank]
    failed = any(isinstance(result, Fail) for _, result in grave)
    short = rung is None or rung < min(required, ceiling)
    if failed or (short and unknown is None):
        return SourceState(rung, required, ceiling, Status.FAIL)
    if not short:  # what would fail the source if it were bad must be known to be good
        asked = (result for item, result in grave if item.rung <= required and isinstance(result, Unknown))
        unknown = next(asked, None)
    if unknown is not None:
        return SourceState(rung, required, ceiling, Status.UNKNOWN, str(unknown.reason), unknown.remedy)
    if required > ceiling:
        hint = (
            _MORE
            if ceiling is Rung.DECLARED
            else f"nothing sees more yet; ask for less: --require {ceiling.name.lower()}"
        )
        return SourceState(rung, required, ceiling, Status.UNKNOWN, str(Reason.NOT_OBSERVED), hint)
    return SourceState(rung, required, ceiling, Status.PASS)


def _climb(
    results: Sequence[tuple[Check, Result]], required: Rung, ceiling: Rung
) -> tuple[Rung | None, Unknown | None]:
    """The highest rung up to which climbing checks passed, and what is not known of the next one; ``None``: nothing.

    The rung is ``None`` where the first one is not known. A rung that no check shows is not known either, where it is
    asked for; else it is where the ladder ends.
    """
    reached: Rung = Rung.OFF
    for rung in Rung:
        if not Rung.OFF < rung <= ceiling:
            continue
        here = [result for item, result in results if item.climbs and item.rung == rung]
        if any(isinstance(result, Fail) for result in here):
            break
        unknown = [result for result in here if isinstance(result, Unknown)]
        if unknown:
            return reached or None, unknown[0]
        if not any(isinstance(result, Pass) for result in here):
            if rung > required:
                break
            hint = f"nothing shows rung {rung.value}: ask for less: --require {reached.name.lower()}"
            return reached or None, Unknown(Reason.NOT_OBSERVED, "", hint)
        reached = rung
    return reached, None


def nothing_assessed(findings: Iterable[Finding], targets: Sequence[Target]) -> bool:
    """Whether no check came to a verdict on any target, although there was something to ask."""
    asked = [[state for state in target.sources.values() if state.required] for target in targets]
    if targets and not any(asked):
        return False
    idle = any(states and all(state.status is Status.NOT_APPLICABLE for state in states) for states in asked)
    passed = any(state.status is Status.PASS for states in asked for state in states)
    return not idle and not passed and not any(item.status in {Status.PASS, Status.FAIL} for item in findings)


def exit_code(findings: Iterable[Finding], targets: Iterable[Target], fail_on: Severity) -> int:
    """0 clean, 1 findings at or above ``fail_on``, 3 something unknown; 2 (nothing assessed) comes before both."""
    findings, targets = list(findings), list(targets)
    if not targets or nothing_assessed(findings, targets):
        return 2
    if any(item.status is Status.FAIL and item.severity.rank >= fail_on.rank for item in findings):
        return 1
    states = [state for target in targets for state in target.sources.values()]
    if any(state.status is Status.UNKNOWN for state in states) or any(
        item.status is Status.UNKNOWN for item in findings
    ):
        return 3
    return 0
