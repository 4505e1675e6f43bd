"""A manifest's text together with its nodes, so that single lines of it can be changed. Pure."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import yaml

from kubewitness.errors import KubewitnessError
from kubewitness.godecode.yamlscalar import resolve
from kubewitness.yamldoc import YamlError, compose

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_BREAK: Final = re.compile("\r\n|[\n\r\x85\u2028\u2029]")
_PLAIN: Final = re.compile(r"[A-Za-z0-9_./][-A-Za-z0-9_./=@%+:]*(?<!:)\Z|--?[A-Za-z0-9][-A-Za-z0-9_./=@%+:,]*(?<!:)\Z")
_BY_HAND: Final = "edit it by hand, then start again"


class PatchError(KubewitnessError):
    """A manifest that cannot be changed without touching more than was asked: *what - where - what to do*."""


@dataclass(frozen=True, slots=True)
class Change:
    """Put ``text`` in the place of the characters from ``start`` up to ``end``."""

    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Item:
    """A new list item: its lines in block style, and in flow style, which is JSON."""

    block: tuple[str, ...]
    flow: str


class Source:
    """The text of a manifest and its tree of nodes, whose marks are indexes into the text."""

    def __init__(self, text: str, where: str) -> None:
        self.text = text
        self.where = where
        try:
            root = compose(text, where)
        except YamlError as error:  # JSON may hold what YAML may not
            raise PatchError(f"{error}: {_BY_HAND}") from error
        if root is None:
            raise PatchError(f"{where}:1: holds nothing: {_BY_HAND}")
        self.root = root
        self._times = _times_reached(root)
        first = _BREAK.search(text)
        self.newline = first[0] if first else "\n"

    def refuse(self, node: yaml.Node, problem: str, remedy: str = _BY_HAND) -> PatchError:
        """The error that says ``problem`` of ``node``."""
        return PatchError(f"{self.where}:{node.start_mark.line + 1}: {problem}: {remedy}")

    def mapping(self, node: yaml.Node) -> yaml.MappingNode:
        """The node as the mapping that it has to be."""
        self.own(node)
        if not isinstance(node, yaml.MappingNode):
            raise self.refuse(node, "not a mapping")
        return node

    def child(self, mapping: yaml.MappingNode, key: str) -> tuple[yaml.Node, yaml.Node] | None:
        """Key and value of ``key``; ``None`` where it is absent. Raises PatchError where that is not plain to see."""
        found: list[tuple[yaml.Node, yaml.Node]] = [pair for pair in mapping.value if pair[0].value == key]
        if len(found) > 1:
            raise self.refuse(found[1][0], f"{key} is given twice", "keep one of the two, then start again")
        if any(pair[0].value == "<<" for pair in mapping.value):
            raise self.refuse(mapping, "a mapping with a merge key (<<)", "write its fields out, then start again")
        if not found:
            return None
        self.own(found[0][1])
        return found[0]

    def own(self, node: yaml.Node) -> None:
        """Raises PatchError where ``node`` has an anchor, an alias or a tag: a change would reach beyond its line."""
        mark = self.text[node.start_mark.index : node.start_mark.index + 1]
        if self._times[id(node)] > 1 or mark in {"&", "*", "!"}:
            raise self.refuse(node, "written with an anchor, alias or tag", "write the value out, then start again")

    def after_line(self, index: int, lines: Iterable[str]) -> Change:
        """Put ``lines`` behind the line that holds ``index``. A text that does not end its last line still does not."""
        found = _BREAK.search(self.text, index)
        if found is None:
            return Change(len(self.text), len(self.text), "".join(self.newline + line for line in lines))
        return Change(found.end(), found.end(), "".join(line + found[0] for line in lines))

    def indent(self, index: int) -> str | None:
        """What stands before ``index`` in its line; ``None`` when that is more than blanks."""
        start = max((found.end() for found in _BREAK.finditer(self.text, 0, index)), default=0)
        before = self.text[start:index]
        return before if not before.strip(" \t") else None

    def rest_of_line(self, index: int) -> str:
        """What stands behind ``index`` in its line."""
        found = _BREAK.search(self.text, index)
        return self.text[index : found.start() if found else len(self.text)]

    def end(self, node: yaml.Node) -> int:
        """Where the last thing in ``node`` ends; comments behind it are not part of it."""
        if self._times[id(node)] > 1:
            raise self.refuse(node, "an alias at the end of a section to be extended")
        if isinstance(node, yaml.CollectionNode) and not node.flow_style and node.value:
            last = node.value[-1]
            return self.end(last[1] if isinstance(node, yaml.MappingNode) else last)
        if isinstance(node, yaml.ScalarNode) and node.style in {"|", ">"}:
            raise self.refuse(node, "a block of text at the end of a section to be extended")
        return node.end_mark.index

    def rewrite(self, node: yaml.Node, value: str, *, in_flow: bool) -> Change:
        """Put ``value`` in the place of a scalar, in the quotes that it has."""
        self.own(node)
        if not isinstance(node, yaml.ScalarNode) or node.start_mark.line != node.end_mark.line:
            raise self.refuse(node, "a value of several lines")
        return Change(node.start_mark.index, node.end_mark.index, quoted(value, node.style, in_flow=in_flow))


def quoted(value: str, style: str | None, *, in_flow: bool = False) -> str:
    """Printable ``value`` as a YAML scalar: in the quotes of ``style``, else plain where that is the same string."""
    if style == "'":
        return "'" + value.replace("'", "''") + "'"
    is_plain = style != '"' and _PLAIN.match(value) and resolve("", value) == value
    if is_plain and not (in_flow and re.search("[,:]", value)):
        return value
    return json.dumps(value, ensure_ascii=False)


def applied(text: str, changes: Iterable[Change]) -> str:
    """``text`` with ``changes``; those at one place in the order in which they come."""
    parts: list[str] = []
    at = 0
    for change in sorted(changes, key=lambda change: (change.start, change.end)):
        if change.start < at:
            raise PatchError(f"two changes at character {change.start}: {_BY_HAND}")
        parts += (text[at : change.start], change.text)
        at = change.end
    return "".join((*parts, text[at:]))


def _times_reached(root: yaml.Node) -> dict[int, int]:
    """How often each node is reached: more than once, and an alias stands for it."""
    times = {id(root): 1}
    waiting = [root]
    while waiting:
        for child in _children(waiting.pop()):
            times[id(child)] = times.get(id(child), 0) + 1
            if times[id(child)] == 1:
                waiting.append(child)
    return times


def _children(node: yaml.Node) -> Iterator[yaml.Node]:
    if isinstance(node, yaml.SequenceNode):
        yield from node.value
    elif isinstance(node, yaml.MappingNode):
        for pair in node.value:
            yield from pair
