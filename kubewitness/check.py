"""Checks: what one is, how the catalogue runs, how far a source of logs was seen. Pure.

A check is a function of one observed API server and its standard to exactly one result. It reads nothing, and the
threshold is the standard's, never its own. A check that raises is UNKNOWN with the error.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeAlias

from kubewitness.apiserver import StaticPod
from kubewitness.model import (
    Evidence,
    FieldDifference,
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
from kubewitness.observed import ApiServer, Broken

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterable, Sequence

    from kubewitness.apiserver import AuditSettings
    from kubewitness.demand import Difference
    from kubewitness.probe.reading import AuditLog
    from kubewitness.standard import Standard


@dataclass(frozen=True, slots=True)
class Pass:
    """The good state, as it was read."""

    message: str
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True)
class Fail:
    """The bad state. ``remedy`` can be pasted or acted on."""

    message: str
    remedy: str
    expected: str | None = None
    actual: str | None = None
    evidence: tuple[Evidence, ...] = ()
    differences: tuple[FieldDifference, ...] = ()


@dataclass(frozen=True, slots=True)
class Unknown:
    """Something that the verdict needs was not read. ``remedy``: how to have it read."""

    reason: Reason
    message: str
    remedy: str | None = None


@dataclass(frozen=True, slots=True)
class NotApplicable:
    """The question does not arise here."""

    message: str


_AS_ROOT: Final = "run as root, or set _sudo in the inventory"
_MORE: Final = "check the live node, or ask for less: --require declared"

Result: TypeAlias = Pass | Fail | Unknown | NotApplicable
_Function: TypeAlias = "Callable[[ApiServer, Standard], Result]"


@dataclass(frozen=True, slots=True)
class Check:
    """One check of the catalogue.

    ``rung``: where on the ladder it looks. ``climbs``: it decides whether that rung is reached. ``opt_in``: the
    option that asks for it; empty: it always runs. ``source``: where the demand comes from (https). ``controls``:
    ``framework:id``. ``code``: the rule of ``policy lint`` that it is, as ``AF002``, which several may share.
    """

    id: str
    title: str
    severity: Severity
    rung: Rung
    climbs: bool
    opt_in: str
    source: str
    controls: tuple[str, ...]
    function: _Function
    code: str = ""

    @property
    def why(self) -> str:
        """What ``kubewitness explain`` prints: the function's docstring."""
        return (self.function.__doc__ or "").strip()


def check(
    id: str,  # noqa: A002  the name of the field in reports and waivers
    title: str,
    *,
    severity: Severity,
    rung: Rung,
    source: str,
    controls: tuple[str, ...] = (),
    climbs: bool = False,
    opt_in: str = "",
    code: str = "",
) -> Callable[[_Function], Check]:
    """Make a check of a function. ``title`` states the good state."""

    def decorate(function: _Function) -> Check:
        return Check(id, title, severity, rung, climbs, opt_in, source, controls, function, code)

    return decorate


@dataclass(frozen=True, slots=True)
class UnreadNode:
    """A control plane that could not be read at all; the others go on."""

    name: str
    cluster: str
    why: Unread
    ceiling: Rung


Subject: TypeAlias = ApiServer | UnreadNode


def assess(
    subject: Subject, standard: Standard, catalogue: Sequence[Check], options: Container[str] = ()
) -> tuple[Target, tuple[Finding, ...]]:
    """Run every check of the catalogue on one control plane. ``options``: those that were given, ``--prove``."""
    required = standard.required[Source.AUDIT]
    results = [
        (item, _result(item, subject, standard, required))
        if not item.opt_in or item.opt_in in options
        else (item, NotApplicable(f"not asked for: {item.opt_in}"))
        for item in catalogue
    ]
    state = _source_state(results, required, subject.ceiling)
    findings = tuple(_finding(item, result, subject, state) for item, result in results)
    return Target(subject.name, subject.cluster, Kind.API_SERVER, {Source.AUDIT: state}), findings


