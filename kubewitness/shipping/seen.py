"""What the script ``filestate`` printed, parsed. Pure."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING

from kubewitness.errors import KubewitnessError
from kubewitness.shipping.service import LastChange, MainProcess, SeenFile, SeenService

if TYPE_CHECKING:
    from collections.abc import Sequence


def parse_seen(lines: Sequence[str]) -> SeenService:
    """The paths that were asked for. Raises KubewitnessError where the output is cut off or is not our script's."""
    if len(lines) < 4 or lines[0] != "files" or lines[-1] != "end":
        raise KubewitnessError("filestate: the output is cut off or not ours: nothing in it is used")
    files = [_file(line) for line in lines[1:-3]]
    active, process = _unit(lines[-3])
    kind, _, data = lines[-2].partition("\t")
    if kind != "last":
        raise KubewitnessError(f"filestate: not a line of our script: {lines[-2][:60]!r}")
    return SeenService({file.path: file for file in files}, _last(data) if data else None, active, process)


def _unit(line: str) -> tuple[str, MainProcess | None]:
    try:
        kind, active, pid, ticks, clock = line.split("\t")
        boot, _, hz = clock.partition(" ")
        process = MainProcess(int(pid), int(ticks), float(boot) + int(ticks) / int(hz)) if ticks else None
    except (ValueError, ZeroDivisionError) as error:
        raise KubewitnessError(f"filestate: not a line of our script: {line[:60]!r}") from error
    if kind != "unit":
        raise KubewitnessError(f"filestate: not a line of our script: {line[:60]!r}")
    return active, process


def _file(line: str) -> SeenFile:
    try:
        path, sha256, mode, owner, changed, text = line.split("\t")
        return SeenFile(_decoded(path), sha256, int(mode, 8), owner, _decoded(text) if text else None, float(changed))
    except ValueError as error:
        raise KubewitnessError(f"filestate: not a line of our script: {line[:60]!r}") from error


def _decoded(data: str) -> str:
    return base64.b64decode(data, validate=True).decode("utf-8", "surrogateescape")


def _last(data: str) -> LastChange | None:
    """A record that cannot be read is none: then a file of ours may be taken for somebody else's, and is not lost."""
    try:
        said = json.loads(_decoded(data))
        return LastChange(
            run=str(said["run"]),
            files=frozenset(map(str, said["files"])),
            pid=int(said["pid"]) if said.get("pid") else None,
            started=int(said["started"]) if said.get("started") else None,
        )
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None
