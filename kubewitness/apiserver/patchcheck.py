"""Reads a patched manifest again and says what is different that was not asked for. Pure."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING, TypeAlias

from kubewitness.apiserver.flags import parse_flags
from kubewitness.apiserver.manifest import read_static_pod, server_index
from kubewitness.apiserver.podtree import ManifestError, decode
from kubewitness.godecode.tree import Array, Object, Value

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from kubewitness.apiserver.patch import AddedVolume
    from kubewitness.apiserver.pod import StaticPod

Plain: TypeAlias = "dict[str, Plain] | list[Plain] | tuple[str, str]"


def problem_with(
    before: str, after: str, flags: Mapping[str, str], volumes: Iterable[AddedVolume], where: str
) -> str | None:
    """What is wrong with ``after``; ``None`` when it is ``before`` with ``flags`` and ``volumes`` and nothing else."""
    try:
        pods = read_static_pod(before, where), read_static_pod(after, where)
        parts = _Parts(before, where), _Parts(after, where)
    except ManifestError as error:
        return f"the change would break it ({error.problem})"
    return _flag_problem(*pods, flags) or _mount_problem(pods[1], volumes) or _other_problem(*parts)


def _flag_problem(before: StaticPod, after: StaticPod, flags: Mapping[str, str]) -> str | None:
    old, new = parse_flags(before.argv), parse_flags(after.argv)
    for name, value in flags.items():
        wanted = (*old.all(name)[:-1], value)
        if new.all(name) != wanted:
            return f"--{name} would not come out as {value}"
    kept = [[(one.name, one.value) for one in each.occurrences if one.name not in flags] for each in (old, new)]
    if kept[0] != kept[1]:
        return "other flags would change"
    if new.errors and not old.errors:
        return f"kube-apiserver would not start ({new.errors[0]})"
    return None


def _mount_problem(after: StaticPod, volumes: Iterable[AddedVolume]) -> str | None:
    for volume in volumes:
        host = after.locate(volume.mount_path)
        wanted = posixpath.normpath("/" + volume.host_path.lstrip("/"))
        if host is None or host.host_path != wanted or host.read_only != volume.read_only:
            return f"{volume.mount_path} would not come out as a mount of {volume.host_path}"
    return None


def _other_problem(before: _Parts, after: _Parts) -> str | None:
    if before.rest != after.rest:
        return "more than flags, mounts and volumes would change"
    for name, old, new in (("mounts", before.mounts, after.mounts), ("volumes", before.volumes, after.volumes)):
        if list(new[: len(old)]) != list(old):
            return f"{name} that are there would change"
    return None


class _Parts:
    """A manifest as plain values, with what a patch may extend taken out of it."""

    def __init__(self, text: str, where: str) -> None:
        root = _plain(decode(text, where).value)
        spec = _mapping(_mapping(root)["spec"])
        containers = spec["containers"]
        container = _mapping(containers[server_index(text, where)] if isinstance(containers, list) else containers)
        self.mounts = _taken(container, "volumeMounts")
        self.volumes = _taken(spec, "volumes")
        for key in ("command", "args"):
            container.pop(key, None)
        self.rest = root


def _taken(mapping: dict[str, Plain], key: str) -> Sequence[Plain]:
    found = mapping.pop(key, [])
    return found if isinstance(found, list) else []


def _mapping(value: Plain) -> dict[str, Plain]:
    return value if isinstance(value, dict) else {}


def _plain(value: Value) -> Plain:
    if isinstance(value, Object):
        return {field.key: _plain(field.value) for field in value.fields}
    if isinstance(value, Array):
        return [_plain(item) for item in value.items]
    return str(value.kind), value.text
