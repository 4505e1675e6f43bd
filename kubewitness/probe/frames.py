"""What a probe printed, parsed: frames in, a ``Reading`` out. Pure.

The frames come from a node that may be hostile or half broken: anything that is not as our script prints it is a
``ReadingError``, and the node is UNKNOWN.
"""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from kubewitness.errors import KubewitnessError
from kubewitness.model import Reason, Unread, View
from kubewitness.probe.reading import Answer, AuditLog, Canary, File, OpenFile, Process, Reading, Shape
from kubewitness.probe.shipperframes import parse_shippers

if TYPE_CHECKING:
    from collections.abc import Sequence

_PROBLEMS: Final = {
    "denied": Unread(Reason.DENIED, "may not be read: run as root, or set _sudo in the inventory"),
    "too-large": Unread(Reason.PARSE, "larger than any file of its kind"),
    "not-a-file": Unread(Reason.PARSE, "not a regular file"),
    "link-loop": Unread(Reason.PARSE, "symbolic links that lead in a circle"),
    "too-many": Unread(Reason.PARSE, "more files than any manifest directory holds"),
}
_STAMP: Final = re.compile(r"^(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(?: \+0000|Z)?$")
_FIRST: Final = datetime(1, 1, 1, tzinfo=UTC).timestamp()
_LAST: Final = datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC).timestamp()


class ReadingError(KubewitnessError):
    """The probe's output is not what our script prints."""


@dataclass(frozen=True, slots=True)
class _Frame:
    type: str
    fields: dict[str, str]

    def get(self, key: str) -> str | None:
        if f"{key}64" in self.fields:
            return _decode(self.fields[f"{key}64"])
        return self.fields.get(key)

    def need(self, key: str) -> str:
        value = self.get(key)
        if value is None:
            raise ReadingError(f"probe: {self.type}: no {key}: the node's shell is not one that we know")
        return value

    def number(self, key: str) -> float:
        value = self.need(key)
        try:
            number = float(value)
        except ValueError as error:
            raise ReadingError(f"probe: {self.type}: {key} is {value[:40]!r}, not a number") from error
        if not abs(number) < 1e18:  # also refuses NaN
            raise ReadingError(f"probe: {self.type}: {key} is {value[:40]!r}, out of range")
        return number

    def integer(self, key: str) -> int:
        return int(self.number(key))


def parse_reading(lines: Sequence[str]) -> Reading:
    """The reading that ``lines`` (the probe's standard output) hold. Raises ReadingError."""
    frames = _frames(lines)
    for frame in frames:
        if frame.type == "unable":
            raise ReadingError(
                f"probe: {frame.need('tool')} is not on the node, nothing can be read without it: install it"
            )
    probe = _one(frames, "probe")
    kubelet = _one(frames, "kubelet")
    try:
        view = View(probe.need("view"))
    except ValueError as error:
        raise ReadingError("probe: an unknown view") from error
    lock = [frame.need("owner").strip() for frame in frames if frame.type == "lock"]
    return Reading(
        view=view,
        now=_time(probe.number("now")),
        markers=frozenset(frame.need("path") for frame in frames if frame.type == "marker"),
        tools=frozenset(_one(frames, "tools").need("names").split()),
        processes=frozenset(frame.need("name") for frame in frames if frame.type == "process"),
        kubelet_active=kubelet.need("active"),
        manifest_dir=kubelet.need("dir"),
        manifests=_manifests(frames),
        servers=tuple(_server(frame, frames, probe) for frame in frames if _is_server(frame)),
        policies={file.path: file for file in map(_file, _files(frames, "policy"))},
        logs={frame.need("path"): _log(frame, frames) for frame in _files(frames, "log")},
        state=_by_name(frames, "state"),
        saved=_by_name(frames, "saved"),
        lock=lock[0] if lock else None,
        policy_folders={file.path: file for file in map(_file, _files(frames, "policydir"))},
        shippers=parse_shippers(frames, _file, probe.number("now") - probe.number("uptime"), probe.number("hz") or 100),
    )


def _frames(lines: Sequence[str]) -> list[_Frame]:
    if not lines or lines[-1] != "end":
        raise ReadingError("probe: the output is cut off: nothing in it is used")
    frames = []
    for line in lines[:-1]:
        kind, *fields = line.split("\t")
        pairs = [field.partition("=") for field in fields if field]
        if not kind.isalpha() or not all(separator for _, separator, _ in pairs):
            raise ReadingError(f"probe: not a frame: {line[:60]!r}")
        frames.append(_Frame(kind, {key: value for key, _, value in pairs}))
    return frames


def _one(frames: Sequence[_Frame], kind: str) -> _Frame:
    found = [frame for frame in frames if frame.type == kind]
    if len(found) != 1:
        raise ReadingError(f"probe: {len(found)} frames {kind}, not one")
    return found[0]


def _files(frames: Sequence[_Frame], role: str) -> list[_Frame]:
    return [frame for frame in frames if frame.type == "file" and frame.get("role") == role]


def _by_name(frames: Sequence[_Frame], role: str) -> dict[str, File]:
    return {file.path.rpartition("/")[2]: file for file in map(_file, _files(frames, role))}


def _is_server(frame: _Frame) -> bool:
    return frame.type == "process" and frame.get("name") == "kube-apiserver"


def _decode(value: str) -> str:
    """Bytes of the node as text; bytes that are no UTF-8 become surrogates, which no reader takes for text."""
    try:
        return base64.b64decode(value, validate=True).decode("utf-8", "surrogateescape")
    except (binascii.Error, ValueError) as error:
        raise ReadingError("probe: a field that is not base64") from error