def _result(item: Check, subject: Subject, standard: Standard, required: Rung) -> Result:
    if isinstance(subject, UnreadNode):
        return Unknown(subject.why.reason, subject.why.detail)
    if subject.reading.lock is not None:
        return Unknown(Reason.NOT_OBSERVED, f"being changed by {subject.reading.lock}", "check again when it has ended")
    if item.rung > subject.ceiling:
        seen = f"a file tree shows rung {subject.ceiling.value} ({subject.ceiling.name.lower()}) at most"
        if item.rung > required:
            return NotApplicable(f"{seen}, and more was not asked for")
        return Unknown(Reason.NOT_OBSERVED, seen, _MORE)
    try:
        return item.function(subject, standard)
    except Exception as error:  # noqa: BLE001  one broken check must neither hide the others nor look like a PASS
        return Unknown(
            Reason.CHECK_ERROR, f"the check itself failed: {type(error).__name__}: {error}", "report this as a bug"
        )


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
    )


def _source_state(results: Iterable[tuple[Check, Result]], required: Rung, ceiling: Rung) -> SourceState:
    results = list(results)
    rung, unknown = _climb(results, required, ceiling)
    failed = any(isinstance(result, Fail) and item.severity.rank >= Severity.HIGH.rank for item, result in results)
    short = rung is None or rung < min(required, ceiling)
    if failed or (short and unknown is None):
        return SourceState(rung, required, ceiling, Status.FAIL)
    if short and unknown is not None:
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


def declared(server: ApiServer) -> tuple[StaticPod, AuditSettings] | Unknown:
    """The pod and its audit settings, or why there are none: what nearly every check begins with."""
    match server.pod:
        case Unread(reason=reason, detail=detail):
            return Unknown(reason, detail, None if reason is Reason.UNSUPPORTED else _AS_ROOT)
        case Broken(error=error):
            return Unknown(Reason.PARSE, error, "mend the manifest: see apiserver-manifest")
        case None:
            known = ", ".join(server.distributions) or "none that is known"
            detail = f"no kube-apiserver static pod in {server.reading.manifest_dir} (distribution: {known})"
            return Unknown(Reason.UNSUPPORTED, detail, "only kubeadm's static pods are read so far")
    if server.declared and isinstance(server.declared.settings, Unread):
        return Unknown(server.declared.settings.reason, server.declared.settings.detail)
    if server.settings is None:
        return Unknown(Reason.PARSE, "the audit flags are not valid", "see apiserver-manifest")
    return server.pod, server.settings


def log_file(server: ApiServer) -> tuple[AuditSettings, AuditLog] | Unknown | NotApplicable:
    """The settings and the log file that they name, for checks that look into it."""
    found = declared(server)
    if isinstance(found, Unknown):
        return found
    settings = found[1]
    if not settings.log_path or settings.log_path == "-":
        return NotApplicable("no log file is set")
    if server.log is None:
        return Unknown(Reason.NOT_OBSERVED, f"{settings.log_path} lies under no mount that the probe could follow")
    return settings, server.log


def from_differences(
    found: Sequence[Difference], good: str, evidence: tuple[Evidence, ...] = (), *, noun: str = "differences"
) -> Result:
    """PASS where nothing differs; else one FAIL that names every difference."""
    if not found:
        return Pass(good, evidence)
    first = found[0]
    message = f"{first.field}: {first.actual}" if len(found) == 1 else f"{len(found)} {noun}"
    return Fail(
        message=message,
        remedy="; ".join(dict.fromkeys(difference.remedy for difference in found)),
        expected="\n".join(f"{difference.field}: {difference.expected}" for difference in found),
        actual="\n".join(f"{difference.field}: {difference.actual}" for difference in found),
        evidence=evidence,
        differences=tuple(FieldDifference(item.field, item.expected, item.actual) for item in found),
    )


def exit_code(findings: Iterable[Finding], targets: Iterable[Target], fail_on: Severity) -> int:
    """0 clean, 1 findings at or above ``fail_on``, 3 something unknown; 2 (nothing assessed) comes before both."""
    findings, targets = list(findings), list(targets)
    if not targets:
        return 2
    if any(item.status is Status.FAIL and item.severity.rank >= fail_on.rank for item in findings):
        return 1
    states = [state for target in targets for state in target.sources.values()]
    if any(state.status is Status.UNKNOWN for state in states) or any(
        item.status is Status.UNKNOWN for item in findings
    ):
        return 3
    return 0
