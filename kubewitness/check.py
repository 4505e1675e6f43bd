"""Checks: what one is, and what it answers. Pure.

A check is a function of one observed target (an API server, a managed cluster) and its standard to exactly one result.
It reads nothing, and the threshold is the standard's, never its own. ``ladder`` runs them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, TypeAlias, TypeVar

from kubewitness.apiserver import StaticPod
from kubewitness.model import SOURCES, FieldDifference, Kind, Reason, Source, Unread
from kubewitness.observed import Broken

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from kubewitness.apiserver import AuditSettings
    from kubewitness.demand import Difference
    from kubewitness.model import Evidence, Rung, Severity
    from kubewitness.observed import ApiServer
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

Result: TypeAlias = Pass | Fail | Unknown | NotApplicable
_Observed = TypeVar("_Observed")


@dataclass(frozen=True, slots=True)
class Check:
    """One check of the catalogue.

    ``kind``: the targets that it looks at. Where the question is the same for another kind, that check has the same id.
    ``log``: the source of logs that it speaks of. ``rung``: where on the ladder of that source it looks. ``climbs``: it
    decides whether that rung is reached. ``opt_in``: the option that asks for it; empty: it always runs. ``source``:
    where the demand comes from (https). ``controls``: ``framework:id``. ``code``: the rule of ``policy lint`` that it
    is, as ``AF002``, which several may share.
    """

    id: str
    kind: Kind
    title: str
    severity: Severity
    rung: Rung
    climbs: bool
    opt_in: str
    source: str
    controls: tuple[str, ...]
    function: Callable[[Any, Standard], Result]
    code: str = ""
    log: Source = Source.AUDIT

    @property
    def why(self) -> str:
        """What ``kubewitness explain`` prints: the function's docstring."""
        return (self.function.__doc__ or "").strip()


def check(
    id: str,  # noqa: A002  the name of the field in reports and waivers
    title: str,
    *,
    kind: Kind = Kind.API_SERVER,
    log: Source | None = None,
    severity: Severity,
    rung: Rung,
    source: str,
    controls: tuple[str, ...] = (),
    climbs: bool = False,
    opt_in: str = "",
    code: str = "",
) -> Callable[[Callable[[_Observed, Standard], Result]], Check]:
    """Make a check of a function. ``title`` states the good state. ``log``: ``None``: the first that the kind has.

    Raises ValueError for a log that its kind of target does not have.
    """
    climbed = log or SOURCES[kind][0]
    if climbed not in SOURCES[kind]:
        raise ValueError(f"{id}: a target of kind {kind} has no log {climbed}")

    def decorate(function: Callable[[_Observed, Standard], Result]) -> Check:
        return Check(id, kind, title, severity, rung, climbs, opt_in, source, controls, function, code, climbed)

    return decorate


def not_read(unread: Unread) -> Unknown:
    """What was not read of a node, and how to have it read."""
    return Unknown(unread.reason, unread.detail, _AS_ROOT if unread.reason is Reason.DENIED else None)


def declared(server: ApiServer) -> tuple[StaticPod, AuditSettings] | Unknown:
    """The pod and its audit settings, or why there are none: what nearly every check begins with."""
    match server.pod:
        case Unread() as unread:
            return not_read(unread)
        case Broken(error=error):
            return Unknown(Reason.PARSE, error, "mend the manifest: see apiserver-manifest")
        case None:
            known = ", ".join(server.distributions) or "none that is known"
            detail = f"no kube-apiserver static pod in {server.reading.manifest_dir} (distribution: {known})"
            return Unknown(Reason.UNSUPPORTED, detail, "only kubeadm's static pods are read so far")
    if server.declared and isinstance(server.declared.settings, Unread):
        return not_read(server.declared.settings)
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
