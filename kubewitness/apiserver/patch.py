"""Changes a static pod's manifest line by line: flags, volumes and mounts; the rest stays byte for byte. Pure."""

from __future__ import annotations

import json
import posixpath
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import yaml

from kubewitness.apiserver.flags import Occurrence, parse_flags
from kubewitness.apiserver.manifest import read_static_pod, server_index
from kubewitness.apiserver.patchcheck import problem_with
from kubewitness.apiserver.pod import Volume
from kubewitness.apiserver.yamllist import append_to_section, insert_after
from kubewitness.apiserver.yamlsource import Change, Item, PatchError, Source, applied, quoted

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from kubewitness.apiserver.pod import StaticPod

_BOM: Final = "\ufeff"
_NAME: Final = re.compile(r"[a-z0-9]+([-_][a-z0-9]+)*\Z")


@dataclass(frozen=True, slots=True)
class AddedVolume:
    """A hostPath volume and its mount. Another name is taken where ``name`` is in use for something else."""

    name: str
    host_path: str
    mount_path: str
    type: str
    read_only: bool


@dataclass(frozen=True, slots=True)
class ManifestEdit:
    """What a manifest shall hold: values in force of flags (names without dashes), and mounts."""

    set_flags: Mapping[str, str]
    volumes: tuple[AddedVolume, ...] = ()


def patch(text: str, edit: ManifestEdit, where: str) -> str:
    """``text`` with what ``edit`` asks for; the very same object where it is there already.

    The result is read again: it differs in what was asked for and in nothing else. Raises ManifestError for a manifest
    that cannot be read, PatchError for one that cannot be changed so.
    """
    if text.startswith(_BOM):
        bare = text.removeprefix(_BOM)
        changed = patch(bare, edit, where)
        return text if changed is bare else _BOM + changed
    _refuse_unwritable(edit, where)
    pod = read_static_pod(text, where)
    flags = _unset(pod, edit)
    volumes = tuple(volume for volume in edit.volumes if not _is_mounted(pod, volume, where))
    if not flags and not volumes:
        return text
    place = _Place(text, where, pod)
    result = applied(text, (*_flag_changes(place, flags), *_volume_changes(place, volumes)))
    problem = problem_with(text, result, flags, volumes, where)
    if problem is not None:
        raise PatchError(f"{where}: {problem}: edit it by hand, then start again")
    return result


class _Place:
    """Where the parts of the kube-apiserver pod stand in the text. ``items``: list and position of argv's items."""

    def __init__(self, text: str, where: str, pod: StaticPod) -> None:
        self.source = Source(text, where)
        self.pod = pod
        root = self.source.mapping(self.source.root)
        self.spec = self.source.mapping(self._child(root, "spec")[1])
        key, containers = self._child(self.spec, "containers")
        self.container = self.source.mapping(containers.value[server_index(text, where)])
        is_flow = isinstance(containers, yaml.SequenceNode) and bool(containers.flow_style)
        self.offset = 2 if is_flow else containers.start_mark.column - key.start_mark.column
        self.items = [*self._items("command"), *self._items("args")]
        if tuple(sequence.value[position].value for sequence, position in self.items) != pod.argv:
            raise self.source.refuse(self.container, "command and args are not plain lists of texts")

    def node(self, index: int) -> yaml.ScalarNode:
        sequence, position = self.items[index]
        node: yaml.ScalarNode = sequence.value[position]
        return node

    def _child(self, mapping: yaml.MappingNode, key: str) -> tuple[yaml.Node, yaml.Node]:
        pair = self.source.child(mapping, key)
        if pair is None:
            raise self.source.refuse(mapping, f"no {key}")
        return pair

    def _items(self, key: str) -> Iterator[tuple[yaml.SequenceNode, int]]:
        pair = self.source.child(self.container, key)
        if pair is not None and isinstance(pair[1], yaml.SequenceNode):
            yield from ((pair[1], position) for position in range(len(pair[1].value)))


def _refuse_unwritable(edit: ManifestEdit, where: str) -> None:
    for name in edit.set_flags:
        if not _NAME.match(name):
            raise PatchError(f"{where}: {name!r}: not the name of a flag: give it without dashes in front")
    for volume in edit.volumes:
        for path in (volume.host_path, volume.mount_path):
            if not path.startswith("/"):
                raise PatchError(f"{where}: {path!r}: not absolute: give the whole path")
    texts = [text for volume in edit.volumes for text in (volume.name, volume.host_path, volume.mount_path)]
    for text in (*edit.set_flags.values(), *texts):
        if not text.isprintable():
            raise PatchError(f"{where}: {text!r}: not printable: give a text without control characters")


def _unset(pod: StaticPod, edit: ManifestEdit) -> dict[str, str]:
    """The flags that do not have the wanted value yet, by name."""
    present = parse_flags(pod.argv)
    wanted = {name.replace("_", "-"): value for name, value in sorted(edit.set_flags.items())}
    return {name: value for name, value in wanted.items() if present.get(name) != value}


