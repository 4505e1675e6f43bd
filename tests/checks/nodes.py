"""Nodes for tests: a good one, as our deploy leaves it, and what a test changes of it. Made up.

Times are seconds before the node is read.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from kubewitness.model import Reason, Unread, View
from kubewitness.nodelogs.demand import UNLIMITED
from kubewitness.observednode import Node, observe_node
from kubewitness.probe.nodelogs import ContainerLog, Disk, NodeLogs, RunningJournal, RunningKubelet
from kubewitness.probe.reading import File, Reading, RotatedFile, Shape
from tests.checks.servers import Given

NOW: Final = 1_795_269_600.0
"""2026-11-21T14:00:00Z"""
DAY: Final = 86_400
MIB: Final = 1 << 20
GIB_KIB: Final = 1 << 20
JOURNALD: Final = "[Journal]\nStorage=persistent\nSystemMaxUse=2G\n"
KUBELET: Final = "kind: KubeletConfiguration\ncontainerLogMaxSize: 10Mi\n"
UNITS: Final = ("kubelet.service", "ssh.service", "containerd.service")

_DENIED: Final = Unread(Reason.DENIED, "may not be read: run as root, or set _sudo in the inventory")
_JOURNAL: Final = {
    "age": 9 * DAY, "stores": ["/var/log/journal"], "oldest": 30 * DAY, "newest": 5, "used_mib": 500, "suppressed": {},
}  # fmt: skip
_DISK: Final = {"type": "ext2/ext3", "size_gib": 100, "free_gib": 50}
_CONTAINER: Final = {"size_mib": 5, "modified": 10, "first": 10 * DAY, "rotated": []}
_Changes = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class GivenNode:
    """What differs from the good node. ``None`` for a part means that it is not there.

    ``journald``: text of its main file; ``drop_ins``: of others, by path. ``changed``: the age of all files. ``store``:
    whether /var/log/journal is there. ``units``: text of a drop-in by unit; ``limits``: those in force on a live node,
    by unit. ``journal``: ``age``, ``stores``, ``oldest``, ``newest``, ``used_mib``, ``suppressed``. ``kubelet``: its
    configuration. ``containers``: ``size_mib``, ``modified``, ``first``, ``rotated`` ([MiB, age] each). ``unread``:
    journald, journal, unit, kubelet, containerd, containers.
    """

    view: str = "live"
    systemd: bool = True
    journald: str | None = JOURNALD
    drop_ins: Mapping[str, str] = field(default_factory=dict)
    changed: float = 20 * DAY
    store: bool = True
    units: Mapping[str, str] = field(default_factory=dict)
    limits: Mapping[str, Any] = field(default_factory=dict)
    journal: _Changes | None = field(default_factory=dict)
    disk: _Changes | None = field(default_factory=dict)
    kubelet: str | None = KUBELET
    kubelet_flags: Mapping[str, str] = field(default_factory=dict)
    kubelet_age: float | None = 9 * DAY
    runtimes: Sequence[str] = ("containerd",)
    containerd: str | None = "version = 3\n"
    containers: Sequence[_Changes] | None = ({},)
    markers: Sequence[str] = ()
    unread: Sequence[str] = ()

    def logs(self) -> NodeLogs:
        live = self.view == "live"
        disks = ("/var/log", "/var/log/journal", "/var/log/pods") if live and self.disk is not None else ()
        return NodeLogs(
            has_systemd=self.systemd,
            journal_files=self._journald(),
            unit_files=tuple(self._unit_files()),
            journal_store=self._file("/var/log/journal", "" if self.store else None),
            journal=self._journal() if live else None,
            active_units=frozenset(UNITS if live else ()),
            limits_in_force={unit: limit for unit, limit in self._limits().items() if limit} if live else {},
            kubelet=self._kubelet() if live else None,
            kubelet_configs=(self._file("/var/lib/kubelet/config.yaml", self.kubelet, "kubelet"),),
            kubelet_drop_ins=(),
            kubelet_environments=(),
            runtimes=frozenset(self.runtimes),
            containerd_config=self._containerd(),
            containerd_imports=(),
            containers=self._containers() if live else None,
            disks=dict.fromkeys(disks, self._disk()),
        )

    def _file(self, path: str, text: str | None, part: str = "") -> File:
        if text is None:
            return File(path, None, real=path)
        changed = NOW - self.changed
        shape = Shape(0o100644, 0, 0, len(text), 7, 1, changed, changed)
        return File(path, shape, _DENIED if part in self.unread else text, path)

    def _journald(self) -> tuple[File, ...]:
        main = self._file("/etc/systemd/journald.conf", self.journald, "journald")
        return (main, *(self._file(path, text) for path, text in self.drop_ins.items()))

    def _unit_files(self) -> list[File]:
        found = [self._file(f"/usr/lib/systemd/system/{unit}", "[Service]\n", "unit") for unit in UNITS]
        ours = "[Service]\n" + "".join(f"{key}={value}\n" for key, value in UNLIMITED.items())
        texts = {**dict.fromkeys(UNITS, ours), **self.units}
        return found + [
            self._file(f"/etc/systemd/system/{unit}.d/90-kubewitness.conf", text)
            for unit, text in texts.items()
            if text
        ]

    def _limits(self) -> Mapping[str, Any]:
        ours = {"interval": 1_000_000, "burst": int(UNLIMITED["LogRateLimitBurst"])}
        return {**dict.fromkeys(UNITS, ours), **self.limits}

    def _journal(self) -> RunningJournal | Unread | None:
        if self.journal is None or "journal" in self.unread:
            return None if self.journal is None else _DENIED
        given = {**_JOURNAL, **self.journal}
        return RunningJournal(
            pid=300,
            started=NOW - given["age"],
            stores=frozenset(given["stores"]),
            oldest=None if given["oldest"] is None else NOW - given["oldest"],
            newest=None if given["newest"] is None else NOW - given["newest"],
            sizes_kib={"/var/log/journal": given["used_mib"] * 1024, "/run/log/journal": 0},
            suppressed=given["suppressed"],
        )

    def _disk(self) -> Disk:
        given = {**_DISK, **(self.disk or {})}
        return Disk(given["type"], 1, given["size_gib"] * GIB_KIB, int(given["free_gib"] * GIB_KIB))

    def _kubelet(self) -> RunningKubelet | None:
        if self.kubelet_age is None:
            return None
        return RunningKubelet(800, NOW - self.kubelet_age, dict(self.kubelet_flags))

    def _containerd(self) -> File | None:
        if "containerd" not in self.runtimes:
            return None
        return self._file("/etc/containerd/config.toml", self.containerd, "containerd")

    def _containers(self) -> tuple[ContainerLog, ...] | Unread | None:
        if self.containers is None or "containers" in self.unread:
            return None if self.containers is None else _DENIED
        return tuple(_container(number, given) for number, given in enumerate(self.containers))

    def reading(self) -> Reading:
        server = Given(view=self.view, manifest=None, processes=0, markers=self.markers, log=None).reading()
        return replace(server, now=NOW, node=self.logs(), view=View(self.view))


def node(**changes: Any) -> Node:
    """The good node with ``changes`` (fields of ``GivenNode``), observed."""
    found = observe_node(GivenNode(**changes).reading(), "worker-1", "lab")
    if found is None:
        raise ValueError("a file tree with nothing of a node in it is no node")
    return found


def _container(number: int, changes: _Changes) -> ContainerLog:
    given = {**_CONTAINER, **changes}
    return ContainerLog(
        name=f"default_web-{number}_0000/web",
        size=given["size_mib"] * MIB,
        modified=NOW - given["modified"],
        first=None if given["first"] is None else NOW - given["first"],
        rotated=tuple(RotatedFile(size * MIB, NOW - age) for size, age in given["rotated"]),
    )