def _problem(frame: _Frame) -> Unread | None:
    name = frame.get("problem")
    return None if name is None else _PROBLEMS.get(name, Unread(Reason.PARSE, name[:80]))


def _file(frame: _Frame) -> File:
    path = frame.need("path")
    if frame.get("absent"):
        return File(path, None, real=frame.get("real") or path)
    problem = _problem(frame)
    if "mode" not in frame.fields:
        return File(path, problem or Unread(Reason.PARSE, "could not be looked at"))
    shape = _shape(frame)
    return File(path, shape, problem or _whole(frame.get("text"), shape), frame.get("real") or path)


def _whole(text: str | None, shape: Shape) -> str | Unread | None:
    """A file that broke off, or changed, while it was read is not what is there."""
    if text is not None and len(text.encode("utf-8", "surrogateescape")) != shape.size:
        return Unread(Reason.NOT_OBSERVED, "it broke off or changed while it was read: ask again")
    return text


def _shape(frame: _Frame) -> Shape:
    try:
        mode = int(frame.need("mode"), 16)
    except ValueError as error:
        raise ReadingError("probe: a mode that is not hexadecimal") from error
    return Shape(
        mode=mode,
        uid=frame.integer("uid"),
        gid=frame.integer("gid"),
        size=frame.integer("size"),
        inode=frame.integer("inode"),
        device=frame.integer("device"),
        mtime=_seconds(frame.need("mtime")),
        ctime=_seconds(frame.need("ctime")),
    )


def _seconds(stamp: str) -> float:
    """``2026-11-21 13:00:00.123456789 +0000`` (stat), ``2026-11-21T13:00:00.123456Z`` (an event): epoch seconds."""
    match = _STAMP.match(stamp)
    if match is None:
        raise ReadingError(f"probe: {stamp[:40]!r} is not a time in UTC")
    try:
        whole = datetime.fromisoformat(f"{match[1]}T{match[2]}").replace(tzinfo=UTC).timestamp()
    except ValueError as error:
        raise ReadingError(f"probe: {stamp[:40]!r} is not a time") from error
    return _time(whole + float(f"0.{match[3] or 0}"))


def _time(seconds: float) -> float:
    """``seconds`` since the epoch, if that is a date: nothing that a node says may fail when it is shown."""
    if not _FIRST <= seconds < _LAST:
        raise ReadingError(f"probe: {seconds:g} is no time: the node's clock is broken")
    return seconds


def _manifests(frames: Sequence[_Frame]) -> tuple[File, ...] | Unread | None:
    listing = [frame for frame in frames if frame.type == "manifests"]
    for frame in listing:
        if problem := _problem(frame):
            return problem
        if frame.get("absent"):
            return None
    if not listing:
        raise ReadingError("probe: no frame manifests")
    return tuple(map(_file, _files(frames, "manifest")))


def _log(frame: _Frame, frames: Sequence[_Frame]) -> AuditLog:
    path = frame.need("path")
    directory = path.rpartition("/")[0]
    last = [f.need("time") for f in frames if f.type == "lastevent" and f.get("path") == path]
    room = [f for f in frames if f.type == "room" and f.get("path") == path]
    folders = [file for file in map(_file, _files(frames, "logdir")) if file.path == directory]
    if not folders:
        raise ReadingError("probe: a log without its directory")
    return AuditLog(
        file=_file(frame),
        directory=folders[0],
        last_event=_last_event(_file(frame), last),
        free_kib=room[0].integer("free_kib") if room and room[0].get("free_kib") else None,
        used_kib=room[0].integer("used_kib") if room and room[0].get("used_kib") else None,
    )


def _last_event(log: File, stamps: Sequence[str]) -> float | Unread | None:
    """The probe prints a time, or an empty one, for every file that it may read."""
    if stamps:
        return _seconds(stamps[0]) if stamps[0] else None
    return _PROBLEMS["denied"] if isinstance(log.shape, Shape) and log.shape.is_file else None


def _server(frame: _Frame, frames: Sequence[_Frame], probe: _Frame) -> Process:
    pid = frame.integer("pid")
    mine = [other for other in frames if other is not frame and other.get("pid") == frame.get("pid")]
    inside = [other for other in mine if other.type == "inside"]
    canary = [other for other in mine if other.type == "canary"]
    hz = probe.number("hz") or 100
    argv = frame.need("argv").split("\0")
    return Process(
        pid=pid,
        started=_time(probe.number("now") - probe.number("uptime") + frame.number("started") / hz),
        started_ticks=frame.integer("started"),
        argv=tuple(argv[:-1] if argv[-1] == "" else argv),
        policy=_file(inside[0]) if inside else None,
        open_logs=tuple(map(_open, (other for other in mine if other.type == "open"))),
        descriptors_listed=any(other.type == "descriptors" for other in mine),
        answers={
            other.need("path"): Answer(other.integer("code"), other.need("body"))
            for other in mine
            if other.type == "answer"
        },
        canary=_canary(canary[0]) if canary else None,
    )


def _open(frame: _Frame) -> OpenFile:
    path = frame.need("path").rstrip("\n")
    deleted = path.endswith(" (deleted)")
    return OpenFile(path.removesuffix(" (deleted)"), deleted, _shape(frame))


def _canary(frame: _Frame) -> Canary:
    problem = frame.get("problem")
    if problem is not None:
        return Canary(frame.need("id"), 0, (), problem=problem)
    lines = tuple(line for line in frame.need("lines").splitlines() if line.strip())
    return Canary(frame.need("id"), frame.integer("code"), lines, frame.integer("waited"))
