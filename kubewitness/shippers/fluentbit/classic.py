"""Fluent Bit's classic configuration: sections of indented keys, ``@INCLUDE`` and ``@SET``. Pure.

Source: https://docs.fluentbit.io/manual/administration/configuring-fluent-bit/classic-mode/format-schema
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from kubewitness.shippers.fluentbit.sections import MOST_SECTIONS, Entry, Section
from kubewitness.shippers.model import Place, Problem

if TYPE_CHECKING:
    from collections.abc import Callable

_HEADER: Final = re.compile(r"\[([^\]]*)\]")
_COMMAND: Final = re.compile(r"@(INCLUDE|SET)\s+(.*)", re.IGNORECASE)
_VARIABLE: Final = re.compile(r"\$\{([^}]*)\}")


class Classic:
    """Reads files one behind the other, as one configuration. ``include``: reads what a pattern names."""

    def __init__(self, include: Callable[[str, Place], None]) -> None:
        self.sections: list[Section] = []
        self.problems: list[Problem] = []
        self._include = include
        self._known: dict[str, str] = {}

    def read(self, file: str, text: str) -> None:
        """Adds what is in ``text``. A section ends with its file."""
        kind, place, entries = "", Place(file), list[Entry]()
        for number, raw in enumerate(text.splitlines(), 1):
            line, here = raw.strip(), Place(file, number, len(raw) - len(raw.lstrip()) + 1)
            if not line or line.startswith("#"):
                continue
            header, command = _HEADER.fullmatch(line), _COMMAND.match(line)
            if header or command:
                self._end(kind, place, entries)
                kind, place, entries = (header[1].strip().lower() if header else ""), here, []
                if command:
                    self._command(command[1].upper(), command[2].strip(), here)
                continue
            self._line(kind, line, here, entries)
        self._end(kind, place, entries)

    def _line(self, kind: str, line: str, here: Place, entries: list[Entry]) -> None:
        name, _, value = line.partition(" ") if " " in line else line.partition("\t")
        if "\t" in name:
            name, _, rest = line.partition("\t")
            value = rest
        if not kind:
            self.problems.append(Problem(f"{name[:80]}: stands in no section", here, refused=True))
        elif not value.strip():
            self.problems.append(Problem(f"{name[:80]}: a key without a value", here, refused=True))
        elif here.column == 1:
            self.problems.append(Problem(f"{name[:80]}: a key that is not indented", here, refused=True))
        else:
            entries.append(Entry(name.lower(), name, self._filled(value.strip()), here))

    def _end(self, kind: str, place: Place, entries: list[Entry]) -> None:
        if kind and len(self.sections) < MOST_SECTIONS:
            self.sections.append(Section(kind, place, tuple(entries)))

    def _command(self, command: str, argument: str, here: Place) -> None:
        if command == "INCLUDE":
            self._include(self._filled(argument), here)
        else:
            name, equals, value = argument.partition("=")
            if equals:
                self._known[name.strip()] = value.strip()

    def _filled(self, value: str) -> str:
        """With what ``@SET`` has set; any other variable stays as it stands."""
        return _VARIABLE.sub(lambda found: self._known.get(found[1], found[0]), value)
