"""Typed values out of an object's parameters: in force, and where. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeVar

from kubewitness.model import Reason, Unread
from kubewitness.shippers.model import Setting

if TYPE_CHECKING:
    from collections.abc import Callable

    from kubewitness.shippers.rsyslog.syntax import Parameter

T = TypeVar("T")

_SIZE: Final = re.compile(r"(\d{1,15})([kmgtKMGT]?)")
_NUMBER: Final = re.compile(r"-?(?:0x[0-9a-fA-F]{1,12}|\d{1,15})")
_FACTORS: Final = {
    "": 1,
    "k": 1024,
    "m": 1024**2,
    "g": 1024**3,
    "t": 1024**4,
    "K": 1000,
    "M": 1000**2,
    "G": 1000**3,
    "T": 1000**4,
}
_SHOWN: Final = 80


@dataclass(frozen=True, slots=True)
class Parameters:
    """The parameters of one object, whatever wrote them. A name that stands there twice: the first counts."""

    all: tuple[Parameter, ...] = ()

    def find(self, name: str) -> Parameter | None:
        """The parameter of this name, in lower case; ``None``: it is not written."""
        return next((parameter for parameter in self.all if parameter.name == name), None)

    def text(self, name: str) -> str:
        """Its first value as it stands; empty where it is not written or not told."""
        found = self.find(name)
        return found.values[0] if found and found.told else ""

    def values(self, name: str) -> tuple[str, ...]:
        """All its values; none where it is not written or not told."""
        found = self.find(name)
        return found.values if found and found.told else ()

    def setting(self, name: str, convert: Callable[[str], T | None], default: T, written: str) -> Setting[T] | Unread:
        """The value in force. ``name``: as the documentation spells it; ``written``: the default in its words.

        Unread: it comes from the environment, or is nothing that rsyslog would take.
        """
        found = self.find(name.lower())
        if found is None:
            return Setting(name, default, written)
        if not found.told:
            return Unread(Reason.NOT_OBSERVED, f"{name} is {found.values[0][:_SHOWN]!r}, which is set elsewhere")
        value = convert(found.values[0])
        if value is None:
            return Unread(Reason.PARSE, f"{name}: {found.values[0][:_SHOWN]!r} is not a value that it takes")
        return Setting(name, value, ", ".join(found.values), found.place)


def either(*parameters: tuple[str, Parameters]) -> tuple[str, Parameters]:
    """The first of these that is written, by name; else the last: whose default counts."""
    return next(((name, held) for name, held in parameters if held.find(name.lower())), parameters[-1])


def binary(text: str) -> bool | None:
    """``on`` or ``off``; ``None``: neither."""
    return {"on": True, "off": False}.get(text)


def number(text: str) -> int | None:
    """A whole number, in decimal or hexadecimal; ``None``: it is none."""
    return int(text, 0 if "x" in text else 10) if _NUMBER.fullmatch(text) else None


def size(text: str) -> int | None:
    """Bytes: ``64k`` is 64 * 1024, ``64K`` is 64 * 1000; ``None``: it is no size.

    Source: https://github.com/rsyslog/rsyslog/blob/v8.2302.0/grammar/rainerscript.c (doGetSize)
    """
    found = _SIZE.fullmatch(text)
    return int(found[1]) * _FACTORS[found[2]] if found else None
