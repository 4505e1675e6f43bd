"""Filebeat's YAML: a key with dots is a table within a table, and ``${NAME:default}`` a variable. Pure.

Source: https://www.elastic.co/guide/en/beats/libbeat/7.17/config-file-format.html
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from kubewitness.shippers.yamltree import Entry, Items, Table

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kubewitness.shippers.yamltree import Value

_LEVELS: Final = 16
"""How deep dotted keys are taken apart: no setting of ours lies deeper."""
_ASSIGNMENT: Final = re.compile(
    r"^\s*(?:Environment=|export\s)?\s*\"?([A-Za-z_][A-Za-z0-9_]{0,99})=(.{0,2000})$", re.MULTILINE
)


def nested(value: Value, levels: int = _LEVELS) -> Value:
    """The value with every dotted key taken apart: ``output.kafka.hosts`` is the same however it is written."""
    if isinstance(value, Items):
        return Items(tuple(nested(item, levels - 1) for item in value.values), value.place)
    if not isinstance(value, Table) or levels <= 0:
        return value
    groups: dict[str, list[Entry]] = {}
    for entry in value.entries:
        first, _, rest = entry.key.partition(".") if entry.key.count(".") < levels else (entry.key, "", "")
        groups.setdefault(first, []).append(replace(entry, key=rest))
    return Table(tuple(_joined(key, group, levels) for key, group in groups.items()), value.place)


def _joined(key: str, group: list[Entry], levels: int) -> Entry:
    """All that is written under one key; of what is no table the last counts."""
    found: list[Entry] = []
    for entry in group:
        if entry.key:
            found.append(entry)
        elif isinstance(entry.value, Table):
            found += entry.value.entries
    last = group[-1]
    whole = last.value if not last.key and not isinstance(last.value, Table) else Table(tuple(found), last.place)
    return Entry(key, group[0].place, nested(whole, levels - 1))


def environment(texts: Mapping[str, str]) -> dict[str, str]:
    """``${NAME}`` and its value, out of units and environment files."""
    found = (match for text in texts.values() for match in _ASSIGNMENT.finditer(text))
    return {f"${{{match[1]}}}": match[2].strip().strip("\"'") for match in found}
