"""Rate limits of single services, from their unit files or from what systemd has handed to journald. Pure.

Source: https://www.freedesktop.org/software/systemd/man/latest/systemd.exec.html (LogRateLimitIntervalSec=). An
interval of 0 is not handed on by older systemd and leaves the unit with journald's own limit: so it counts as none.
"""

from __future__ import annotations

import posixpath
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from kubewitness.model import Unread
from kubewitness.nodelogs.amounts import span_seconds
from kubewitness.nodelogs.systemdconf import FOLDERS, is_masked, merge

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from kubewitness.nodelogs.systemdconf import Assignment
    from kubewitness.probe.reading import File

#: Messages a second that no service writes: a limit from here on drops nothing.
UNREACHABLE_PER_SECOND: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class UnitLimit:
    """The limit of one unit. ``None``: it has none of its own, so journald's is in force. ``where``: FILE:LINE."""

    unit: str
    interval_seconds: float | None
    burst: int | None
    where: str

    @property
    def drops_nothing(self) -> bool:
        """Whether no amount of messages reaches it."""
        if self.interval_seconds is None or self.burst is None:
            return False
        return self.burst >= self.interval_seconds * UNREACHABLE_PER_SECOND


def unit_limits(files: Sequence[File], units: Iterable[str]) -> Mapping[str, UnitLimit | Unread]:
    """The limit of each of ``units`` that is there, from its unit file and drop-ins."""
    return {unit: _limit(files, unit) for unit in units if _is_there(files, unit)}


def handed_on(
    limits: Mapping[str, UnitLimit | Unread], in_force: Mapping[str, Mapping[str, int]]
) -> Mapping[str, UnitLimit | Unread]:
    """``limits`` as systemd has handed them to journald: ``interval`` in microseconds and ``burst``, by unit."""
    return {unit: _in_force(unit, in_force.get(unit, {})) for unit in limits}


def _in_force(unit: str, given: Mapping[str, int]) -> UnitLimit:
    interval, burst = given.get("interval"), given.get("burst")
    where = f"/run/systemd/units/log-rate-limit-interval:{unit}" if interval else ""
    return UnitLimit(unit, interval / 1e6 if interval else None, burst or None, where)


def _is_there(files: Sequence[File], unit: str) -> bool:
    """An alias (``sshd.service``, a link to ``ssh.service``) is not a unit of its own."""
    paths = {f"{folder}/system/{unit}" for folder in FOLDERS}
    found = [file for file in files if file.path in paths and not file.absent]
    return any(not is_masked(file) and posixpath.basename(file.real or file.path) == unit for file in found)


def _limit(files: Sequence[File], unit: str) -> UnitLimit | Unread:
    merged = merge(files, f"system/{unit}", "Service")
    if isinstance(merged, Unread):
        return merged
    interval = _last(merged.assignments.get("LogRateLimitIntervalSec", ()))
    burst = _last(merged.assignments.get("LogRateLimitBurst", ()))
    seconds = span_seconds(interval.value) if interval else None
    given = burst is not None and burst.value.isascii() and burst.value.isdigit() and len(burst.value) < 12
    return UnitLimit(
        unit=unit,
        interval_seconds=seconds or None,
        burst=int(burst.value) if burst and given and int(burst.value) else None,
        where=next((item.where for item in (interval, burst) if item), ""),
    )


def _last(assignments: Sequence[Assignment]) -> Assignment | None:
    return assignments[-1] if assignments else None
