"""What was observed of a node's own logs: the reading, understood. Pure. Nothing is judged."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from kubewitness.apiserver import detect
from kubewitness.model import Evidence, Kind, Reason, Rung, Source, Unread, View, stamp
from kubewitness.nodelogs.journald import JournalSettings, journal_settings
from kubewitness.nodelogs.kubelet import KubeletSettings, flags_of_env, kubelet_settings
from kubewitness.nodelogs.runtime import line_size
from kubewitness.nodelogs.units import UnitLimit, handed_on, unit_limits
from kubewitness.nodestandard import UNITS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kubewitness.nodelogs.written import InForce
    from kubewitness.probe.nodelogs import NodeLogs, RunningJournal
    from kubewitness.probe.reading import File, Reading


@dataclass(frozen=True, slots=True)
class Node:
    """A machine as its own logs show it. ``None`` means known to be absent, ``Unread`` not known.

    ``settings``: of journald, as its files say; ``Unread`` also where there is no systemd. ``limits``: of single units,
    on a live node of those that run, as in force, else as their files say. ``kubelet``: ``None``: none is here.
    ``line_bytes``: how long a line of a container may be, 0: no limit; ``None``: a runtime that has no such setting.
    """

    name: str
    cluster: str
    view: View
    read_at: str
    reading: Reading
    logs: NodeLogs
    settings: JournalSettings | Unread
    limits: Mapping[str, UnitLimit | Unread]
    kubelet: KubeletSettings | Unread | None
    line_bytes: InForce[int] | Unread | None

    @property
    def kind(self) -> Kind:
        return Kind.NODE

    @property
    def changed_by(self) -> str | None:
        """The run of ours that is changing this node right now."""
        return self.reading.lock

    @property
    def ceiling(self) -> Rung:
        """The highest rung that this way of looking can see."""
        return Rung.EMITTING if self.view is View.LIVE else Rung.DECLARED

    def not_applicable(self, source: Source) -> str:
        """A machine without a kubelet runs no containers of a cluster."""
        return "no kubelet here" if source is Source.CONTAINERS and self.kubelet is None else ""

    @property
    def journal(self) -> RunningJournal | Unread | None:
        """The running journald."""
        return self.logs.journal

    @property
    def keeps_on_disk(self) -> bool:
        """Whether journald's files make it write to /var/log/journal."""
        there = not self.logs.journal_store.absent
        return isinstance(self.settings, JournalSettings) and self.settings.is_persistent(folder_is_there=there)

    def saw(self, where: str, value: str) -> Evidence:
        """``value``, as it was read at ``where`` on this node."""
        return Evidence(f"{self.name}:{where}", value, self.read_at)


def observe_node(reading: Reading, name: str, cluster: str) -> Node | None:
    """The node that ``reading`` saw; ``None`` for a file tree without systemd's files: it holds a part of a node."""
    logs = reading.node
    if logs is None or (reading.view is View.TREE and not logs.has_systemd):
        return None
    kubelet = _kubelet(reading, logs)
    units = [unit for names in UNITS.values() for unit in names]
    live = reading.view is View.LIVE
    limits = unit_limits(logs.unit_files, [unit for unit in units if unit in logs.active_units] if live else units)
    return Node(
        name=name,
        cluster=cluster,
        view=reading.view,
        read_at=stamp(reading.now),
        reading=reading,
        logs=logs,
        settings=_settings(logs),
        limits=handed_on(limits, logs.limits_in_force) if live else limits,
        kubelet=kubelet,
        line_bytes=_line_bytes(logs),
    )


def _settings(logs: NodeLogs) -> JournalSettings | Unread:
    if not logs.has_systemd:
        return Unread(Reason.UNSUPPORTED, "no systemd here: where the logs of its services go is not known")
    return journal_settings(logs.journal_files)


def _kubelet(reading: Reading, logs: NodeLogs) -> KubeletSettings | Unread | None:
    configs = (*logs.kubelet_configs, *logs.kubelet_environments)
    if logs.kubelet is None and all(file.absent for file in configs):
        known = ", ".join(name for name in detect(reading.markers, reading.processes) if name != "kubeadm")
        return Unread(Reason.UNSUPPORTED, f"the kubelet is a part of another program here ({known})") if known else None
    flags = {} if logs.kubelet is None else logs.kubelet.flags
    for file in logs.kubelet_environments:
        if unread := _why(file):
            return unread
        flags = {**flags, **flags_of_env(file.text if isinstance(file.text, str) else "")}
    return kubelet_settings(logs.kubelet_configs, logs.kubelet_drop_ins, flags)


def _why(file: File) -> Unread | None:
    why = file.shape if isinstance(file.shape, Unread) else file.text
    return Unread(why.reason, f"{file.path}: {why.detail}") if isinstance(why, Unread) else None


def _line_bytes(logs: NodeLogs) -> InForce[int] | Unread | None:
    if logs.containerd_config is not None:
        return line_size(logs.containerd_config, logs.containerd_imports)
    return None if logs.runtimes else Unread(Reason.NOT_OBSERVED, "no container runtime was found")
