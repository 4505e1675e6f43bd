"""What the probe saw of a node's log shippers: programs, services, configurations, and who reads the audit log."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kubewitness.probe.reading import File
    from kubewitness.shippers.model import Program


@dataclass(frozen=True, slots=True)
class ShipperProcess:
    """A service's main process. ``started``: seconds since the epoch; ``ticks``: since boot.

    ``capabilities``: the mask of the effective ones, as CAP_DAC_READ_SEARCH, which reads every file.
    """

    pid: int
    started: float
    ticks: int
    uid: int
    gids: frozenset[int]
    capabilities: int


@dataclass(frozen=True, slots=True)
class InstalledShipper:
    """One service that is there, or could be. ``command``, ``unit``: empty: there is none.

    ``version``: empty: not known. ``modules``: of rsyslog, by name. ``active``: what systemd says; empty: it was not
    asked (a file tree). ``files``: its configuration, the main file first.
    """

    program: Program
    command: str
    unit: str
    version: str
    modules: frozenset[str]
    active: str
    process: ShipperProcess | None
    files: tuple[File, ...]

    @property
    def texts(self) -> dict[str, str]:
        """Path -> text of what is there and was read."""
        return {file.path: file.text for file in self.files if isinstance(file.text, str)}

    @property
    def unread(self) -> tuple[File, ...]:
        """What is there and could not be read."""
        return tuple(file for file in self.files if not file.absent and not isinstance(file.text, str))


@dataclass(frozen=True, slots=True)
class LogReader:
    """A process other than kube-apiserver that holds the audit log open. ``in_pod``: its files are not the node's."""

    log: str
    pid: int
    name: str
    in_pod: bool


@dataclass(frozen=True, slots=True)
class LogShippers:
    """All of it. ``readers``: empty in a file tree, where no process is seen."""

    installed: tuple[InstalledShipper, ...]
    readers: tuple[LogReader, ...]

    def of(self, program: Program) -> InstalledShipper | None:
        """As its package left it; ``None``: its program is not on the node."""
        return next((item for item in self.installed if item.program is program and item.command), None)
