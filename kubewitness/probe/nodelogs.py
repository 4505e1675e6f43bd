"""What the probe saw of a node's own logs: settings as they stand in files, and what the running programs have done.

Three answers everywhere: a value, ``None`` for what is known to be absent, ``Unread`` for what was not read.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kubewitness.model import Unread
    from kubewitness.probe.reading import File, RotatedFile


@dataclass(frozen=True, slots=True)
class Disk:
    """The file system under a folder. ``type``: as ``stat -f`` names it: ``ext2/ext3``, ``tmpfs``, ``overlayfs``."""

    type: str
    device: int
    size_kib: int
    free_kib: int


@dataclass(frozen=True, slots=True)
class RunningJournal:
    """The running journald. Times are seconds since the epoch; ``None``: there is no entry.

    ``stores``: the folders in which it holds files open, /var/log/journal for instance. ``sizes_kib``: by folder.
    ``suppressed``: by unit, the messages that it says it dropped since its start.
    """

    pid: int
    started: float
    stores: frozenset[str]
    oldest: float | None
    newest: float | None
    sizes_kib: dict[str, int]
    suppressed: dict[str, int]


@dataclass(frozen=True, slots=True)
class RunningKubelet:
    """The running kubelet, with those of its flags that speak of logs, by name without dashes."""

    pid: int
    started: float
    flags: dict[str, str]


@dataclass(frozen=True, slots=True)
class ContainerLog:
    """The log of one container. ``name``: its folder below /var/log/pods. ``first``: when its first line was written.

    ``modified``: of the current file; both in seconds since the epoch.
    """

    name: str
    size: int
    modified: float
    first: float | None
    rotated: tuple[RotatedFile, ...]


@dataclass(frozen=True, slots=True)
class NodeLogs:
    """All of it. ``journal``, ``kubelet``: ``None`` in a file tree, and where none runs.

    ``active_units``: services that run, of those that we ask about; empty in a file tree. ``limits_in_force``: what
    systemd has handed to journald, by unit: ``interval`` in microseconds and ``burst``. ``containers``: ``None``: there
    is no /var/log/pods, or this is a file tree. ``disks``: by folder.
    """

    has_systemd: bool
    journal_files: tuple[File, ...]
    unit_files: tuple[File, ...]
    journal_store: File
    journal: RunningJournal | Unread | None
    active_units: frozenset[str]
    limits_in_force: dict[str, dict[str, int]]
    kubelet: RunningKubelet | None
    kubelet_configs: tuple[File, ...]
    kubelet_drop_ins: tuple[File, ...]
    kubelet_environments: tuple[File, ...]
    runtimes: frozenset[str]
    containerd_config: File | None
    containerd_imports: tuple[File, ...]
    containers: tuple[ContainerLog, ...] | Unread | None
    disks: dict[str, Disk] = field(default_factory=dict)
