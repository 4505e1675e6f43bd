"""The kube-apiserver static pod: its arguments, and what of the node its container sees. Pure."""

from __future__ import annotations

import posixpath
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kubewitness.model import ServerVersion


@dataclass(frozen=True, slots=True)
class Volume:
    """A volume of the pod. ``host_path`` is ``None`` for every kind but ``hostPath``; ``type`` is the hostPath's."""

    name: str
    host_path: str | None
    type: str = ""
    kind: str = "hostPath"
    line: int = 0


@dataclass(frozen=True, slots=True)
class Mount:
    """A volume mount of the kube-apiserver container. ``sub_path`` may hold ``$(NAME)`` when ``expands``."""

    name: str
    mount_path: str
    read_only: bool = False
    sub_path: str = ""
    expands: bool = False
    line: int = 0

    @property
    def path(self) -> str:
        """``mount_path`` as an absolute path without a slash at its end."""
        return posixpath.normpath("/" + self.mount_path.lstrip("/"))


@dataclass(frozen=True, slots=True)
class Covering:
    """The mount that a path of the container lies under, whatever its volume is made of."""

    mount: Mount
    volume: Volume


@dataclass(frozen=True, slots=True)
class HostFile:
    """Where a path of the container lies on the node. ``is_file_mount``: the path itself is what is mounted."""

    host_path: str
    volume: Volume
    mount: Mount
    is_file_mount: bool

    @property
    def read_only(self) -> bool:
        return self.mount.read_only


@dataclass(frozen=True, slots=True)
class StaticPod:
    """A static pod with a kube-apiserver container.

    ``argv``: ``command`` and ``args`` joined; the program is missing where the image's entrypoint is used.
    ``argv_lines`` has the line of each item, from 1. ``advertise_address`` is ``None`` where the flag is not set.
    """

    name: str
    namespace: str
    argv: tuple[str, ...]
    container: str
    image: str
    image_version: ServerVersion | None
    mounts: tuple[Mount, ...]
    volumes: tuple[Volume, ...]
    advertise_address: str | None = None
    secure_port: int = 6443
    argv_lines: tuple[int, ...] = ()

    def covering(self, path: str) -> Covering | None:
        """The mount that holds the container's absolute ``path``; the longest one wins, of two equal ones the last.

        ``None``: the path lies in the container's own file system, and is gone with it.
        """
        if not path.startswith("/"):
            return None
        target = posixpath.normpath("/" + path.lstrip("/"))
        best: Mount | None = None
        for mount in self.mounts:
            if _lies_under(target, mount.path) and (best is None or len(mount.path) >= len(best.path)):
                best = mount
        if best is None:
            return None
        return Covering(best, next(volume for volume in self.volumes if volume.name == best.name))

    def locate(self, path: str) -> HostFile | None:
        """The node's file behind the container's absolute ``path``.

        ``None``: it lies under no mount, under one that is no hostPath (``covering`` tells which), or where only the
        container's environment says.
        """
        found = self.covering(path)
        if found is None or found.volume.host_path is None or found.mount.expands:
            return None
        mount, target = found.mount, posixpath.normpath("/" + path.lstrip("/"))
        below = posixpath.relpath(target, mount.path)
        host_path = posixpath.normpath(posixpath.join(found.volume.host_path, mount.sub_path, below))
        return HostFile(host_path, found.volume, mount, is_file_mount=below == ".")


def _lies_under(path: str, folder: str) -> bool:
    return folder in {"/", path} or path.startswith(folder + "/")
