"""The cgroup v1 controllers: one folder in each hierarchy for each node."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from tests.lab.settings import Lab

_ROOT = Path("/sys/fs/cgroup")
_NEEDED = {"cpu", "cpuset", "memory", "pids"}  # the kubelet sets limits with them


def missing_controllers() -> str | None:
    """Why the nodes cannot have cgroups; ``None`` where they can."""
    mounted = {option for _, options in _mounted_hierarchies() for option in options}
    if missing := _NEEDED - mounted:
        return f"no cgroup v1 controllers {', '.join(sorted(missing))} mounted (cgroup v2 alone is not supported yet)"
    return None


def create(machine: str) -> list[Path]:
    """A cgroup for a node in every hierarchy, below our own, so that the caller's limits hold for the lab too.

    With --keep-unit, nspawn makes /payload in the cgroup that it was started in: two nodes would share it.
    """
    folders = []
    for folder in _own_cgroups():
        mine = folder / machine
        mine.mkdir(exist_ok=True)
        if (mine / "cpuset.cpus").exists():  # a new cpuset is empty, and no process can be put into it
            for setting in ("cpuset.cpus", "cpuset.mems"):
                (mine / setting).write_text((folder / setting).read_text())
        folders.append(mine)
    return folders


def find(lab: Lab) -> list[Path]:
    """Those of all the lab's machines, in every hierarchy, wherever `up` was called from."""
    return [Path(folder, name) for folder, names, _ in os.walk(_ROOT) for name in names if lab.owns(name)]


def processes(folders: Iterable[Path]) -> set[int]:
    """Of these cgroups and all below."""
    found: set[int] = set()
    for top in folders:
        for folder, _, _ in os.walk(top):
            try:
                found.update(int(line) for line in Path(folder, "cgroup.procs").read_text().split())
            except OSError:  # it went away, or holds threads only
                continue
    return found


def remove(folders: Iterable[Path]) -> bool:
    """Remove these cgroups and all below, as far as no process is in them; True when nothing is left."""
    gone = True
    for top in folders:
        for folder, _, _ in os.walk(top, topdown=False):
            try:
                Path(folder).rmdir()
            except FileNotFoundError:
                continue
            except OSError:
                gone = False
    return gone


def _own_cgroups() -> Iterator[Path]:
    mounted = _mounted_hierarchies()
    for line in Path("/proc/self/cgroup").read_text().splitlines():
        _, controllers, path = line.split(":", 2)
        wanted = set(controllers.split(",")) if controllers else {"cgroup2"}
        for place, options in mounted:
            if wanted <= options:
                yield place / path.lstrip("/")
                break


def _mounted_hierarchies() -> list[tuple[Path, set[str]]]:
    """Each mount point with its options, among them its controllers; cgroup v2 has the option "cgroup2"."""
    mounts = [line.split() for line in Path("/proc/mounts").read_text().splitlines()]
    return [(Path(mount[1]), {*mount[3].split(","), mount[2]}) for mount in mounts if mount[2] in ("cgroup", "cgroup2")]
