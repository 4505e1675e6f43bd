"""What one probe of one node saw, as values. Nothing is judged here, and nothing is understood yet.

Three answers everywhere: a value, ``None`` for what is known to be absent, ``Unread`` for what was not read.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kubewitness.model import Unread, View
    from kubewitness.probe.nodelogs import NodeLogs
    from kubewitness.probe.shippers import LogShippers


@dataclass(frozen=True, slots=True)
class Shape:
    """What ``stat`` says of a file, symbolic links followed. Times are seconds since the epoch by the node's clock."""

    mode: int
    uid: int
    gid: int
    size: int
    inode: int
    device: int
    mtime: float
    ctime: float

    @property
    def permissions(self) -> int:
        """The permission bits, 0o600 for instance."""
        return self.mode & 0o7777

    @property
    def is_directory(self) -> bool:
        return self.mode & 0o170000 == 0o040000

    @property
    def is_file(self) -> bool:
        return self.mode & 0o170000 == 0o100000


@dataclass(frozen=True, slots=True)
class File:
    """A path of the node. ``shape`` is ``None`` when nothing is there; ``text`` is the content, where it was asked for.

    ``Unread`` in either place: it could not be read. ``real``: where symbolic links lead, also to
    nothing; empty where that is not known.
    """

    path: str
    shape: Shape | Unread | None
    text: str | Unread | None = None
    real: str = ""

    @property
    def absent(self) -> bool:
        return self.shape is None


@dataclass(frozen=True, slots=True)
class OpenFile:
    """A file that a process holds open. ``deleted``: its name is gone, what is written to it is lost."""

    path: str
    deleted: bool
    shape: Shape


@dataclass(frozen=True, slots=True)
class Answer:
    """What the API server said to an anonymous request. ``code`` 0: nothing answered."""

    code: int
    body: str


@dataclass(frozen=True, slots=True)
class Canary:
    """Our own request. ``lines``: the events with its id found in the log, as the server wrote them.

    ``waited_seconds``: how long the probe looked for them.
    """

    id: str
    code: int
    lines: tuple[str, ...]
    waited_seconds: int = 0
    problem: str | None = None


@dataclass(frozen=True, slots=True)
class Process:
    """A running kube-apiserver.

    ``started``: seconds since the epoch; ``started_ticks``: since boot, which with the pid names it for good.
    ``policy``: the file as the process sees it now. ``open_logs``: every file that it holds open in the folder of its
    log or below, by the container's paths; where not ``descriptors_listed`` they are not known.
    """

    pid: int
    started: float
    started_ticks: int
    argv: tuple[str, ...]
    policy: File | None
    open_logs: tuple[OpenFile, ...]
    descriptors_listed: bool
    answers: dict[str, Answer]
    canary: Canary | None


@dataclass(frozen=True, slots=True)
class RotatedFile:
    """A rotated file. ``mtime``: of its last event, in seconds since the epoch. ``compressed``: ``size`` is then."""

    size: int
    mtime: float
    compressed: bool = False


@dataclass(frozen=True, slots=True)
class AuditLog:
    """The audit log's file and directory. ``last_event``: seconds since the epoch, ``None`` when no event was found.

    ``Unread``: the file is there, and what is in it could not be read.
    ``free_kib``, ``used_kib``: the room there, and what the log and its rotated files take; ``None``: not seen.
    ``first_event``: in the current file, like ``last_event``; ``rotated``: the others. Both empty in a file tree.
    """

    file: File
    directory: File
    last_event: float | Unread | None
    free_kib: int | None
    used_kib: int | None
    first_event: float | None = None
    rotated: tuple[RotatedFile, ...] = ()


@dataclass(frozen=True, slots=True)
class Reading:
    """Everything that one probe of one node saw. ``now``: seconds since the epoch by the node's clock.

    ``policy_folders``: the folders of ``policies``. ``lock``: who is changing this node right now, ``None``: nobody.
    ``shippers``: ``None``: they were not looked at. ``state``: what our last run left; ``saved``: the files of the run
    that was asked for. Both by file name. ``node``: its own logs; ``None``: the probe says nothing of them.
    """

    view: View
    now: float
    markers: frozenset[str]
    tools: frozenset[str]
    processes: frozenset[str]
    kubelet_active: str
    manifest_dir: str
    manifests: tuple[File, ...] | Unread | None
    servers: tuple[Process, ...]
    policies: dict[str, File]
    logs: dict[str, AuditLog]
    state: dict[str, File]
    saved: dict[str, File]
    lock: str | None
    policy_folders: dict[str, File] = field(default_factory=dict)
    shippers: LogShippers | None = None
    node: NodeLogs | None = None
