"""New items for the lists of a manifest, written in the style that the list has. Pure."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import yaml

from kubewitness.apiserver.yamlsource import Change, Item, Source

if TYPE_CHECKING:
    from collections.abc import Sequence

_COMMENT: Final = re.compile(r"[ \t]*(,?)[ \t]*#")
_NESTED: Final = 2


def insert_after(
    source: Source, sequence: yaml.SequenceNode, position: int, items: Sequence[Item]
) -> tuple[Change, ...]:
    """Put ``items`` behind the item at ``position`` of a list that is not empty."""
    source.own(sequence)
    children: list[yaml.Node] = sequence.value
    if sequence.flow_style:
        spans = [(child.start_mark.index, child.end_mark.index) for child in children]
        return _into_flow(source, spans, position, [item.flow for item in items])
    column = sequence.start_mark.column
    lines = [line for item in items for line in _block_lines(item, column)]
    return (source.after_line(source.end(children[position]), lines),)


def append_to_section(
    source: Source, mapping: yaml.MappingNode, key: str, items: Sequence[Item], *, offset: int
) -> tuple[Change, ...]:
    """Put ``items`` at the end of the list ``key`` of ``mapping``, which may be missing or empty.

    ``offset``: how much further in than its key a new list's dashes stand.
    """
    pair = source.child(mapping, key)
    if pair is None:
        return _new_section(source, mapping, key, items, offset)
    name, value = pair
    if isinstance(value, yaml.SequenceNode) and value.value:
        return insert_after(source, value, len(value.value) - 1, items)
    if isinstance(value, yaml.MappingNode) or (isinstance(value, yaml.ScalarNode) and value.style):
        raise source.refuse(value, f"{key} is not a list")
    if mapping.flow_style:
        return (Change(value.start_mark.index, value.end_mark.index, _flow_list(items)),)
    colon = source.text.index(":", name.end_mark.index) + 1
    lines = [line for item in items for line in _block_lines(item, name.start_mark.column + offset)]
    return (Change(colon, max(colon, value.end_mark.index), ""), source.after_line(value.end_mark.index, lines))


def _new_section(
    source: Source, mapping: yaml.MappingNode, key: str, items: Sequence[Item], offset: int
) -> tuple[Change, ...]:
    pairs: list[tuple[yaml.Node, yaml.Node]] = mapping.value
    if mapping.flow_style:
        spans = [(name.start_mark.index, source.end(value)) for name, value in pairs]
        return _into_flow(source, spans, len(spans) - 1, [f'"{key}": {_flow_list(items)}'])
    column = pairs[0][0].start_mark.column
    lines = [" " * column + f"{key}:"]
    lines += [line for item in items for line in _block_lines(item, column + offset)]
    return (source.after_line(source.end(pairs[-1][1]), lines),)


def _block_lines(item: Item, column: int) -> list[str]:
    first, *more = item.block
    return [" " * column + "- " + first, *(" " * (column + _NESTED) + line for line in more)]


def _flow_list(items: Sequence[Item]) -> str:
    return "[" + ", ".join(item.flow for item in items) + "]"


def _into_flow(
    source: Source, spans: Sequence[tuple[int, int]], position: int, texts: Sequence[str]
) -> tuple[Change, ...]:
    """Put ``texts`` behind the entry at ``position``; each on a line of its own where the entries have one."""
    if position + 1 < len(spans):
        following = spans[position + 1][0]
        indent = source.indent(following)
        gap = " " if indent is None else source.newline + indent
        return (Change(following, following, "".join(f"{text},{gap}" for text in texts)),)
    start, end = spans[position]
    indent = source.indent(start)
    if indent is None:
        return (Change(end, end, "".join(f", {text}" for text in texts)),)
    comment = _COMMENT.match(source.rest_of_line(end))
    if comment is None:
        return (Change(end, end, "".join(f",{source.newline}{indent}{text}" for text in texts)),)
    comma = () if comment[1] else (Change(end, end, ","),)
    lines = [f"{indent}{text}," for text in texts]
    if not comment[1]:
        lines[-1] = lines[-1].removesuffix(",")
    return (*comma, source.after_line(end, lines))
