"""Typed settings out of a table of a configuration: the value in force, where it is written, or the default. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, TypeVar

from kubewitness.model import Reason, Unread
from kubewitness.shippers.model import Place, Problem, Setting
from kubewitness.shippers.yamltree import Scalar, Table

if TYPE_CHECKING:
    from collections.abc import Callable

    from kubewitness.shippers.yamltree import Value

T = TypeVar("T")
U = TypeVar("U")

_UNITS: Final = {"ns": 1e-9, "us": 1e-6, "µs": 1e-6, "μs": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0, "h": 3600.0}
_DURATION: Final = re.compile(r"(\d{1,18}\.?\d{0,18}|\.\d{1,18})(ns|us|µs|μs|ms|s|m|h)")
_SIZE: Final = re.compile(r"(\d{1,18}(?:\.\d{0,18})?)\s*(?:([kmgtp])(i?)b)?", re.IGNORECASE)
_LONGEST_SHOWN: Final = 80


@dataclass(frozen=True, slots=True)
class Section:
    """One component's table. ``problems``: what was found wrong in it is added here.

    ``path`` of a setting: its keys from the top of the table, parted by dots; it is the setting's name too.
    """

    table: Table
    problems: list[Problem] = field(default_factory=list)

    def setting(self, path: str, convert: Callable[[str], T | None], default: T, written: str) -> Setting[T] | Unread:
        """The value in force. ``written``: the default in the words of the program's documentation.

        Unread: the value is a variable, or nothing that the program would take; the latter is a problem too.
        """
        value = self.scalar(path)
        if value is None:
            return Setting(path, default, written)
        if "${" in value.text:
            return Unread(Reason.NOT_OBSERVED, f"{path} is {value.text[:_LONGEST_SHOWN]}, which is set elsewhere")
        converted = convert(value.text)
        if converted is None:
            message = f"{path}: {value.text[:_LONGEST_SHOWN]!r} is not a value that it takes"
            self.problems.append(Problem(message, value.place, refused=True))
            return Unread(Reason.PARSE, message)
        return Setting(path, converted, value.text, value.place)

    def scalar(self, path: str) -> Scalar | None:
        """The scalar there; ``None``: there is none, or it is null."""
        value = self.value(path)
        return value if isinstance(value, Scalar) and not value.is_null else None

    def value(self, path: str) -> Value | None:
        """Whatever is there; ``None``: nothing."""
        return self.table.at(*path.split("."))

    def text(self, path: str) -> str:
        """The text there; empty: there is none."""
        value = self.scalar(path)
        return value.text if value else ""

    def place(self, path: str) -> Place | None:
        """Where it is written; ``None``: nowhere."""
        value = self.value(path)
        return value.place if value else None

    def refuse(self, message: str, place: Place | None = None) -> None:
        """The program does not start with this."""
        self.problems.append(Problem(message, place or self.table.place, refused=True))

    def wonder(self, message: str, place: Place | None = None) -> None:
        """We cannot follow this."""
        self.problems.append(Problem(message, place or self.table.place, refused=False))


def instead(setting: Setting[T] | Unread, value: Callable[[T], U]) -> Setting[U] | Unread:
    """The same setting, with what its value means."""
    if isinstance(setting, Unread):
        return setting
    return Setting(setting.name, value(setting.value), setting.written, setting.place)


def switch(text: str) -> bool | None:
    """``true`` or ``false`` as YAML 1.2 writes them; ``None``: neither."""
    return {"true": True, "false": False}.get(text.lower())


def whole(text: str) -> int | None:
    """An integer; ``None``: it is none."""
    plain = text.replace("_", "")
    return int(plain) if re.fullmatch(r"[-+]?[0-9]{1,18}", plain) else None


def word(text: str) -> str:
    """The text itself."""
    return text


def seconds(text: str) -> float | None:
    """A duration of Go (``1h30m``), in seconds; a bare number counts nanoseconds, as Go's does. ``None``: it is none.

    Source: https://pkg.go.dev/time#ParseDuration
    """
    number = whole(text)
    if number is not None:
        return number * 1e-9
    body = text.removeprefix("-").removeprefix("+")
    parts = list(_DURATION.finditer(body))
    if not parts or "".join(part.group() for part in parts) != body:
        return None
    total = sum(float(part[1]) * _UNITS[part[2]] for part in parts)
    return -total if text.startswith("-") else total


def size_bytes(text: str) -> int | None:
    """A size (``4MiB``, ``1kb``, ``1048576``), in bytes; ``None``: it is none."""
    found = _SIZE.fullmatch(text.strip())
    if found is None:
        return None
    power = " kmgtp".index(found[2].lower()) if found[2] else 0
    return int(float(found[1]) * (1024 if found[3] else 1000) ** power)


def without_credentials(address: str) -> str:
    """A URL or host without user, password and query."""
    return re.sub(r"//[^/@\s]*@", "//", address.split("?", 1)[0])[:200]
