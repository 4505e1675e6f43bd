"""Rotation: what is in force against the least that a standard asks for. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kubewitness.apiserver.settings import AuditSettings


@dataclass(frozen=True, slots=True)
class RotationMinimum:
    """The least that has to be kept: days, rotated files, and MiB before a file is rotated."""

    maxage_days: int
    maxbackup: int
    maxsize_mib: int


@dataclass(frozen=True, slots=True)
class Gap:
    """A flag (without its dashes) whose value in force is too small. ``set_to``: the value that ends the gap."""

    flag: str
    expected: int
    actual: int
    set_to: int


def rotation_gaps(settings: AuditSettings, rotation: RotationMinimum) -> tuple[Gap, ...]:
    """Where rotation takes away too early. Only weaker values are in it: no limit (0) keeps more than any minimum.

    What is not known has no gap: see ``unknown_rotation``. A log that the server does not rotate itself (none, or
    standard output) has none either.
    """
    if not _rotated_here(settings) or settings.maxsize_mib == 0:
        return ()
    return tuple(
        Gap(flag, expected, actual, expected)
        for flag, actual, expected in rotation_values(settings, rotation)
        if actual is not None and 0 < actual < expected
    )


def unknown_rotation(settings: AuditSettings) -> tuple[str, ...]:
    """The flags of rotation whose value in force is not known, because the server's version is not."""
    if not _rotated_here(settings):
        return ()
    return tuple(flag for flag, actual, _ in rotation_values(settings, RotationMinimum(0, 0, 0)) if actual is None)


def is_unbounded(settings: AuditSettings) -> bool | None:
    """Whether nothing is ever taken away, so that the log fills the disk in the end; ``None`` when that is not known.

    That is no gap to a minimum, but worth a word. It is so where the file is never rotated (a maxsize of 0 from 1.36
    on), and where neither age nor number is limited.
    """
    if not _rotated_here(settings) or settings.maxsize_mib == 0:
        return _rotated_here(settings)
    limits = (settings.maxage_days, settings.maxbackup)
    if any(limits):
        return False if settings.maxsize_mib is not None else None
    return None if None in limits else True


def capacity_mib(settings: AuditSettings) -> int | None:
    """The most that the log and its rotated files take, in MiB, uncompressed.

    ``None``: their number or size has no limit (an age alone is none), is not known, or there is no such file.
    """
    if not _rotated_here(settings) or not settings.maxbackup or not settings.maxsize_mib:
        return None
    return (settings.maxbackup + 1) * settings.maxsize_mib


def _rotated_here(settings: AuditSettings) -> bool:
    return settings.log_path not in {"", "-"}


def rotation_values(settings: AuditSettings, rotation: RotationMinimum) -> Iterator[tuple[str, int | None, int]]:
    """Each flag of rotation with its value in force (``None``: not known) and the minimum."""
    yield "audit-log-maxage", settings.maxage_days, rotation.maxage_days
    yield "audit-log-maxbackup", settings.maxbackup, rotation.maxbackup
    yield "audit-log-maxsize", settings.maxsize_mib, rotation.maxsize_mib
