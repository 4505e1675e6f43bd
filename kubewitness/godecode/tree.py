"""A JSON value that knows where it stood, whether the file was JSON or YAML.

kube-apiserver turns YAML into JSON before it looks at a single field, so everything behind this point sees this only.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final, TypeAlias


@dataclass(frozen=True, slots=True)
class Mark:
    """A place in the file; both count from 1, columns in characters."""

    line: int
    column: int


START: Final = Mark(1, 1)


@dataclass(frozen=True, slots=True)
class Problem:
    """Something wrong, in upstream's words. ``mark`` is ``None`` where no place is to blame."""

    text: str
    mark: Mark | None


class Kind(StrEnum):
    """What a scalar is. The text is the word of Go's decoding errors."""

    STRING = "string"
    NUMBER = "number"
    BOOL = "bool"
    NULL = "null"


@dataclass(frozen=True, slots=True)
class Scalar:
    """A string, or the JSON text of a number, ``true``, ``false`` or ``null``."""

    kind: Kind
    text: str
    mark: Mark


@dataclass(frozen=True, slots=True)
class Array:
    """A list."""

    items: tuple[Value, ...]
    mark: Mark


@dataclass(frozen=True, slots=True)
class Field:
    """One key of an object. ``mark`` is the key's."""

    key: str
    mark: Mark
    value: Value


@dataclass(frozen=True, slots=True)
class Object:
    """A map, in the order in which Go decodes it; from JSON the same key may come twice."""

    fields: tuple[Field, ...]
    mark: Mark


Value: TypeAlias = Scalar | Array | Object


class TreeError(Exception):
    """The file is no such value. ``text`` is upstream's; ``beyond_limits``: ours, because we do not read that far."""

    def __init__(self, text: str, mark: Mark | None = None, *, beyond_limits: bool = False) -> None:
        super().__init__(text)
        self.text = text
        self.mark = mark
        self.beyond_limits = beyond_limits
