"""What a Fluent Bit input does, and where its records wait. Pure.

Defaults: https://docs.fluentbit.io/manual/data-pipeline/inputs/tail and
https://docs.fluentbit.io/manual/data-pipeline/buffering (5.1).
"""

from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING, Final

from kubewitness.model import Unread
from kubewitness.shippers.fluentbit.plugins import NETWORK_INPUTS, OTHER_INPUTS
from kubewitness.shippers.fluentbit.sections import size_bytes, switch
from kubewitness.shippers.model import Checkpoint, Filter, Input, InputKind, Queue, QueueKind, Setting, Start, WhenFull
from kubewitness.shippers.settings import instead

if TYPE_CHECKING:
    from kubewitness.shippers.fluentbit.sections import Section

_LINE_BYTES: Final = 32 * 1000
_AGE: Final = re.compile(r"(\d{1,9})([smhd]?)", re.IGNORECASE)
_AGES: Final = {"": 1, "s": 1, "m": 60, "h": 3600, "d": 86_400}
_DAY: Final = 86_400
_UNIT: Final = "_SYSTEMD_UNIT="


def reads_logs(section: Section) -> bool:
    """Whether its plugin reads logs at all."""
    return section.plugin in {"tail", "systemd"} | NETWORK_INPUTS | OTHER_INPUTS


def input_of(section: Section, name: str) -> Input:
    """What it reads, from where on, and what it remembers."""
    match section.plugin:
        case "tail":
            return _tail(section, name)
        case "systemd":
            return _systemd(section, name)
        case plugin:
            kind = InputKind.NETWORK if plugin in NETWORK_INPUTS else InputKind.OTHER
            return Input(name, kind, section.place)


def _tail(section: Section, name: str) -> Input:
    from_head = section.setting("Read_from_Head", switch, default=False, written="off")
    checkpoint, folder = _checkpoint(section)
    limit = section.setting("Buffer_Max_Size", size_bytes, _LINE_BYTES, "32k")
    return Input(
        name,
        InputKind.FILES,
        section.place,
        paths=_globs(section, "path"),
        excluded=_globs(section, "exclude_path"),
        start=instead(from_head, lambda head: Start.BEGINNING if head else Start.END),
        checkpoint=checkpoint,
        line_limit=instead(limit, lambda value: value or None),
        state_dir=folder,
    )


def _systemd(section: Section, name: str) -> Input:
    at_end = section.setting("Read_From_Tail", switch, default=False, written="off")
    checkpoint, folder = _checkpoint(section)
    units = [entry for entry in section.entries_of("systemd_filter") if entry.value.startswith(_UNIT)]
    return Input(
        name,
        InputKind.JOURNAL,
        section.place,
        start=instead(at_end, lambda end: Start.END if end else Start.BEGINNING),
        checkpoint=checkpoint,
        state_dir=folder,
        units=tuple(Setting(entry.name, entry.value.removeprefix(_UNIT), entry.value, entry.place) for entry in units),
    )


def passed_over(section: Section, name: str) -> tuple[Filter, ...]:
    """Files that it does not read although it finds them: those that were not written to for so long."""
    found = section.entry("ignore_older") if section.plugin == "tail" else None
    age = _AGE.fullmatch(found.value.strip()) if found is not None else None
    if found is None or age is None or not 0 < int(age[1]) * _AGES[age[2].lower()] < _DAY:
        return ()
    text = "a file that was not written to for so long is passed over"
    return (Filter(name, section.place, Setting(found.name, text, found.value, found.place)),)


def _globs(section: Section, key: str) -> tuple[Setting[str], ...]:
    return tuple(
        Setting(entry.name, part.strip(), part.strip(), entry.place)
        for entry in section.entries_of(key)
        for part in entry.value.split(",")
        if part.strip()
    )


def _checkpoint(section: Section) -> tuple[Setting[Checkpoint], Setting[str] | None]:
    entry = section.entry("db")
    if entry is None:
        return Setting("DB", Checkpoint.MEMORY, "not set"), None
    folder = posixpath.dirname(entry.value)
    return (
        Setting(entry.name, Checkpoint.DISK, entry.value, entry.place),
        Setting(entry.name, folder, entry.value, entry.place) if folder.startswith("/") else None,
    )


def queue_of(section: Section, service: Section | None, output: Section) -> Queue:
    """Where the records of an input wait for ``output``: both have a say in it."""
    kind = section.setting("storage.type", _queue_kind, QueueKind.MEMORY, "memory")
    if isinstance(kind, Unread):
        kind = Setting("storage.type", QueueKind.MEMORY, section.text("storage.type"), section.place)
    if kind.value is QueueKind.DISK:
        return _on_disk(kind, service, output)
    if section.text("storage.type").lower() == "memrb":
        full: Setting[WhenFull] | None = Setting(kind.name, WhenFull.DROP, kind.written, kind.place)
    else:
        limit = section.entry("mem_buf_limit")
        full = Setting(limit.name, WhenFull.BLOCK, limit.value, limit.place) if limit else None
    return Queue(kind, full)


def _on_disk(kind: Setting[QueueKind], service: Section | None, output: Section) -> Queue:
    folder = service.entry("storage.path") if service is not None else None
    if folder is None:
        why = "not set, so storage.type filesystem has no effect"
        return Queue(Setting("storage.path", QueueKind.MEMORY, why, kind.place))
    limit = output.entry("storage.total_limit_size")
    return Queue(
        kind,
        Setting(limit.name, WhenFull.DROP, limit.value, limit.place) if limit is not None else None,
        limit=Setting(limit.name, limit.value, limit.value, limit.place) if limit is not None else None,
        limit_bytes=size_bytes(limit.value) if limit is not None else None,
        state_dir=Setting(folder.name, folder.value, folder.value, folder.place),
    )


def _queue_kind(text: str) -> QueueKind | None:
    return {"memory": QueueKind.MEMORY, "memrb": QueueKind.MEMORY, "filesystem": QueueKind.DISK}.get(text.lower())
