"""Fluent Bit's YAML configuration as the sections of its classic one. Pure.

Source: https://docs.fluentbit.io/manual/administration/configuring-fluent-bit/yaml
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from kubewitness.shippers.fluentbit.sections import MOST_SECTIONS, Entry, Section
from kubewitness.shippers.model import Problem
from kubewitness.shippers.yamltree import Items, Scalar, Table, scalars

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from kubewitness.shippers.model import Place
    from kubewitness.shippers.yamltree import Value

PARTS: Final[Mapping[str, str]] = {"inputs": "input", "filters": "filter", "outputs": "output"}
_TOP: Final = frozenset({
    "env", "includes", "service", "pipeline", "parsers", "multiline_parsers", "customs", "upstream_servers", "plugins",
    "stream_processor",
})  # fmt: skip


def sections_of(root: Table, include: Callable[[str, Place], None], problems: list[Problem]) -> list[Section]:
    """Its sections, in the order of the file. ``include``: reads what a pattern names."""
    for item in scalars(root.at("includes")):
        include(item.text, item.place)
    known = {
        f"${{{name.key}}}": name.value.text for name in root.table("env").entries if isinstance(name.value, Scalar)
    }
    problems += [
        Problem(f"{entry.key}: not a part of a Fluent Bit configuration", entry.place, refused=True)
        for entry in root.entries
        if entry.key not in _TOP
    ]
    found = [_section("service", entry.value, known) for entry in root.entries if entry.key == "service"]
    for entry in root.entries:
        if entry.key == "pipeline" and isinstance(entry.value, Table):
            found += list(_pipeline(entry.value, known, problems))
    return found[:MOST_SECTIONS]


def _pipeline(pipeline: Table, known: Mapping[str, str], problems: list[Problem]) -> Iterator[Section]:
    for part in pipeline.entries:
        kind = PARTS.get(part.key)
        if kind is None or not isinstance(part.value, Items):
            message = f"pipeline.{part.key}: not a list of inputs, filters or outputs"
            problems.append(Problem(message, part.place, refused=True))
            continue
        for item in part.value.values:
            yield _section(kind, item, known)


def _section(kind: str, value: Value, known: Mapping[str, str]) -> Section:
    entries = value.entries if isinstance(value, Table) else ()
    flat = [Entry(key.lower(), key, _filled(text.text, known), text.place) for key, text in _flat(entries)]
    inner: tuple[Section, ...] = ()
    if isinstance(value, Table):
        processors = value.at("processors", "logs")
        steps = processors.values if isinstance(processors, Items) else ()
        inner = tuple(_section("filter", step, known) for step in steps)
    return Section(kind, value.place, tuple(flat), inner)


def _flat(entries: tuple[object, ...]) -> Iterator[tuple[str, Scalar]]:
    for entry in entries:
        key, value = getattr(entry, "key", ""), getattr(entry, "value", None)
        if isinstance(value, Scalar | Items):
            yield from ((key, text) for text in scalars(value))


def _filled(text: str, known: Mapping[str, str]) -> str:
    for name, value in known.items() if "${" in text else ():
        text = text.replace(name, value)
    return text
