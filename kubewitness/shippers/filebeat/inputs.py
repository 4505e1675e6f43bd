"""What Filebeat's inputs do. Pure.

Defaults are those of 7.17: https://github.com/elastic/beats/tree/v7.17.28/filebeat/input
"""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from kubewitness.shippers.filebeat.processors import processors
from kubewitness.shippers.model import Checkpoint, Filter, Input, InputKind, Setting, Start
from kubewitness.shippers.settings import instead, seconds, switch, whole, word
from kubewitness.shippers.yamltree import Items, Table, scalars

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kubewitness.model import Unread
    from kubewitness.shippers.model import Place
    from kubewitness.shippers.settings import Section

NETWORK: Final = frozenset(
    {"tcp", "udp", "unix", "syslog", "http_endpoint", "netflow", "kafka", "mqtt", "redis", "lumberjack"}
)
_LARGEST_LINE: Final = 10 * 1024 * 1024
_LITERAL: Final = re.compile(r"[A-Za-z0-9_/ -]")


@dataclass(frozen=True, slots=True)
class Received:
    """One input: what it reads, leaves out and changes (``None``: nothing)."""

    input: Input
    filters: tuple[Filter, ...] = ()
    alters: Setting[str] | None = None


@dataclass(frozen=True, slots=True)
class _Keys:
    """What one kind of input calls its settings."""

    line: str
    tail: str
    closes_after: str
    closes_removed: str
    excluded: str
    parsed: str


_LOG: Final = _Keys("max_bytes", "tail_files", "close_timeout", "close_removed", "exclude_files", "json")
_FILESTREAM: Final = _Keys(
    *("message_max_bytes", "seek_to_tail", "close.reader.after_interval", "close.on_state_change.removed"),
    *("prospector.scanner.exclude_files", "parsers"),
)
CLOSES_REMOVED: Final = frozenset({_LOG.closes_removed, _FILESTREAM.closes_removed})


def received(section: Section, name: str, place: Place, registry: Setting[str] | None) -> Received:
    """The input of one table. ``registry``: the folder that keeps the positions; ``None``: not known."""
    kind = section.text("type")
    match kind:
        case "filestream":
            return _files(section, name, place, registry, _FILESTREAM)
        case "log" | "container" | "docker":
            return _files(section, name, place, registry, _LOG)
        case "journald":
            return _journal(section, name, place, registry)
        case _ if kind in NETWORK:
            return Received(Input(name, InputKind.NETWORK, place))
        case "":
            section.refuse("an input without a type", place)
        case _:
            section.wonder(f"input {name}: type {kind[:40]!r} is not one that is judged here", place)
    return Received(Input(name, InputKind.OTHER, place))


def _files(section: Section, name: str, place: Place, registry: Setting[str] | None, keys: _Keys) -> Received:
    """Its position is saved when the output has acknowledged: what was refused or not yet sent is read again.

    Source: https://www.elastic.co/guide/en/beats/filebeat/7.17/how-filebeat-works.html
    """
    paths = tuple(_texts(section, "paths"))
    if not paths and section.text("type") != "docker":
        section.refuse(f"input {name}: paths is not set", place)
    tail = section.setting(keys.tail, switch, default=False, written="false")
    found = Input(
        name,
        InputKind.FILES,
        place,
        paths=paths,
        excluded=tuple(_excluded(section, keys.excluded, paths)),
        start=instead(tail, lambda value: Start.END if value else Start.BEGINNING),
        checkpoint=_REGISTRY,
        line_limit=_line_limit(section, keys.line),
        offers_again=_AGAIN,
        saves_ahead=_AHEAD,
        state_dir=registry,
    )
    work = processors(section)
    alters = _parsed(section, keys) or work.alters
    return Received(found, (*_passed_over(section, keys), *_lines(section), *work.filters), alters)


_REGISTRY: Final = Setting("filebeat.registry", Checkpoint.DISK, "on disk")
_AGAIN: Final = Setting("filebeat.registry", True, "a batch is tried until it is acknowledged")
_AHEAD: Final = Setting("filebeat.registry", False, "positions are saved when they are acknowledged")


def _line_limit(section: Section, key: str) -> Setting[int | None] | Unread:
    return section.setting(key, lambda text: whole(text) or None, _LARGEST_LINE, "10485760")


def _journal(section: Section, name: str, place: Place, registry: Setting[str] | None) -> Received:
    """A cursor that it does not know any more leaves it at the head.

    Source: https://www.elastic.co/guide/en/beats/filebeat/7.17/filebeat-input-journald.html
    """
    seek = section.setting("seek", word, "cursor", "cursor")
    if isinstance(seek, Setting) and seek.value == "cursor":
        seek = section.setting("cursor_seek_fallback", word, "head", "head")
    units = tuple(
        Setting("include_matches", item.text.partition("=")[2].removesuffix(".service"), item.text, item.place)
        for item in scalars(_matches(section))
        if "SYSTEMD_UNIT=" in item.text or item.text.startswith("systemd.unit=")
    )
    found = Input(
        name,
        InputKind.JOURNAL,
        place,
        start=instead(seek, lambda value: Start.END if value == "tail" else Start.BEGINNING),
        checkpoint=_REGISTRY,
        offers_again=_AGAIN,
        saves_ahead=_AHEAD,
        state_dir=registry,
        units=units,
    )
    work = processors(section)
    return Received(found, work.filters, work.alters)


