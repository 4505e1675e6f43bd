"""What a standard demands of journald and finds missing: the one place that the checks and the deploy ask. Pure.

A standard states minimums: more than it asks is no difference.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from kubewitness.demand import Difference
from kubewitness.model import Reason, Unread
from kubewitness.nodelogs.amounts import in_words
from kubewitness.nodelogs.retention import journal_bounds
from kubewitness.nodestandard import UNITS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from kubewitness.nodelogs.journald import JournalSettings
    from kubewitness.nodelogs.retention import Bound
    from kubewitness.nodelogs.units import UnitLimit
    from kubewitness.nodelogs.written import InForce
    from kubewitness.nodestandard import JournalStandard

#: What a unit gets that must not be dropped; an interval of 0 is not handed on by older systemd.
UNLIMITED: Final = {"LogRateLimitIntervalSec": "1s", "LogRateLimitBurst": "100000000"}

_MIB: Final = 1 << 20
_DAY: Final = 86_400
_BURST_SECONDS: Final = 30


@dataclass(frozen=True, slots=True)
class Shortfall:
    """One setting of journald that falls short, and the assignments that end it."""

    field: str
    expected: str
    actual: str
    set_to: tuple[tuple[str, str], ...]

    @property
    def difference(self) -> Difference:
        """As checks tell it."""
        assigned = ", ".join(f"{key}={value}" for key, value in self.set_to)
        return Difference(
            self.field, self.expected, self.actual, f"set {assigned} in journald.conf: the journald deploy does"
        )


def storage_shortfalls(
    settings: JournalSettings, standard: JournalStandard, *, folder_is_there: bool
) -> tuple[Shortfall, ...]:
    """The journal is gone after a reboot, and it should not be."""
    if not standard.persistent or settings.is_persistent(folder_is_there=folder_is_there):
        return ()
    actual = _told(settings.storage) + ("" if folder_is_there else ", and there is no /var/log/journal")
    return (Shortfall("Storage", "persistent", actual, (("Storage", "persistent"),)),)


def limit_shortfalls(
    settings: JournalSettings, standard: JournalStandard, disk_bytes: int | None
) -> tuple[Shortfall, ...] | Unread:
    """It may take too little room, is thrown away too early, or is not compressed.

    ``disk_bytes``: of the disk that it is on, of which its limits are shares by default; ``None``: not seen.
    """
    if disk_bytes is None and settings.max_use.value is None:
        return Unread(
            Reason.NOT_OBSERVED, "SystemMaxUse is a tenth of the disk by default, and the disk is not seen here"
        )
    return (*_room(settings, standard, disk_bytes or 0), *_age(settings, standard), *_compression(settings, standard))


def _room(settings: JournalSettings, standard: JournalStandard, disk_bytes: int) -> Iterator[Shortfall]:
    wanted = standard.max_use_mib * _MIB
    use, _ = _bounds(settings, settings.max_use.value, disk_bytes)
    if use.size < wanted:
        actual = f"{in_words(use.size)} ({settings.max_use.where or 'by default'})"
        yield Shortfall("SystemMaxUse", in_words(wanted), actual, (("SystemMaxUse", f"{standard.max_use_mib}M"),))
    _, files = _bounds(settings, int(max(use.size, wanted)), disk_bytes)
    if files.size < wanted:
        number = max(-(-standard.max_use_mib // 128), settings.max_files.value)
        to = (("SystemMaxFileSize", "128M"), ("SystemMaxFiles", str(number)))
        yield Shortfall("SystemMaxFiles", f"room for {in_words(wanted)}", files.words, to)


def _bounds(settings: JournalSettings, max_use: int | None, disk_bytes: int) -> tuple[Bound, Bound]:
    use, _, files = journal_bounds(
        max_use=max_use,
        keep_free=settings.keep_free.value,
        max_file_size=settings.max_file_size.value,
        max_files=settings.max_files.value,
        used=0,
        free=0,
        disk=disk_bytes,
    )
    return use, files


def _age(settings: JournalSettings, standard: JournalStandard) -> Iterator[Shortfall]:
    if 0 < settings.max_retention.value < standard.retention_days * _DAY:
        to = (("MaxRetentionSec", f"{standard.retention_days}day"),)
        yield Shortfall(
            "MaxRetentionSec", f"{standard.retention_days} days, or none", _told(settings.max_retention), to
        )


def _compression(settings: JournalSettings, standard: JournalStandard) -> Iterator[Shortfall]:
    if standard.compress and not settings.compress.value:
        yield Shortfall("Compress", "yes", _told(settings.compress), (("Compress", "yes"),))


def forwarding_shortfalls(settings: JournalSettings, standard: JournalStandard) -> tuple[Shortfall, ...]:
    """A syslog daemon is to have the messages too, and does not get them, or nobody knows."""
    if not standard.forward_to_syslog or settings.forward_to_syslog.value:
        return ()
    known = settings.forward_to_syslog.value is not None
    actual = _told(settings.forward_to_syslog) if known else "not set, and the default is compiled in"
    return (Shortfall("ForwardToSyslog", "yes", actual, (("ForwardToSyslog", "yes"),)),)


def burst_shortfalls(settings: JournalSettings, standard: JournalStandard) -> tuple[Shortfall, ...]:
    """journald drops messages of a unit earlier than the standard allows."""
    if not is_limited(settings):
        return ()
    interval, burst = settings.rate_limit_interval, settings.rate_limit_burst
    if burst.value * _BURST_SECONDS / interval.value >= standard.rate_limit_burst:
        return ()
    to = (("RateLimitIntervalSec", f"{_BURST_SECONDS}s"), ("RateLimitBurst", str(standard.rate_limit_burst)))
    expected = f"{standard.rate_limit_burst} messages in {_BURST_SECONDS} s"
    actual = f"{burst.value} in {interval.written} ({burst.where or interval.where or 'by default'})"
    return (Shortfall("RateLimitBurst", expected, actual, to),)


def is_limited(settings: JournalSettings) -> bool:
    """Whether journald drops what a unit writes too fast."""
    return bool(settings.rate_limit_interval.value and settings.rate_limit_burst.value)


def limited_units(
    limits: Mapping[str, UnitLimit | Unread], settings: JournalSettings, standard: JournalStandard
) -> tuple[UnitLimit, ...] | Unread:
    """The units whose messages may be dropped, and must not be. ``Unread`` where it is not known of one."""
    found = []
    for unit in (unit for service in standard.never_dropped for unit in UNITS[service]):
        limit = limits.get(unit)
        if isinstance(limit, Unread):
            return limit
        if limit is not None and not limit.drops_nothing and (limit.interval_seconds or is_limited(settings)):
            found.append(limit)
    return tuple(found)


def unit_difference(limit: UnitLimit) -> Difference:
    """As checks tell it."""
    own = limit.burst is not None and limit.interval_seconds is not None
    actual = f"{limit.burst} in {limit.interval_seconds:g} s ({limit.where})" if own else "journald's own"
    assigned = ", ".join(f"{key}={value}" for key, value in UNLIMITED.items())
    remedy = f"set {assigned} in a drop-in of {limit.unit}: the journald deploy does"
    return Difference(f"rate limit of {limit.unit}", "none that drops", actual, remedy)


def _told(setting: InForce[object]) -> str:
    return f"{setting.written} ({setting.where or 'by default'})"
