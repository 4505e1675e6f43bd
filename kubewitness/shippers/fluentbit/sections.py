"""A Fluent Bit configuration as sections of keys and values, whichever way it was written. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeVar

from kubewitness.model import Reason, Unread
from kubewitness.shippers.model import Place, Problem, Setting

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")

MOST_SECTIONS: Final = 2000
_SHOWN: Final = 80
_SIZE: Final = re.compile(r"(\d{1,15})\s*([kmg]?)b?", re.IGNORECASE)
_UNITS: Final = {"": 1, "k": 1000, "m": 1000**2, "g": 1000**3}
_YES: Final = frozenset({"on", "true", "yes"})
_NO: Final = frozenset({"off", "false", "no"})


@dataclass(frozen=True, slots=True)
class Entry:
    """One key. Fluent Bit compares keys without case: ``key`` is in small letters, ``name`` as it stands there."""

    key: str
    name: str
    value: str
    place: Place


@dataclass(frozen=True, slots=True)
class Section:
    """One section. ``kind`` in small letters: ``service``, ``input``, ``filter``, ``output``.

    ``filters``: processors that belong to it, as filters.
    """

    kind: str
    place: Place
    entries: tuple[Entry, ...]
    filters: tuple[Section, ...] = ()

    def entry(self, *keys: str) -> Entry | None:
        """The last that one of ``keys`` names; ``None``: none is written."""
        return next((entry for entry in reversed(self.entries) if entry.key in keys), None)

    def entries_of(self, key: str) -> list[Entry]:
        """Every one: some keys stand several times."""
        return [entry for entry in self.entries if entry.key == key]

    def text(self, *keys: str) -> str:
        """What is written; empty: nothing is."""
        found = self.entry(*keys)
        return found.value if found is not None else ""

    @property
    def plugin(self) -> str:
        """The name of its plugin, in small letters."""
        return self.text("name").lower()

    def setting(self, name: str, convert: Callable[[str], T | None], default: T, written: str) -> Setting[T] | Unread:
        """The value in force. ``name``: as the documentation writes the key; ``written``: its default there.

        Unread: a variable, or nothing that Fluent Bit takes.
        """
        found = self.entry(name.lower())
        if found is None:
            return Setting(name, default, written)
        if "${" in found.value:
            return Unread(Reason.NOT_OBSERVED, f"{name} is {found.value[:_SHOWN]}, which is set elsewhere")
        value = convert(found.value)
        if value is None:
            return Unread(Reason.PARSE, f"{name}: {found.value[:_SHOWN]!r} is not a value that it takes")
        return Setting(found.name, value, found.value, found.place)

    def refused(self, name: str, convert: Callable[[str], object]) -> Problem | None:
        """What Fluent Bit says to a value that it does not take."""
        found = self.entry(name.lower())
        if found is None or "${" in found.value or convert(found.value) is not None:
            return None
        return Problem(
            f"{found.name}: {found.value[:_SHOWN]!r} is not a value that it takes", found.place, refused=True
        )


def switch(text: str) -> bool | None:
    """``on``, ``true`` and ``yes``, or their opposites; ``None``: neither."""
    word = text.strip().lower()
    return True if word in _YES else False if word in _NO else None


def size_bytes(text: str) -> int | None:
    """``32k``, ``5MB``, ``0``: thousands, not 1024s; ``None``: it is none.

    Source: https://docs.fluentbit.io/manual/administration/configuring-fluent-bit#unit-sizes
    """
    found = _SIZE.fullmatch(text.strip())
    return int(found[1]) * _UNITS[found[2].lower()] if found else None


def word(text: str) -> str:
    """The text itself."""
    return text
