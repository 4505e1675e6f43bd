"""A YAML configuration as a tree whose every key and value knows its place. Pure.

What a scalar means is the program's own business: it stays text here.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, TypeAlias

import yaml

from kubewitness.shippers.model import Place
from kubewitness.yamldoc import compose

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_NULL: Final = frozenset({"", "~", "null", "Null", "NULL"})


@dataclass(frozen=True, slots=True)
class Scalar:
    """Text as written. ``plain``: without quotes, so that it may be a number, a switch or nothing."""

    text: str
    place: Place
    plain: bool = True

    @property
    def is_null(self) -> bool:
        """Whether there is nothing: the key is there, its value is not."""
        return self.plain and self.text in _NULL


@dataclass(frozen=True, slots=True)
class Items:
    """A list."""

    values: tuple[Value, ...]
    place: Place


@dataclass(frozen=True, slots=True)
class Entry:
    """One key of a table. ``place`` is the key's."""

    key: str
    place: Place
    value: Value


@dataclass(frozen=True, slots=True)
class Table:
    """A map, in the order of the file; a key that comes twice counts as it stands last."""

    entries: tuple[Entry, ...]
    place: Place

    def entry(self, key: str) -> Entry | None:
        """The key and its value; ``None``: it is not written."""
        return next((entry for entry in reversed(self.entries) if entry.key == key), None)

    def at(self, *path: str) -> Value | None:
        """The value under these keys, each within the one before it; ``None``: there is none."""
        value: Value = self
        for key in path:
            entry = value.entry(key) if isinstance(value, Table) else None
            if entry is None:
                return None
            value = entry.value
        return value

    def table(self, *path: str) -> Table:
        """The table under these keys; an empty one where there is none, or nothing in it."""
        value = self.at(*path)
        return value if isinstance(value, Table) else Table((), value.place if value else self.place)


Value: TypeAlias = Scalar | Items | Table


def parse(text: str, file: str, known: Mapping[str, str] | None = None) -> Value | None:
    """The first document of ``text``; ``None``: it is empty. ``known``: replaced in every scalar, as ``${env:HOME}``.

    Raises YamlError.
    """
    root = compose(text, file)
    return None if root is None else _value(root, file, tuple((known or {}).items()))


def scalars(value: Value | None) -> Iterator[Scalar]:
    """The scalar itself, or those of a list: where a program takes one or many."""
    if isinstance(value, Scalar) and not value.is_null:
        yield value
    elif isinstance(value, Items):
        for item in value.values:
            yield from scalars(item)


def merged(under: Table, over: Table) -> Table:
    """Both tables as one: where a key is in both, tables are merged in turn, and of anything else ``over`` wins."""
    entries = {entry.key: entry for entry in under.entries}
    for entry in over.entries:
        below = entries.get(entry.key)
        if below is not None and isinstance(below.value, Table) and isinstance(entry.value, Table):
            entries[entry.key] = replace(entry, value=merged(below.value, entry.value))
        else:
            entries[entry.key] = entry
    return Table(tuple(entries.values()), under.place)


def _value(node: yaml.Node, file: str, known: tuple[tuple[str, str], ...]) -> Value:
    place = _place(node, file)
    if isinstance(node, yaml.ScalarNode):
        text = str(node.value)
        for name, content in known if "$" in text else ():
            text = text.replace(name, content)
        return Scalar(text, place, plain=node.style is None)
    if isinstance(node, yaml.SequenceNode):
        return Items(tuple(_value(item, file, known) for item in node.value), place)
    entries: list[Entry] = []
    inherited: list[Entry] = []
    for key, child in node.value:
        if key.tag == "tag:yaml.org,2002:merge":
            inherited += _inherited(_value(child, file, known))
        elif isinstance(key, yaml.ScalarNode):
            entries.append(Entry(str(key.value), _place(key, file), _value(child, file, known)))
    own = {entry.key for entry in entries}
    return Table((*(entry for entry in inherited if entry.key not in own), *entries), place)


def _inherited(value: Value) -> list[Entry]:
    """What ``<<`` brings: of several tables, the first that has a key wins, so it has to stand last."""
    tables = value.values if isinstance(value, Items) else (value,)
    return [entry for table in reversed(tables) if isinstance(table, Table) for entry in table.entries]


def _place(node: yaml.Node, file: str) -> Place:
    return Place(file, node.start_mark.line + 1, node.start_mark.column + 1)
