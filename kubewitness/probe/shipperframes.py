"""The frames of ``shell/shippers.sh``, parsed. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from kubewitness.probe.shippers import InstalledShipper, LogReader, LogShippers, ShipperProcess
from kubewitness.shippers.model import Program

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from kubewitness.probe.reading import File


class _Frame(Protocol):
    @property
    def type(self) -> str: ...
    def get(self, key: str) -> str | None: ...
    def need(self, key: str) -> str: ...
    def integer(self, key: str) -> int: ...


def parse_shippers(
    frames: Sequence[_Frame], file_of: Callable[[Any], File], boot: float, hz: float
) -> LogShippers | None:
    """What the probe saw of log shippers; ``None``: it did not look. ``boot``: seconds since the epoch."""
    if not any(frame.type == "shippers" for frame in frames):
        return None
    installed = [frame for frame in frames if frame.type == "shipper" and frame.need("program") in list(Program)]
    return LogShippers(
        tuple(_installed(frame, frames, file_of, boot, hz) for frame in installed),
        tuple(
            LogReader(frame.need("path"), frame.integer("pid"), frame.need("name"), frame.get("pod") is not None)
            for frame in frames
            if frame.type == "logreader"
        ),
    )


def _installed(
    frame: _Frame, frames: Sequence[_Frame], file_of: Callable[[Any], File], boot: float, hz: float
) -> InstalledShipper:
    program = Program(frame.need("program"))
    number = frame.need("number")
    role = f"shipper{number}"
    processes = [item for item in frames if item.type == "shipperprocess" and item.need("number") == number]
    files: dict[str, File] = {}
    for item in frames:
        if item.type == "file" and item.get("role") == role:
            files.setdefault(item.need("path"), file_of(item))
    return InstalledShipper(
        program=program,
        command=frame.need("command"),
        unit=frame.need("unit"),
        version=frame.need("version"),
        modules=frozenset(frame.need("modules").split()),
        active=frame.get("active") or "",
        process=_process(processes[0], boot, hz) if processes else None,
        files=tuple(files.values()),
    )


def _process(frame: _Frame, boot: float, hz: float) -> ShipperProcess:
    ticks = frame.integer("started")
    gids = (frame.get("gids") or "").split()
    capabilities = frame.get("capabilities") or ""
    return ShipperProcess(
        pid=frame.integer("pid"),
        started=boot + ticks / hz,
        ticks=ticks,
        uid=frame.integer("uid"),
        gids=frozenset(int(gid) for gid in gids if gid.isascii() and gid.isdigit()),
        capabilities=int(capabilities, 16) if set(capabilities) <= set("0123456789abcdef") and capabilities else 0,
    )