def _flag_changes(place: _Place, flags: Mapping[str, str]) -> Iterator[Change]:
    present = parse_flags(place.pod.argv).occurrences
    new: dict[int, list[str]] = {}
    for name, value in flags.items():
        in_force = [occurrence for occurrence in present if occurrence.name == name]
        if in_force:
            yield _replaced(place, in_force[-1], value)
        else:
            new.setdefault(_position(place, present, name), []).append(name)
    for index, names in new.items():
        sequence, position = place.items[index]
        style = place.node(index).style
        items = [_text_item(f"--{name}={flags[name]}", style) for name in names]
        yield from insert_after(place.source, sequence, position, items)


def _replaced(place: _Place, occurrence: Occurrence, value: str) -> Change:
    """Only the setting that is in force is written anew: the last one."""
    sequence, _ = place.items[occurrence.last]
    node = place.node(occurrence.last)
    written = place.pod.argv[occurrence.last]
    text = value
    if occurrence.first == occurrence.last:
        name = written.partition("=")[0] if written.startswith("--") else f"--{occurrence.name}"
        text = f"{name}={value}"
    return place.source.rewrite(node, text, in_flow=bool(sequence.flow_style))


def _position(place: _Place, present: Sequence[Occurrence], name: str) -> int:
    """The index of the item to put a new flag behind: where the order says, else the last audit flag, else the end."""
    if not place.items:
        raise place.source.refuse(place.container, "neither command nor args", "write kube-apiserver as its command")
    if not present:
        return len(place.items) - 1
    names = [occurrence.name for occurrence in present]
    if len(names) > 1 and names == sorted(names) and names[0] < name:
        return max(occurrence.last for occurrence in present if occurrence.name < name)
    audit = [occurrence.last for occurrence in present if occurrence.name.startswith("audit-")]
    return audit[-1] if audit else present[-1].last


def _text_item(text: str, style: str | None) -> Item:
    return Item((quoted(text, style),), json.dumps(text, ensure_ascii=False))


def _is_mounted(pod: StaticPod, wanted: AddedVolume, where: str) -> bool:
    """Whether the mount is there already. Raises PatchError where another one stands at its path."""
    found, host = pod.covering(wanted.mount_path), pod.locate(wanted.mount_path)
    if found is None or found.mount.path != _normal(wanted.mount_path):
        return False
    if host is not None and host.host_path == _normal(wanted.host_path):
        if wanted.read_only or not host.read_only:
            return True
        raise PatchError(f"{where}:{found.mount.line}: {wanted.mount_path} is mounted read-only: set readOnly: false")
    of = found.volume.host_path or found.volume.kind
    raise PatchError(
        f"{where}:{found.mount.line}: {wanted.mount_path} is the mount of {of}, not of {wanted.host_path}:"
        " take that mount away, or use another path"
    )


def _normal(path: str) -> str:
    return posixpath.normpath("/" + path.lstrip("/"))


def _volume_changes(place: _Place, wanted: Iterable[AddedVolume]) -> Iterator[Change]:
    known = list(place.pod.volumes)
    mounts: list[Item] = []
    volumes: list[Item] = []
    for volume in wanted:
        same = next((one for one in known if _is_same(one, volume)), None)
        if same is not None:
            named = replace(volume, name=same.name)
        else:
            named = replace(volume, name=_free_name(volume.name, {one.name for one in known}))
            known.append(Volume(named.name, named.host_path, named.type))
            volumes.append(_volume_item(named))
        mounts.append(_mount_item(named))
    if mounts:
        yield from append_to_section(place.source, place.container, "volumeMounts", mounts, offset=place.offset)
    if volumes:
        yield from append_to_section(place.source, place.spec, "volumes", volumes, offset=place.offset)


def _is_same(present: Volume, wanted: AddedVolume) -> bool:
    here = present.host_path is not None and _normal(present.host_path) == _normal(wanted.host_path)
    return here and present.type == wanted.type


def _free_name(name: str, taken: set[str]) -> str:
    candidates = (f"{name}-{number}" if number > 1 else name for number in range(1, len(taken) + 2))
    return next(candidate for candidate in candidates if candidate not in taken)


def _volume_item(volume: AddedVolume) -> Item:
    """As kubeadm writes it."""
    source = {"path": volume.host_path, "type": volume.type} if volume.type else {"path": volume.host_path}
    lines = ["hostPath:", *(f"  {key}: {quoted(value, None)}" for key, value in source.items())]
    flow = json.dumps({"hostPath": source, "name": volume.name}, ensure_ascii=False)
    return Item((*lines, f"name: {quoted(volume.name, None)}"), flow)


def _mount_item(volume: AddedVolume) -> Item:
    lines = [f"mountPath: {quoted(volume.mount_path, None)}", f"name: {quoted(volume.name, None)}"]
    mount: dict[str, object] = {"mountPath": volume.mount_path, "name": volume.name}
    if volume.read_only:
        lines.append("readOnly: true")
        mount["readOnly"] = True
    return Item(tuple(lines), json.dumps(mount, ensure_ascii=False))
