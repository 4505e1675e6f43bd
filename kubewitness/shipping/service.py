"""The change of one service of a node: its files, and what the node is told to do with them. Pure values."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class SeenFile:
    """What lies at a path. ``sha256``: of its bytes, or ``absent``, or ``no file`` (a folder, a pipe).

    ``owner``: ``user:group``. ``text``: ``None`` where it was not asked for, or is no text. ``changed``: the later of
    its times of change, seconds since the epoch; 0 where nothing is there.
    """

    path: str
    sha256: str
    mode: int = 0
    owner: str = ""
    text: str | None = None
    changed: float = 0

    @property
    def absent(self) -> bool:
        return self.sha256 == "absent"


@dataclass(frozen=True, slots=True)
class LastChange:
    """What our last run of this service left. ``files``: paths that it wrote; none after a way back.

    ``pid``, ``started``: the process that it watched; ``None``: none, as in a file tree.
    """

    run: str
    files: frozenset[str]
    pid: int | None
    started: int | None


@dataclass(frozen=True, slots=True)
class MainProcess:
    """``ticks``: since boot, which with the pid name it for good. ``started``: seconds since the epoch."""

    pid: int
    ticks: int
    started: float


@dataclass(frozen=True, slots=True)
class SeenService:
    """What lies at the paths that were asked for, by path. ``last``: ``None``: no run of ours left anything.

    ``active``: what systemd says of the unit; empty in a file tree. ``process``: its main one; ``None``: none runs.
    """

    files: Mapping[str, SeenFile]
    last: LastChange | None
    active: str = ""
    process: MainProcess | None = None


@dataclass(frozen=True, slots=True)
class Program:
    """An executable to send. ``source``: its file on this machine."""

    source: str
    sha256: str


@dataclass(frozen=True, slots=True)
class WantedFile:
    """A file as it is to be. ``content``: ``None``: it goes. ``secret``: its content is never shown.

    ``first``: where there is none yet it is put in place before the program checks its configuration, which names it.
    """

    path: str
    content: str | Program | None
    mode: int = 0o644
    owner: str = "root:root"
    secret: bool = False
    first: bool = False

    @property
    def sha256(self) -> str:
        match self.content:
            case None:
                return "absent"
            case Program(sha256=sha256):
                return sha256
            case str(text):
                return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()


@dataclass(frozen=True, slots=True)
class ServiceChange:
    """All that the node-side script is told.

    ``files``: those that differ, with what lies there, in the order in which they are put in place. ``owned``: paths
    of all files of ours, also of those that do not differ. ``main``: path of the file that ``check`` is about.
    ``user``: whose the service is; empty: root's. ``folders``: its own, path and mode. ``reads_log``: the
    audit log that the user's group has to read; empty: nothing is to be opened for it. ``gives_way``: units that are
    stopped; ``also``: those that are started anew if they run, as a file of theirs goes. ``reasons``: why, a line each.
    ``notes``: what the administrator must know. ``room_kib``: what the disk of the first of ``folders`` must hold, with
    what lies there already. ``undone``: the run whose way back this is.
    """

    unit: str
    files: tuple[tuple[SeenFile, WantedFile], ...]
    owned: tuple[str, ...]
    main: str
    check: tuple[str, ...]
    check_all: tuple[str, ...]
    user: str
    folders: tuple[tuple[str, int], ...]
    reads_log: str
    gives_way: tuple[str, ...]
    also: tuple[str, ...]
    reasons: tuple[str, ...]
    notes: tuple[str, ...] = ()
    restart: bool = True
    undone: str = ""
    room_kib: int = 0

    @property
    def sends(self) -> Program | None:
        """The executable that has to be uploaded first."""
        contents = (wanted.content for _, wanted in self.files)
        return next((content for content in contents if isinstance(content, Program)), None)

    @property
    def changes(self) -> bool:
        """Whether there is anything to do."""
        return bool(self.files) or self.restart or bool(self.gives_way) or bool(self.undone)


def differs(seen: SeenFile, wanted: WantedFile, *, owners_matter: bool = True) -> bool:
    """Whether the file has to be written. ``owners_matter``: not in a tree, which belongs to whoever prepares it."""
    if wanted.content is None:
        return not seen.absent
    if seen.sha256 != wanted.sha256:
        return True
    return seen.mode != wanted.mode or (owners_matter and seen.owner != wanted.owner)
