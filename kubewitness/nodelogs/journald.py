"""journald's settings in force, from its configuration files. Pure.

Source: https://www.freedesktop.org/software/systemd/man/latest/journald.conf.html
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final, TypeVar

from kubewitness.model import Unread
from kubewitness.nodelogs.amounts import size_bytes, span_seconds
from kubewitness.nodelogs.systemdconf import merge
from kubewitness.nodelogs.written import InForce

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from kubewitness.nodelogs.systemdconf import Merged
    from kubewitness.probe.reading import File

_T = TypeVar("_T")

#: The drop-in of our deploy: late by name, so that it has the last word over a distribution's own.
DROP_IN: Final = "/etc/systemd/journald.conf.d/90-kubewitness.conf"
#: Where a persistent journal lies, and the other.
PERSISTENT_DIR: Final = "/var/log/journal"
VOLATILE_DIR: Final = "/run/log/journal"

_BOOLEANS: Final = dict.fromkeys(("1", "yes", "y", "true", "t", "on"), True) | dict.fromkeys(
    ("0", "no", "n", "false", "f", "off"), False
)


class Storage(StrEnum):
    """Where journald keeps entries. ``auto``: on disk where /var/log/journal is there."""

    AUTO = "auto"
    PERSISTENT = "persistent"
    VOLATILE = "volatile"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class JournalSettings:
    """What journald has read, or will at its next start. Sizes in bytes, times in seconds.

    ``max_use``, ``keep_free``, ``max_file_size``: ``None``: a share of the file system (``retention.py``).
    ``rate_limit_interval`` or ``rate_limit_burst`` 0: no limit. ``max_retention`` 0: none. ``forward_to_syslog``:
    ``None``: a default that is compiled in, and not known here. ``shadowed``: files that others of the same name hide.
    """

    storage: InForce[Storage]
    compress: InForce[bool]
    max_use: InForce[int | None]
    keep_free: InForce[int | None]
    max_file_size: InForce[int | None]
    max_files: InForce[int]
    max_retention: InForce[float]
    rate_limit_interval: InForce[float]
    rate_limit_burst: InForce[int]
    forward_to_syslog: InForce[bool | None]
    files: tuple[str, ...]
    shadowed: tuple[str, ...]
    newest_change: float

    def is_persistent(self, *, folder_is_there: bool) -> bool:
        """Whether entries go to the disk. ``folder_is_there``: /var/log/journal."""
        return self.storage.value is Storage.PERSISTENT or (self.storage.value is Storage.AUTO and folder_is_there)


def journal_settings(files: Sequence[File]) -> JournalSettings | Unread:
    """What ``files`` (all of journald.conf and its drop-ins that there are) make of journald."""
    merged = merge(files, "journald.conf", "Journal")
    if isinstance(merged, Unread):
        return merged
    read = _Reader(merged)
    return JournalSettings(
        storage=read.get("Storage", _storage, "auto"),
        compress=read.get("Compress", _compress, "yes"),
        max_use=read.optional("SystemMaxUse", size_bytes),
        keep_free=read.optional("SystemKeepFree", size_bytes),
        max_file_size=read.optional("SystemMaxFileSize", size_bytes),
        max_files=read.get("SystemMaxFiles", _count, "100"),
        max_retention=read.get("MaxRetentionSec", span_seconds, "0"),
        rate_limit_interval=read.get("RateLimitIntervalSec", span_seconds, "30s"),
        rate_limit_burst=read.get("RateLimitBurst", _count, "10000"),
        forward_to_syslog=read.compiled_in("ForwardToSyslog", lambda text: _BOOLEANS.get(text.lower())),
        files=tuple(file.path for file in merged.files),
        shadowed=merged.shadowed,
        newest_change=max((_changed(file) for file in merged.files), default=0.0),
    )


class _Reader:
    """The last assignment that journald takes: it passes over a value that it cannot read, with a warning."""

    def __init__(self, merged: Merged) -> None:
        self._merged = merged

    def get(self, key: str, read: Callable[[str], _T | None], default: str) -> InForce[_T]:
        found = self.optional(key, read)
        if found.value is not None:
            return InForce(key, found.value, found.written, found.where)
        value = read(default)
        if value is None:
            raise ValueError(f"{key}: our own default {default!r} cannot be read")
        return InForce(key, value, default)

    def optional(self, key: str, read: Callable[[str], _T | None]) -> InForce[_T | None]:
        for assignment in reversed(self._merged.assignments.get(key, ())):
            value = read(assignment.value)
            if value is not None:
                return InForce(key, value, assignment.value, assignment.where)
        return InForce(key, None, "")

    def compiled_in(self, key: str, read: Callable[[str], _T | None]) -> InForce[_T | None]:
        """For a default that distributions change: the shipped file has it behind a ``#``, or it is not known."""
        found, commented = self.optional(key, read), self._merged.commented.get(key, "")
        return found if found.value is not None or not commented else InForce(key, read(commented), commented)


def _storage(text: str) -> Storage | None:
    return Storage(text) if text in list(Storage) else None


def _compress(text: str) -> bool | None:
    """A number is the size from which on entries are compressed."""
    found = _BOOLEANS.get(text.lower())
    return True if found is None and size_bytes(text) is not None else found


def _count(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 12 else None


def _changed(file: File) -> float:
    return 0.0 if file.shape is None or isinstance(file.shape, Unread) else max(file.shape.mtime, file.shape.ctime)
