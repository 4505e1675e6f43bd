"""A YAML mapping of a standard, whose every value is asked for by name and kind, so that errors carry a line. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

import yaml

from kubewitness.errors import KubewitnessError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

_T = TypeVar("_T")


class StandardError(KubewitnessError):
    """The file is not a standard: *what - where - what to do*."""


class Section:
    """A mapping at ``where``. Each method raises StandardError, with file, line and column."""

    def __init__(self, node: yaml.Node | None, where: str) -> None:
        self._where = where
        if not isinstance(node, yaml.MappingNode):
            raise StandardError(f"{_at(where, node)}: not a mapping: a standard is written as key: value")
        self._node = node
        self._values: dict[str, yaml.Node] = {}
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise StandardError(f"{_at(where, key)}: a key that is not a word")
            if key.value in self._values:
                raise StandardError(f"{_at(where, key)}: {key.value!r} is there twice: keep one")
            self._values[key.value] = value

    @property
    def names(self) -> list[str]:
        return list(self._values)

    def only(self, *known: str) -> None:
        for key, _ in self._node.value:
            if key.value not in known:
                raise StandardError(f"{_at(self._where, key)}: {key.value!r} is not known here: use {', '.join(known)}")

    def mapping(self, key: str) -> Section:
        return Section(self._need(key), self._where)

    def text(self, key: str) -> str:
        return self._scalar(key, lambda value: value or None, "a text")

    def count(self, key: str) -> int:
        return self._scalar(
            key,
            lambda value: int(value) if value.isascii() and value.isdigit() and len(value) < 10 else None,
            "a number",
        )

    def one_of(self, key: str, words: Mapping[str, _T]) -> _T:
        return self._scalar(key, words.get, f"one of {', '.join(words)}")

    def several_of(self, key: str, words: Sequence[str]) -> tuple[str, ...]:
        """A list of some of ``words``, in their order; none twice."""
        node = self._need(key)
        items = node.value if isinstance(node, yaml.SequenceNode) else [node]
        for item in items:
            if not isinstance(item, yaml.ScalarNode) or item.value not in words:
                raise StandardError(f"{_at(self._where, item)}: {key} must be a list of {', '.join(words)}")
        return tuple(word for word in words if word in {item.value for item in items})

    def _scalar(self, key: str, read: Callable[[str], _T | None], wanted: str) -> _T:
        node = self._need(key)
        value = read(node.value) if isinstance(node, yaml.ScalarNode) else None
        if value is None:
            raise StandardError(f"{_at(self._where, node)}: {key} must be {wanted}")
        return value

    def _need(self, key: str) -> yaml.Node:
        if key not in self._values:
            raise StandardError(f"{_at(self._where, self._node)}: {key} is missing")
        return self._values[key]


def _at(where: str, node: yaml.Node | None) -> str:
    return where if node is None else f"{where}:{node.start_mark.line + 1}:{node.start_mark.column + 1}"
