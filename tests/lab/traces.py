"""Everything on this machine that belongs to a lab, found by its name and not by what some file remembers.

So that `down` removes what a killed `up`, or a killed systemd-nspawn, left.
"""

from __future__ import annotations

import os
import shutil
import signal
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from tests.lab import cgroups, network
from tests.lab.command import run
from tests.lab.settings import Lab, LabError

_NSPAWN = Path("/run/systemd/nspawn")
_SECONDS = 20


@dataclass(frozen=True, slots=True)
class Traces:
    processes: frozenset[int]
    mounts: tuple[Path, ...]  # the innermost last
    namespaces: tuple[Path, ...]
    cgroups: tuple[Path, ...]
    locks: tuple[Path, ...]
    folders: tuple[Path, ...]

    def __bool__(self) -> bool:
        return any((self.processes, self.mounts, self.namespaces, self.cgroups, self.locks, self.folders))


def find(lab: Lab) -> Traces:
    namespaces = network.namespaces(lab)
    groups = cgroups.find(lab)
    mounts = _mounts(lab)
    inside = cgroups.processes(groups) | network.processes(namespaces) | _supervisors(lab)
    # `run -- python -m tests.lab down` must not end itself.
    return Traces(
        processes=frozenset(inside - _own_line()),
        mounts=tuple(mounts),
        namespaces=tuple(namespaces),
        cgroups=tuple(groups),
        locks=tuple(_locks(mounts)),
        folders=tuple(_folders(lab, mounts)),
    )


def remove(lab: Lab) -> None:
    """Remove all of them.

    Raises:
        LabError: something is still there after 20 s.
    """
    deadline = time.monotonic() + _SECONDS
    while traces := find(lab):
        if time.monotonic() > deadline:
            raise LabError(f"the lab cannot be removed: {traces}")
        _remove_once(traces)


def _remove_once(traces: Traces) -> None:
    # SIGKILL: an orderly halt takes up to 20 s, and nobody wants anything from these nodes any more. The death of a
    # node's PID 1 takes all its processes along.
    for process in traces.processes:
        with suppress(ProcessLookupError):
            os.kill(process, signal.SIGKILL)
    if traces.processes:
        time.sleep(0.1)  # they are ending; only then can the rest go
        return
    for lock in traces.locks:
        lock.unlink()
    for mount in reversed(traces.mounts):
        run("umount", "--lazy", mount)
    network.remove(list(traces.namespaces))
    if not cgroups.remove(traces.cgroups):
        time.sleep(0.1)  # the kernel has not let go of them yet
    for folder in traces.folders:
        if not any(place.is_relative_to(folder) for place, _ in _all_mounts()):  # never through a mount
            _remove_folder(folder)


def _remove_folder(folder: Path) -> None:
    try:
        shutil.rmtree(folder)
    except PermissionError:  # a collector node's files are append-only
        run("chattr", "-R", "-f", "-a", "-i", folder)
        shutil.rmtree(folder)


def _mounts(lab: Lab) -> list[Path]:
    """Overlays whose source is the lab's name, and whatever is mounted below the run folder."""
    return [place for place, source in _all_mounts() if source == lab.name or place.is_relative_to(lab.run)]


def _all_mounts() -> list[tuple[Path, str]]:
    """Place and source of each mount, in the order in which they were made; see proc_pid_mountinfo(5)."""
    lines = Path("/proc/self/mountinfo").read_text().splitlines()
    return [(Path(line.split()[4]), line.partition(" - ")[2].split()[1]) for line in lines]


def _locks(mounts: list[Path]) -> list[Path]:
    """What systemd-nspawn leaves when it is killed; named after the root folder, so only found while that exists."""
    roots = [mount.stat() for mount in mounts if mount.name == "root"]
    locks = [_NSPAWN / f"locks/inode-{root.st_dev}:{root.st_ino}" for root in roots]
    return [lock for lock in locks if lock.exists()]


def _folders(lab: Lab, mounts: list[Path]) -> list[Path]:
    """The run folder, also one that another KUBEWITNESS_LAB_DIR has; and what systemd-nspawn keeps of a machine."""
    runs = {lab.run} | {
        mount.parents[2] for mount in mounts if mount.name == "root" and mount.parent.parent.name == "nodes"
    }
    kept = [path for path in _NSPAWN.glob("propagate/*") if lab.owns(path.name)]
    return sorted(path for path in (*runs, *kept) if path.exists())


def _supervisors(lab: Lab) -> set[int]:
    """files/run-node.sh and systemd-nspawn, by their arguments: just started, they are in no cgroup of ours yet."""
    found = set()
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            arguments = (process / "cmdline").read_bytes().decode(errors="replace").split("\0")
            if any(argument.endswith(("run-node.sh", "systemd-nspawn")) for argument in arguments[:2]) and any(
                lab.owns(argument.removeprefix("--machine=")) for argument in arguments[2:]
            ):
                found.add(int(process.name))
    return found


def _own_line() -> set[int]:
    """This process and its ancestors."""
    line, process = set(), os.getpid()
    while process > 0:
        line.add(process)
        status = Path(f"/proc/{process}/status").read_text()
        process = next(int(entry.split()[1]) for entry in status.splitlines() if entry.startswith("PPid:"))
    return line
