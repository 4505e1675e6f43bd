"""One frame of what a probe printed: a line, its fields, and the file that it speaks of. Pure.

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
from kubewitness.model import Reason, Unread
from kubewitness.probe.reading import File, Shape

if TYPE_CHECKING:
    from collections.abc import Sequence

PROBLEMS: Final = {
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
class Frame:
    """One line. A key that ends in 64 holds base64."""

    type: str
    fields: dict[str, str]

    def get(self, key: str) -> str | None:
        """The text of a field, decoded; ``None``: it is not there."""
        if f"{key}64" in self.fields:
            return _decode(self.fields[f"{key}64"])
        return self.fields.get(key)

    def need(self, key: str) -> str:
        """The same. Raises ReadingError where it is not there."""
        value = self.get(key)
        if value is None:
            raise ReadingError(f"probe: {self.type}: no {key}: the node's shell is not one that we know")
        return value

    def number(self, key: str) -> float:
        """A finite number. Raises ReadingError."""
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


def _decode(value: str) -> str:
    """Bytes of the node as text; bytes that are no UTF-8 become surrogates, which no reader takes for text."""
    try:
        return base64.b64decode(value, validate=True).decode("utf-8", "surrogateescape")
    except (binascii.Error, ValueError) as error:
        raise ReadingError("probe: a field that is not base64") from error


def problem_of(frame: Frame) -> Unread | None:
    """Why the probe could not read what the frame speaks of; ``None``: it could."""
    name = frame.get("problem")
    return None if name is None else PROBLEMS.get(name, Unread(Reason.PARSE, name[:80]))


def file_of(frame: Frame) -> File:
    """The file of a frame ``file``."""
    path = frame.need("path")
    if frame.get("absent"):
        return File(path, None, real=frame.get("real") or path)
    problem = problem_of(frame)
    if "mode" not in frame.fields:
        return File(path, problem or Unread(Reason.PARSE, "could not be looked at"))
    shape = shape_of(frame)
    return File(path, shape, problem or _whole(frame.get("text"), shape), frame.get("real") or path)


def _whole(text: str | None, shape: Shape) -> str | Unread | None:
    """A file that broke off, or changed, while it was read is not what is there."""
    if text is not None and len(text.encode("utf-8", "surrogateescape")) != shape.size:
        return Unread(Reason.NOT_OBSERVED, "it broke off or changed while it was read: ask again")
    return text


def shape_of(frame: Frame) -> Shape:
    """What ``stat`` said. Raises ReadingError."""
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
        mtime=seconds_of(frame.need("mtime")),
        ctime=seconds_of(frame.need("ctime")),
    )


def seconds_of(stamp: str) -> float:
    """``2026-11-21 13:00:00.123456789 +0000`` (stat), ``2026-11-21T13:00:00.123456Z`` (an event): epoch seconds."""
    match = _STAMP.match(stamp)
    if match is None:
        raise ReadingError(f"probe: {stamp[:40]!r} is not a time in UTC")
    try:
        whole = datetime.fromisoformat(f"{match[1]}T{match[2]}").replace(tzinfo=UTC).timestamp()
    except ValueError as error:
        raise ReadingError(f"probe: {stamp[:40]!r} is not a time") from error
    return time_of(whole + float(f"0.{match[3] or 0}"))


def time_of(seconds: float) -> float:
    """``seconds`` since the epoch, if that is a date: nothing that a node says may fail when it is shown."""
    if not _FIRST <= seconds < _LAST:
        raise ReadingError(f"probe: {seconds:g} is no time: the node's clock is broken")
    return seconds


def files_of(frames: Sequence[Frame], role: str) -> list[Frame]:
    """The frames ``file`` of ``role``."""
    return [frame for frame in frames if frame.type == "file" and frame.get("role") == role]


def one_of(frames: Sequence[Frame], kind: str) -> Frame:
    """The one frame of that type. Raises ReadingError where there is none, or another."""
    found = [frame for frame in frames if frame.type == kind]
    if len(found) != 1:
        raise ReadingError(f"probe: {len(found)} frames {kind}, not one")
    return found[0]
