"""Filebeat's configuration, read. Pure.

``filebeat.yml`` comes first; files that hold a list of inputs are those of ``filebeat.config.inputs``. Any other file
is a companion: the systemd unit or an environment file, which say where the registry is and what variables are.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from kubewitness.shippers.filebeat.document import environment, nested
from kubewitness.shippers.filebeat.inputs import CLOSES_REMOVED, Received, received
from kubewitness.shippers.filebeat.outputs import output, queue
from kubewitness.shippers.filebeat.processors import Processed, processors
from kubewitness.shippers.model import (
    Configuration,
    Input,
    InputKind,
    Output,
    Place,
    Problem,
    Program,
    QueueKind,
    Route,
    Setting,
)
from kubewitness.shippers.settings import Section, switch
from kubewitness.shippers.yamltext import PLAIN_DOLLAR
from kubewitness.shippers.yamltree import Entry, Items, Table, merged, parse
from kubewitness.yamldoc import YamlError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from kubewitness.shippers.model import Queue
    from kubewitness.shippers.yamltree import Value

MOST_FILES: Final = 100
_PARTS: Final = ("filebeat", "output", "queue", "processors", "cloud", "path", "logging", "setup")
_DATA: Final = re.compile(r"--?path\.data[=\s]\s{0,8}\"?([^\s\"]{1,1000})")


@dataclass(frozen=True, slots=True)
class _Told:
    """All files, sorted by what they are."""

    root: Section
    inputs: tuple[Items, ...]
    companions: Mapping[str, str]


def read(files: Mapping[str, str]) -> Configuration:
    """What Filebeat was told. ``files``: the main file first; lists of inputs and companions among them.

    Never raises for content: what the program would refuse is a problem.
    """
    problems: list[Problem] = []
    told = _told(files, problems)
    routes = tuple(_routes(told, problems)) if told is not None else ()
    return Configuration(Program.FILEBEAT, tuple(files), routes, tuple(dict.fromkeys(problems)))


def _told(files: Mapping[str, str], problems: list[Problem]) -> _Told | None:
    first = {file: _parsed(file, text, PLAIN_DOLLAR) for file, text in list(files.items())[:MOST_FILES]}
    companions = {file: text for file, text in files.items() if not _is_ours(first.get(file))}
    known = environment(companions)
    ours = {file: root for file, root in first.items() if root is not None and file not in companions}
    if known:
        told = {**known, **PLAIN_DOLLAR}
        ours = {file: root for file in ours if (root := _parsed(file, files[file], told)) is not None}
    roots = [nested(root) for root in ours.values()]
    if not roots:
        problems.append(_not_one(files))
        return None
    whole = Table((), Place(next(iter(files))))
    for root in roots:
        whole = merged(whole, root) if isinstance(root, Table) else whole
    return _Told(Section(whole, problems), tuple(root for root in roots if isinstance(root, Items)), companions)


def _parsed(file: str, text: str, known: Mapping[str, str]) -> Value | None:
    try:
        return parse(text, file, known)
    except YamlError:
        return None


def _is_ours(root: Value | None) -> bool:
    """Whether it is ``filebeat.yml``, or a list of inputs."""
    match root:
        case Items(values=(Table() as one, *_)):
            return one.entry("type") is not None
        case Table():
            return any(entry.key.split(".", 1)[0] in _PARTS for entry in root.entries)
        case _:
            return False


def _not_one(files: Mapping[str, str]) -> Problem:
    """Why the main file is no configuration."""
    file, text = next(iter(files.items()), ("", ""))
    try:
        parse(text, file)
    except YamlError as error:
        return Problem(error.problem, Place(file, error.line, error.column), refused=True)
    return Problem("not a configuration of Filebeat: no filebeat.inputs and no output", Place(file), refused=True)


def _routes(told: _Told, problems: list[Problem]) -> Iterator[Route]:
    """A route an input: one queue and one output are behind all."""
    root = told.root
    sent = _output(told)
    held = queue(root)
    work = processors(root)
    registry = _registry(told)
    for number, item in enumerate(_inputs(told, problems)):
        section = Section(item, problems)
        on = section.setting("enabled", switch, default=True, written="true")
        if isinstance(on, Setting) and not on.value:
            continue
        name = section.text("id") or f"{section.text('type') or 'input'} {number + 1}"
        got = received(section, name, item.place, registry)
        yield _route(got, work, held, sent)


def _route(got: Received, work: Processed, held: Queue, sent: Output | None) -> Route:
    """With the queue in memory an input waits for the output, unless nothing can be read again.

    One with a queue on disk is seldom behind: a file that is removed was read.
    """
    reads_again = got.input.kind in {InputKind.FILES, InputKind.JOURNAL}
    waits = _WAITS if reads_again and held.kind.value is QueueKind.MEMORY else None
    on_disk = held.kind.value is QueueKind.DISK
    filters = tuple(one for one in got.filters if not (on_disk and one.name in CLOSES_REMOVED))
    found: Input = replace(got.input, waits=waits)
    alters = got.alters or work.alters
    outputs = () if sent is None else (sent if alters is None else replace(sent, alters=alters),)
    return Route(found.name, found.place, (found,), outputs, (*filters, *work.filters), held)


_WAITS: Final = Setting("filebeat.registry", True, "positions are saved when the output has acknowledged")


def _inputs(told: _Told, problems: list[Problem]) -> Iterator[Table]:
    """Those of ``filebeat.inputs`` and of the files that it takes from a folder."""
    root = told.root
    listed = root.value("filebeat.inputs")
    lists = [*([listed] if isinstance(listed, Items) else []), *told.inputs]
    tables = [item for one in lists for item in one.values if isinstance(item, Table)]
    if not tables:
        problems.append(
            Problem("filebeat.inputs: there is none", listed.place if listed else root.table.place, refused=False)
        )
    yield from tables
    for path in ("filebeat.config.inputs", "filebeat.config.modules", "filebeat.modules", "filebeat.autodiscover"):
        value = root.value(path)
        off = root.text(f"{path}.enabled") == "false"
        if value is None or off or (path == "filebeat.config.inputs" and told.inputs):
            continue
        root.wonder(f"{path}: what it brings is not among the files that were read", value.place)


def _output(told: _Told) -> Output | None:
    """The one output that is on; the program refuses two, and none."""
    root = told.root
    named = [entry for entry in root.table.table("output").entries if _is_on(entry)]
    if not named:
        place = root.table.place
        if root.value("filebeat") is None:
            root.wonder("no output among the files that were read", place)
        elif root.value("cloud.id") is None:
            root.refuse("output: there is none", place)
        return None
    for entry in named[1:]:
        root.refuse(f"output.{entry.key}: there is another output, and only one can be", entry.place)
    entry = named[0]
    table = entry.value if isinstance(entry.value, Table) else Table((), entry.place)
    return output(Section(table, root.problems), entry.key, entry.place)


def _is_on(entry: Entry) -> bool:
    value = entry.value.at("enabled") if isinstance(entry.value, Table) else None
    return getattr(value, "text", "true") != "false"


def _registry(told: _Told) -> Setting[str] | None:
    """Where positions are kept: under ``path.data``, of the file or the command line; ``None``: its build's default."""
    for file, text in told.companions.items():
        found = _DATA.search(text)
        if found is not None:
            place = Place(file, text.count("\n", 0, found.start()) + 1)
            return Setting("path.data", found[1], found[1], place)
    value = told.root.scalar("path.data")
    return None if value is None or "${" in value.text else Setting("path.data", value.text, value.text, value.place)
