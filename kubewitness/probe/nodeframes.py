"""The frames of ``shell/nodelogs.sh``, parsed. Pure."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from kubewitness.probe.frame import ReadingError, file_of, files_of, one_of, problem_of, seconds_of, time_of
from kubewitness.probe.nodelogs import ContainerLog, Disk, NodeLogs, RunningJournal, RunningKubelet
from kubewitness.probe.reading import RotatedFile

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from kubewitness.model import Unread
    from kubewitness.probe.frame import Frame
    from kubewitness.probe.reading import File

_POD_LOG: Final = re.compile(r"/var/log/pods/(?P<name>[^/]+/[^/]+)/(?P<file>\d+\.log(?P<rotated>\.[^/]+)?)")


def parse_node_logs(frames: Sequence[Frame], boot: float, hz: float) -> NodeLogs | None:
    """What the probe saw of the node's own logs. ``boot``: seconds since the epoch; ``hz``: ticks a second.

    ``None``: no frame of theirs is there. Raises ReadingError.
    """
    if not _of(frames, "systemd"):
        return None
    containerd = _listed(frames, "containerd")
    return NodeLogs(
        has_systemd=one_of(frames, "systemd").get("present") is not None,
        journal_files=_listed(frames, "journald"),
        unit_files=_listed(frames, "unit"),
        journal_store=_single(frames, "journalstore"),
        journal=_journal(frames, boot, hz),
        active_units=frozenset(frame.need("unit") for frame in _of(frames, "unitactive")),
        limits_in_force=_limits(frames),
        kubelet=_kubelet(frames, boot, hz),
        kubelet_configs=_listed(frames, "kubeletconfig"),
        kubelet_drop_ins=_listed(frames, "kubeletdropin"),
        kubelet_environments=_listed(frames, "kubeletenv"),
        runtimes=frozenset(one_of(frames, "runtime").need("names").split()),
        containerd_config=containerd[0] if containerd else None,
        containerd_imports=_listed(frames, "containerdimport"),
        containers=_containers(frames),
        disks={
            frame.need("path"): Disk(
                frame.need("type"), frame.integer("device"), frame.integer("size_kib"), frame.integer("free_kib")
            )
            for frame in _of(frames, "disk")
        },
    )


def rotated_files(text: str) -> Iterator[tuple[str, RotatedFile]]:
    """Lines ``SIZE MTIME PATH`` as files by path. A line that is cut off, or an odd name, is passed over."""
    for line in text.splitlines():
        size, _, rest = line.partition(" ")
        mtime, _, path = rest.partition(" ")
        if _is_count(size) and _is_count(mtime) and path.startswith("/"):
            yield path, RotatedFile(int(size), time_of(float(mtime)), path.endswith((".gz", ".zst")))


def _is_count(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 16


def _of(frames: Sequence[Frame], kind: str) -> list[Frame]:
    return [frame for frame in frames if frame.type == kind]


def _listed(frames: Sequence[Frame], role: str) -> tuple[File, ...]:
    return tuple(map(file_of, files_of(frames, role)))


def _single(frames: Sequence[Frame], role: str) -> File:
    found = _listed(frames, role)
    if len(found) != 1:
        raise ReadingError(f"probe: {len(found)} files {role}, not one")
    return found[0]


def _journal(frames: Sequence[Frame], boot: float, hz: float) -> RunningJournal | Unread | None:
    found = _of(frames, "journald")
    if not found or found[0].get("absent"):
        return None
    frame = found[0]
    if problem := problem_of(frame):
        return problem
    entries = one_of(frames, "entries")
    return RunningJournal(
        pid=frame.integer("pid"),
        started=time_of(boot + frame.integer("started") / hz),
        stores=frozenset(frame.need("open").split()),
        oldest=_seconds(entries, "oldest"),
        newest=_seconds(entries, "newest"),
        sizes_kib={item.need("path"): item.integer("kib") for item in _of(frames, "journalsize")},
        suppressed={item.need("unit"): item.integer("count") for item in _of(frames, "suppressed")},
    )


def _seconds(frame: Frame, key: str) -> float | None:
    return time_of(frame.number(key)) if frame.get(key) else None


def _limits(frames: Sequence[Frame]) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = {}
    for frame in _of(frames, "unitlimit"):
        found.setdefault(frame.need("unit"), {})[frame.need("what")] = frame.integer("value")
    return found


def _kubelet(frames: Sequence[Frame], boot: float, hz: float) -> RunningKubelet | None:
    found = _of(frames, "kubeletprocess")
    if not found:
        return None
    flags = (line.partition("=") for line in found[0].need("flags").splitlines())
    return RunningKubelet(
        pid=found[0].integer("pid"),
        started=time_of(boot + found[0].integer("started") / hz),
        flags={name: value for name, equals, value in flags if equals},
    )


def _containers(frames: Sequence[Frame]) -> tuple[ContainerLog, ...] | Unread | None:
    found = _of(frames, "containers")
    if not found:
        return None
    if problem := problem_of(found[0]):
        return problem
    firsts = {}
    for line in found[0].need("first").splitlines():
        stamp, _, path = line.partition(" ")
        firsts[path] = seconds_of(stamp)
    current: dict[str, tuple[str, RotatedFile]] = {}
    rotated: dict[str, list[RotatedFile]] = {}
    for path, file in rotated_files(found[0].need("files")):
        match = _POD_LOG.fullmatch(path)
        if match is None:
            continue
        if match["rotated"]:
            rotated.setdefault(match["name"], []).append(file)
        elif match["name"] not in current or current[match["name"]][1].mtime < file.mtime:
            current[match["name"]] = (path, file)
    return tuple(
        ContainerLog(name, file.size, file.mtime, firsts.get(path), tuple(rotated.get(name, ())))
        for name, (path, file) in sorted(current.items())
    )
