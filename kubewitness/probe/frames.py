"""What a probe printed, parsed: frames in, a ``Reading`` out. Pure.

The frames come from a node that may be hostile or half broken: anything that is not as our script prints it is a
``ReadingError``, and the node is UNKNOWN.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kubewitness.model import Unread, View
from kubewitness.probe.frame import (
    PROBLEMS,
    Frame,
    ReadingError,
    file_of,
    files_of,
    one_of,
    problem_of,
    seconds_of,
    shape_of,
    time_of,
)
from kubewitness.probe.nodeframes import parse_node_logs, rotated_files
from kubewitness.probe.reading import Answer, AuditLog, Canary, File, OpenFile, Process, Reading, Shape
from kubewitness.probe.shipperframes import parse_shippers

if TYPE_CHECKING:
    from collections.abc import Sequence


def parse_reading(lines: Sequence[str]) -> Reading:
    """The reading that ``lines`` (the probe's standard output) hold. Raises ReadingError."""
    frames = _frames(lines)
    for frame in frames:
        if frame.type == "unable":
            raise ReadingError(
                f"probe: {frame.need('tool')} is not on the node, nothing can be read without it: install it"
            )
    probe = one_of(frames, "probe")
    kubelet = one_of(frames, "kubelet")
    try:
        view = View(probe.need("view"))
    except ValueError as error:
        raise ReadingError("probe: an unknown view") from error
    boot, hz = probe.number("now") - probe.number("uptime"), probe.number("hz") or 100
    lock = [frame.need("owner").strip() for frame in frames if frame.type == "lock"]
    return Reading(
        view=view,
        now=time_of(probe.number("now")),
        markers=frozenset(frame.need("path") for frame in frames if frame.type == "marker"),
        tools=frozenset(one_of(frames, "tools").need("names").split()),
        processes=frozenset(frame.need("name") for frame in frames if frame.type == "process"),
        kubelet_active=kubelet.need("active"),
        manifest_dir=kubelet.need("dir"),
        manifests=_manifests(frames),
        servers=tuple(_server(frame, frames, probe) for frame in frames if _is_server(frame)),
        policies={file.path: file for file in map(file_of, files_of(frames, "policy"))},
        logs={frame.need("path"): _log(frame, frames) for frame in files_of(frames, "log")},
        state=_by_name(frames, "state"),
        saved=_by_name(frames, "saved"),
        lock=lock[0] if lock else None,
        policy_folders={file.path: file for file in map(file_of, files_of(frames, "policydir"))},
        shippers=parse_shippers(frames, file_of, boot, hz),
        node=parse_node_logs(frames, boot, hz),
    )


def _frames(lines: Sequence[str]) -> list[Frame]:
    if not lines or lines[-1] != "end":
        raise ReadingError("probe: the output is cut off: nothing in it is used")
    frames = []
    for line in lines[:-1]:
        kind, *fields = line.split("\t")
        pairs = [field.partition("=") for field in fields if field]
        if not kind.isalpha() or not all(separator for _, separator, _ in pairs):
            raise ReadingError(f"probe: not a frame: {line[:60]!r}")
        frames.append(Frame(kind, {key: value for key, _, value in pairs}))
    return frames


def _by_name(frames: Sequence[Frame], role: str) -> dict[str, File]:
    return {file.path.rpartition("/")[2]: file for file in map(file_of, files_of(frames, role))}


def _is_server(frame: Frame) -> bool:
    return frame.type == "process" and frame.get("name") == "kube-apiserver"


def _manifests(frames: Sequence[Frame]) -> tuple[File, ...] | Unread | None:
    listing = [frame for frame in frames if frame.type == "manifests"]
    for frame in listing:
        if problem := problem_of(frame):
            return problem
        if frame.get("absent"):
            return None
    if not listing:
        raise ReadingError("probe: no frame manifests")
    return tuple(map(file_of, files_of(frames, "manifest")))


def _log(frame: Frame, frames: Sequence[Frame]) -> AuditLog:
    path = frame.need("path")
    directory = path.rpartition("/")[0]
    last = [f.need("time") for f in frames if f.type == "lastevent" and f.get("path") == path]
    room = [f for f in frames if f.type == "room" and f.get("path") == path]
    files = [f for f in frames if f.type == "rotated" and f.get("path") == path]
    folders = [file for file in map(file_of, files_of(frames, "logdir")) if file.path == directory]
    if not folders:
        raise ReadingError("probe: a log without its directory")
    return AuditLog(
        file=file_of(frame),
        directory=folders[0],
        last_event=_last_event(file_of(frame), last),
        free_kib=room[0].integer("free_kib") if room and room[0].get("free_kib") else None,
        used_kib=room[0].integer("used_kib") if room and room[0].get("used_kib") else None,
        first_event=seconds_of(files[0].need("first")) if files and files[0].get("first") else None,
        rotated=tuple(file for _, file in rotated_files(files[0].need("files"))) if files else (),
    )


def _last_event(log: File, stamps: Sequence[str]) -> float | Unread | None:
    """The probe prints a time, or an empty one, for every file that it may read."""
    if stamps:
        return seconds_of(stamps[0]) if stamps[0] else None
    return PROBLEMS["denied"] if isinstance(log.shape, Shape) and log.shape.is_file else None


def _server(frame: Frame, frames: Sequence[Frame], probe: Frame) -> Process:
    pid = frame.integer("pid")
    mine = [other for other in frames if other is not frame and other.get("pid") == frame.get("pid")]
    inside = [other for other in mine if other.type == "inside"]
    canary = [other for other in mine if other.type == "canary"]
    hz = probe.number("hz") or 100
    argv = frame.need("argv").split("\0")
    return Process(
        pid=pid,
        started=time_of(probe.number("now") - probe.number("uptime") + frame.number("started") / hz),
        started_ticks=frame.integer("started"),
        argv=tuple(argv[:-1] if argv[-1] == "" else argv),
        policy=file_of(inside[0]) if inside else None,
        open_logs=tuple(map(_open, (other for other in mine if other.type == "open"))),
        descriptors_listed=any(other.type == "descriptors" for other in mine),
        answers={
            other.need("path"): Answer(other.integer("code"), other.need("body"))
            for other in mine
            if other.type == "answer"
        },
        canary=_canary(canary[0]) if canary else None,
    )


def _open(frame: Frame) -> OpenFile:
    path = frame.need("path").rstrip("\n")
    deleted = path.endswith(" (deleted)")
    return OpenFile(path.removesuffix(" (deleted)"), deleted, shape_of(frame))


def _canary(frame: Frame) -> Canary:
    problem = frame.get("problem")
    if problem is not None:
        return Canary(frame.need("id"), 0, (), problem=problem)
    lines = tuple(line for line in frame.need("lines").splitlines() if line.strip())
    return Canary(frame.need("id"), frame.integer("code"), lines, frame.integer("waited"))
