"""Components of a collector's configuration, what they share, and what the command line says of all. Pure.

Source: https://opentelemetry.io/docs/collector/configuration/
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from kubewitness.model import Reason, Unread
from kubewitness.shippers.model import Checkpoint, Place, Setting
from kubewitness.shippers.settings import Section, word
from kubewitness.shippers.yamltree import Table

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kubewitness.shippers.model import Problem

GATE: Final = "stanza.synchronousLogEmitter"
GATES_OPTION: Final = "--feature-gates"
LINES_AT_ONCE: Final = 100
"""A receiver of files hands on up to so many lines in one: a queue that cannot hold them stands still for good.

Source: https://github.com/open-telemetry/opentelemetry-collector-contrib/blob/v0.158.0/pkg/stanza/fileconsumer/internal/reader/factory.go
"""
STORAGE_DIRECTORY: Final = "/var/lib/otelcol/file_storage"
"""Source: https://github.com/open-telemetry/opentelemetry-collector-contrib/tree/v0.158.0/extension/storage/filestorage"""

_GATES: Final = re.compile(r"(?:--)?feature-gates" r"[=:\s\"',\\]{1,8}([^\s\"'\\]{1,1000})")
_COMMAND: Final = re.compile(r"otelcol|--config\b|opentelemetry-collector|\botel/")
_ASSIGNMENT: Final = re.compile(
    r"^\s*(?:Environment=|export\s)?\s*\"?([A-Za-z_][A-Za-z0-9_]{0,99})=(.{0,2000})$", re.MULTILINE
)


@dataclass(frozen=True, slots=True)
class Component:
    """One receiver, processor, exporter, connector or extension: ``otlp_http/loki`` with its table."""

    id: str
    place: Place
    section: Section

    @property
    def kind(self) -> str:
        """Its type without underscores: ``filelog`` and ``file_log`` are one since 0.150, as others are."""
        return self.id.split("/", 1)[0].strip().replace("_", "")


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a component needs to know of the rest.

    ``extensions``: all that are written. ``started``: those of ``service.extensions``. ``saves_ahead``: what the
    command line says of the emitter: for every receiver that reads files or the journal.
    """

    extensions: Mapping[str, Component]
    started: frozenset[str]
    saves_ahead: Setting[bool] | Unread


def components(root: Table, group: str, problems: list[Problem]) -> dict[str, Component]:
    """The components of ``receivers``, ``exporters`` and so on, by their id; one without settings counts too."""
    return {
        entry.key.strip(): Component(
            entry.key.strip(),
            entry.place,
            Section(entry.value if isinstance(entry.value, Table) else Table((), entry.place), problems),
        )
        for entry in root.table(group).entries
    }


def storage(section: Section, path: str, around: Surroundings) -> tuple[Setting[Checkpoint], Setting[str] | None]:
    """Where ``storage:`` keeps things, and in which folder; in memory where it is not written.

    A name that no extension has, or one that is not started, ends the program at its start: ``validate`` is silent.
    """
    value = section.scalar(path)
    if value is None:
        return Setting(path, Checkpoint.MEMORY, "not set"), None
    name = value.text.strip()
    extension = around.extensions.get(name)
    if extension is None and "${" not in name:
        section.refuse(f"{path}: there is no extension {name!r}", value.place)
    elif extension is not None and name not in around.started:
        section.refuse(f"{path}: the extension {name!r} is not in service.extensions", value.place)
    return Setting(path, Checkpoint.DISK, name, value.place), directory(extension)


def directory(extension: Component | None) -> Setting[str] | None:
    """The folder of a ``file_storage``; ``None``: it is another kind of storage, or set elsewhere."""
    if extension is None or extension.kind != "filestorage":
        return None
    found = extension.section.setting("directory", word, STORAGE_DIRECTORY, STORAGE_DIRECTORY)
    return found if isinstance(found, Setting) else None


def environment(texts: Mapping[str, str]) -> dict[str, str]:
    """``${env:NAME}`` and its value, out of units and environment files."""
    found: dict[str, str] = {}
    for text in texts.values():
        for line in _ASSIGNMENT.finditer(text):
            value = line[2].strip().strip("\"'")
            found |= {f"${{env:{line[1]}}}": value, f"${{{line[1]}}}": value}
    return found


def saves_ahead(texts: Mapping[str, str]) -> Setting[bool] | Unread:
    """Whether a position is saved before its record is in the next queue: unless the emitter is synchronous.

    ``texts``: units, environment files, a container's arguments: whatever has the command line in it.
    Source: https://github.com/open-telemetry/opentelemetry-collector-contrib/issues/35456
    """
    commands = [(file, text) for file, text in texts.items() if _GATES.search(text) or _COMMAND.search(text)]
    for file, text in commands:
        for option in _GATES.finditer(text):
            gates = [gate.strip() for gate in option[1].split(",")]
            if GATE in gates or f"+{GATE}" in gates or f"-{GATE}" in gates:
                place = Place(file, text.count("\n", 0, option.start()) + 1)
                return Setting(GATES_OPTION, f"-{GATE}" in gates, option[1][:200], place)
    if commands:
        return Setting(GATES_OPTION, True, f"without {GATE}")
    return Unread(Reason.NOT_OBSERVED, f"whether {GATES_OPTION}={GATE} is on the command line: look at the unit")
