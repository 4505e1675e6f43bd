"""The runs of ours that a node remembers: what can be undone. Pure."""

from __future__ import annotations

import base64
import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from kubewitness.errors import KubewitnessError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_STAMP: Final = re.compile(r"(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z-")
_CHANGES: Final = {"policy": "policy", "policy-removed": "policy (taken away)", "manifest": "manifest"}


@dataclass(frozen=True, slots=True)
class PastRun:
    """One run. ``changed``: the files that it wrote. ``undone``: the run that it undid, empty: none.

    ``finished``: else it was refused, put everything back, or was killed. ``service``: the systemd unit whose files it
    changed, and ``paths`` are those; empty: it changed a control plane.
    """

    id: str
    changed: tuple[str, ...]
    finished: bool
    undone: str
    service: str = ""
    paths: tuple[str, ...] = ()


def parse_runs(lines: Sequence[str]) -> tuple[PastRun, ...]:
    """What the script ``runs`` printed, the newest first. Raises KubewitnessError."""
    if not lines or lines[0] != "runs":
        raise KubewitnessError("runs: not what our script prints: the node's shell is not one that we know")
    return tuple(sorted(map(_run, lines[1:]), key=lambda run: run.id, reverse=True))


def _run(line: str) -> PastRun:
    match line.split("\t"):
        case [name, changed, record]:
            changes = tuple(_CHANGES[word] for word in changed.split() if word in _CHANGES)
            said = _said(record)
            service = str(said.get("service") or "")
            files = said.get("files")
            paths = tuple(map(str, files)) if isinstance(files, list) else ()
            undone = str(said.get("undone") or "")
            return PastRun(name, (service,) if service else changes, bool(record), undone, service, paths)
        case _:
            raise KubewitnessError(f"runs: not a line of our script: {line[:60]!r}")


def _said(record: str) -> dict[str, object]:
    try:
        said = json.loads(base64.b64decode(record, validate=True))
    except (ValueError, RecursionError):
        return {}
    return said if isinstance(said, dict) else {}


def undone_by(runs: Sequence[PastRun]) -> dict[str, str]:
    """Which run undid which; one that was undone itself undid nothing. ``runs``: the newest first."""
    found: dict[str, str] = {}
    for run in runs:
        if run.finished and run.undone and run.id not in found:
            found[run.undone] = run.id
    return found


def later_change(runs: Sequence[PastRun], run: str, file: str) -> str | None:
    """The newest run after ``run`` that changed ``file`` (policy or manifest) and is to be undone before it.

    ``None``: no run of ours did. ``runs``: the newest first.
    """
    gone = undone_by(runs)
    for later in runs:
        in_force = later.finished and not later.undone and later.id not in gone
        if in_force and later.id > run and any(changed.startswith(file) for changed in later.changed):
            return later.id
    return None


def describe_runs(runs: Sequence[PastRun], undo: str) -> Iterator[str]:
    """Lines for the terminal: each run, and how one is undone. ``undo``: that command, with RUN for the id."""
    if not runs:
        yield "no run of ours is remembered on this node: there is nothing to undo"
        return
    gone = undone_by(runs)
    for run in runs:
        yield f"{run.id}  {_when(run.id)}  {_what(run)}{', undone since' if run.id in gone else ''}"
    if any(run.finished and run.changed for run in runs):
        yield f"to undo one, the newest first: {undo}"


def _when(name: str) -> str:
    match = _STAMP.match(name)
    return "{}-{}-{} {}:{}:{} UTC".format(*match.groups()) if match else "at a time that is not known"


def _what(run: PastRun) -> str:
    if not run.finished:
        return "not finished: refused, put back or killed: its journal says which"
    what = f"changed {' and '.join(run.changed)}" if run.changed else "changed no file"
    return f"{what}, undoing run {run.undone}" if run.undone else what
