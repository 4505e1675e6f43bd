"""A configuration of rsyslog as its grammar has it: objects, directives, actions, filters. Nothing is judged here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from kubewitness.shippers.model import Place


@dataclass(frozen=True, slots=True)
class Parameter:
    """``name="value"`` or ``name=["a", "b"]``. ``name``: in lower case, as rsyslog compares.

    ``told``: whether the value stands there; not so in backticks, which take it from the environment or a file.
    """

    name: str
    values: tuple[str, ...]
    place: Place
    told: bool = True


@dataclass(frozen=True, slots=True)
class Object:
    """``kind(parameters) { body }``: module, input, global, template, ruleset, main_queue, action, include, ...

    ``body``: what stands in the braces of a ruleset; ``properties``: in those of a template.
    """

    kind: str
    parameters: tuple[Parameter, ...]
    place: Place
    body: tuple[Statement, ...] = ()
    properties: tuple[Object, ...] = ()


@dataclass(frozen=True, slots=True)
class Directive:
    """``$Name argument``, the legacy form. ``name``: in lower case, without the sign."""

    name: str
    argument: str
    place: Place


@dataclass(frozen=True, slots=True)
class LegacyAction:
    """``@@host:port``, ``/var/log/file``, ``~``, ``:omrelp:host:port``, ``*`` or a user's name."""

    text: str
    place: Place


@dataclass(frozen=True, slots=True)
class Condition:
    """``if … then … else …``, ``*.info …``, ``:msg, contains, "x" …``, ``foreach``.

    ``always``: it lets everything by.
    """

    text: str
    place: Place
    then: tuple[Statement, ...]
    otherwise: tuple[Statement, ...] = ()
    always: bool = False


@dataclass(frozen=True, slots=True)
class Stop:
    """``stop``: nothing that comes after it sees the record."""

    place: Place


@dataclass(frozen=True, slots=True)
class Call:
    """``call name``; ``call_indirect`` has an expression there, and ``told`` is false."""

    ruleset: str
    place: Place
    told: bool = True


@dataclass(frozen=True, slots=True)
class Assignment:
    """``set $.x = …;``, ``unset``, ``reset``: of a variable, never of the record itself."""

    text: str
    place: Place


Statement: TypeAlias = Object | Directive | LegacyAction | Condition | Stop | Call | Assignment
