"""How long a log really lasts: what it may take, divided by how fast it is written. Pure.

An age alone (``maxage``, ``MaxRetentionSec``) is a promise that a full disk breaks: it can only shorten the answer.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from kubewitness.nodelogs.amounts import in_words

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from kubewitness.probe.reading import RotatedFile

#: What was measured for less is the noise of a start.
LEAST_SECONDS: Final = 600

_GIB: Final = 1 << 30
_JOURNAL_SHARE, _FREE_SHARE, _DEFAULT_MOST = 0.10, 0.15, 4 * _GIB
_FILE_MOST: Final = 128 << 20


@dataclass(frozen=True, slots=True)
class Rate:
    """Bytes a second, measured over ``seconds``."""

    bytes_per_second: float
    seconds: float

    def __str__(self) -> str:
        hours = self.seconds / 3600
        span = f"{hours:.1f} h" if hours >= 1 else f"{self.seconds / 60:.0f} min"
        return f"{in_words(self.bytes_per_second * 3600)} an hour, measured over {span}"


@dataclass(frozen=True, slots=True)
class Other:
    """Another log on the same disk. ``claim``: bytes that it may still take; infinite where its bound is not known."""

    bytes_per_second: float
    claim: float


@dataclass(frozen=True, slots=True)
class Bound:
    """What a log may take at most, in bytes, and what says so."""

    size: float
    words: str


@dataclass(frozen=True, slots=True)
class Retention:
    """``hours`` that a log holds: ``bound`` divided by ``rate``, or less where an age takes it away before."""

    hours: float
    bound: Bound
    rate: Rate

    def __str__(self) -> str:
        return f"{hours_in_words(self.hours)}: {self.bound.words}, {self.rate}"


def hours_in_words(hours: float) -> str:
    """``2.5 hours``, ``31 days``."""
    return f"{hours:.1f} hours" if hours < 72 else f"{min(hours / 24, 9999):.0f} days"


def rate_of_files(
    size: int, first_event: float | None, rotated: Sequence[RotatedFile], now: float, *, whole: int, is_full: bool
) -> Rate | None:
    """How fast a rotated log is written; ``None``: not known, as on a young node.

    ``size`` and ``first_event``: of the current file. ``whole``: the size at which a file is rotated, which is what a
    compressed one was. ``is_full``: files have been taken away already, so that a short time is no young log but a
    fast one.
    """
    if rotated:
        oldest = min(rotated, key=lambda file: file.mtime)
        others = [file for file in rotated if file is not oldest]
        written = size + sum(whole if file.compressed else file.size for file in others)
        return _rate(written, now - oldest.mtime, is_full=is_full)
    return None if first_event is None else _rate(size, now - first_event, is_full=False)


def rate_since(size: int, oldest: float | None, now: float, *, is_full: bool) -> Rate | None:
    """How fast a log is written that holds ``size`` bytes since ``oldest``."""
    return None if oldest is None else _rate(size, now - oldest, is_full=is_full)


def _rate(written: float, seconds: float, *, is_full: bool) -> Rate | None:
    if seconds <= 0 or (seconds < LEAST_SECONDS and not is_full):
        return None
    return Rate(written / seconds, seconds)


def retention(bounds: Iterable[Bound | None], rate: Rate, age_hours: float = 0) -> Retention | None:
    """The hours that the tightest of ``bounds`` holds at ``rate``; ``age_hours``: what an age leaves, 0: no such limit.

    ``None`` where nothing bounds it, so that nothing can be said.
    """
    known = [bound for bound in bounds if bound is not None]
    if not known:
        return None
    bound = min(known, key=lambda item: item.size)
    hours = bound.size / rate.bytes_per_second / 3600 if rate.bytes_per_second else float("inf")
    return Retention(min(hours, age_hours or hours), bound, rate)


def room(used: int, free: int, own: Rate, others: Sequence[Other]) -> Bound:
    """What a log can take on its disk: what it takes already, and of what is free what the others leave to it.

    Logs on one disk fill it together, each as fast as it is written, and none beyond its own bound.
    """
    together = own.bytes_per_second + sum(other.bytes_per_second for other in others)
    share = free * own.bytes_per_second / together if together else free
    size = used + max(share, free - sum(other.claim for other in others))
    shared = (
        f" shared with {len(others)} more logs" if len(others) > 1 else " shared with another log" if others else ""
    )
    return Bound(size, f"{in_words(size)} on its disk{shared}")


def journal_bounds(
    *,
    max_use: int | None,
    keep_free: int | None,
    max_file_size: int | None,
    max_files: int,
    used: int,
    free: int,
    disk: int,
) -> tuple[Bound, Bound, Bound]:
    """What journald lets its journal take, on a disk of ``disk`` bytes with ``free`` free and ``used`` by the journal.

    Source: https://www.freedesktop.org/software/systemd/man/latest/journald.conf.html (SystemMaxUse=)
    """
    most = max_use if max_use is not None else min(disk * _JOURNAL_SHARE, _DEFAULT_MOST)
    kept = keep_free if keep_free is not None else min(disk * _FREE_SHARE, _DEFAULT_MOST)
    each = max_file_size if max_file_size is not None else min(most / 8, _FILE_MOST)
    return (
        Bound(most, f"SystemMaxUse is {in_words(most)}{'' if max_use is not None else ' by default'}"),
        Bound(max(used + free - kept, 0), f"{in_words(max(used + free - kept, 0))} are left above SystemKeepFree"),
        Bound(each * max(1, max_files), f"SystemMaxFiles is {max_files} of {in_words(each)}"),
    )