def _matches(section: Section) -> Items | Table | None:
    value = section.value("include_matches")
    if isinstance(value, Table):  # 7.15 and later: include_matches.match
        value = value.at("match")
    return value if isinstance(value, Items | Table) else None


def _texts(section: Section, path: str) -> Iterator[Setting[str]]:
    return (Setting(path, item.text, item.text, item.place) for item in scalars(section.value(path)))


def _excluded(section: Section, path: str, paths: tuple[Setting[str], ...]) -> Iterator[Setting[str]]:
    """Regular expressions over the whole path, as globs within the folders that are read."""
    folders = dict.fromkeys(posixpath.dirname(one.value) for one in paths)
    for one in _texts(section, path):
        glob = glob_of(one.value)
        if glob is None:
            section.wonder(f"{path}: which files {one.value[:80]!r} leaves out is not known", one.place)
            continue
        for folder in folders:
            yield Setting(path, posixpath.join(folder, glob), one.written, one.place)


def glob_of(expression: str) -> str | None:
    """The glob of the names that a simple expression takes (``*.gz``, where it ends so); ``None``: it is not simple."""
    body = expression.removeprefix("^").removesuffix("$")
    pieces: list[str] = []
    at = 0
    while at < len(body):
        if body[at : at + 2] in {".*", ".+"}:
            pieces.append("*")
            at += 2
        elif body[at] == "\\" and at + 1 < len(body) and not body[at + 1].isalnum():
            pieces.append(body[at + 1])
            at += 2
        elif body[at] == ".":
            pieces.append("?")
            at += 1
        elif _LITERAL.match(body[at]):
            pieces.append(body[at])
            at += 1
        else:
            return None
    name = "".join(pieces).rsplit("/", 1)[-1]
    return f"{'' if '/' in body else '*'}{name}{'' if expression.endswith('$') else '*'}"


def _passed_over(section: Section, keys: _Keys) -> Iterator[Filter]:
    """Files, or ends of files, that are not read."""
    for key, what in (
        ("ignore_older", "files that did not change for {}"),
        (keys.closes_after, "what is not read of a file after {} when it is renamed or removed meanwhile"),
    ):
        after = section.setting(key, seconds, 0.0, "0s")
        if isinstance(after, Setting) and after.value > 0:
            yield _filter(section, key, what.format(after.written))
    closes = section.setting(keys.closes_removed, switch, default=True, written="true")
    if isinstance(closes, Setting) and closes.value:
        drops = "what a removed file still holds (measured with 7.17.28: 2,852 of 9,000 lines in an outage)"
        place = closes.place or section.table.place
        yield Filter(keys.closes_removed, place, Setting(closes.name, drops, closes.written, closes.place))
    since = section.text("ignore_inactive")
    if since:
        yield _filter(section, "ignore_inactive", f"files that did not change {since.replace('_', ' ')}")
    keeps = section.setting("clean_removed", switch, default=True, written="true")
    if isinstance(keeps, Setting) and not keeps.value:
        yield _filter(section, "clean_removed", "the beginning of a file that has the inode of a removed one")


def _lines(section: Section) -> Iterator[Filter]:
    for key, what in (("include_lines", "what does not match"), ("exclude_lines", "what matches")):
        texts = [item.text for item in scalars(section.value(key))]
        if texts:
            yield _filter(section, key, f"{what} {' or '.join(texts)[:200]}")


def _filter(section: Section, key: str, drops: str) -> Filter:
    place = section.place(key) or section.table.place
    return Filter(key, place, Setting(key, drops, section.text(key) or "set", place))


def _parsed(section: Section, keys: _Keys) -> Setting[str] | None:
    """What an input that parses makes of a line: it is not what was read, it is written anew."""
    kind = section.text("type")
    if kind in {"container", "docker"}:
        return Setting("type", "takes the message out of the line", kind, section.place("type"))
    found = section.value(keys.parsed)
    if keys is _LOG:
        how = "the line is parsed, and its fields are written anew"
        return Setting(keys.parsed, how, "set", found.place) if found is not None else None
    for item in found.values if isinstance(found, Items) else ():
        for entry in item.entries if isinstance(item, Table) else ():
            if entry.key in {"ndjson", "container"}:
                how = "the line is parsed, and its fields are written anew"
                return Setting(keys.parsed, how, entry.key, entry.place)
    return None
