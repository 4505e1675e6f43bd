"""Which receiver reaches which exporter: pipelines, and the connectors between them. Pure.

Source: https://opentelemetry.io/docs/collector/configuration/#pipelines
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeVar

from kubewitness.shippers.model import Problem
from kubewitness.shippers.otelcol.components import components
from kubewitness.shippers.otelcol.exporters import exporter
from kubewitness.shippers.otelcol.processors import processor
from kubewitness.shippers.otelcol.receivers import receiver
from kubewitness.shippers.yamltree import Table, scalars

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from kubewitness.shippers.model import Place
    from kubewitness.shippers.otelcol.components import Component, Surroundings
    from kubewitness.shippers.otelcol.exporters import Exported
    from kubewitness.shippers.otelcol.processors import Processed
    from kubewitness.shippers.otelcol.receivers import Received
    from kubewitness.shippers.yamltree import Entry, Scalar

MOST_STEPS: Final = 20_000
"""From one pipeline to another: more has no configuration that a person wrote."""
T = TypeVar("T")
_FOLLOWED: Final = frozenset({"forward"})


@dataclass(frozen=True, slots=True)
class Way:
    """One pipeline that ends in exporters, with the receivers that feed it, through connectors where it has some."""

    name: str
    place: Place
    received: tuple[Received, ...]
    processed: tuple[Processed, ...]
    exported: tuple[Exported, ...]


@dataclass(frozen=True, slots=True)
class _Pipeline:
    name: str
    place: Place
    receivers: tuple[Scalar, ...]
    processors: tuple[Scalar, ...]
    exporters: tuple[Scalar, ...]


@dataclass(frozen=True, slots=True)
class _Parts:
    """All that is written, by id, and all that the pipelines are."""

    receivers: Mapping[str, Received]
    processors: Mapping[str, Processed]
    exporters: Mapping[str, Exported]
    connectors: Mapping[str, Component]
    fed: Mapping[str, list[_Pipeline]]


def ways(root: Table, around: Surroundings, problems: list[Problem]) -> Iterator[Way]:
    """Every way of a log record through the program. Pipelines of traces and metrics are none."""
    pipelines = tuple(_pipelines(root, problems))
    used = {item.text.strip() for one in pipelines for item in (*one.receivers, *one.processors, *one.exporters)}
    parts = _Parts(
        {name: receiver(one, around) for name, one in components(root, "receivers", problems).items() if name in used},
        {name: processor(one) for name, one in components(root, "processors", problems).items() if name in used},
        {name: exporter(one, around) for name, one in components(root, "exporters", problems).items() if name in used},
        components(root, "connectors", problems),
        _fed(pipelines),
    )
    _undefined(parts, pipelines, problems)
    steps = iter(range(MOST_STEPS))
    for start in pipelines:
        yield from _from(start, parts, steps)
    if next(steps, None) is None:
        place = root.table("service").place
        problems.append(Problem("too many ways through the pipelines: not all were judged", place, refused=False))
    used_connectors = (parts.connectors[name] for name in sorted(used & parts.connectors.keys()))
    problems += [
        Problem(f"connector {one.id}: which records it passes on is not known", one.place, refused=False)
        for one in used_connectors
        if one.kind not in _FOLLOWED
    ]


def _fed(pipelines: Iterable[_Pipeline]) -> dict[str, list[_Pipeline]]:
    """Which pipelines each receiver and connector feeds."""
    fed: dict[str, list[_Pipeline]] = {}
    for one in pipelines:
        for name in dict.fromkeys(item.text.strip() for item in one.receivers):
            fed.setdefault(name, []).append(one)
    return fed


def _pipelines(root: Table, problems: list[Problem]) -> Iterator[_Pipeline]:
    entries = root.table("service", "pipelines").entries
    if not entries:
        problems.append(Problem("service.pipelines: there is none", root.table("service").place, refused=True))
    logs = [entry for entry in entries if entry.key.split("/", 1)[0].strip() == "logs"]
    if entries and not logs:
        problems.append(Problem("service.pipelines: none takes logs", entries[0].place, refused=False))
    for entry in logs:
        yield _pipeline(entry, problems)


def _pipeline(entry: Entry, problems: list[Problem]) -> _Pipeline:
    table = entry.value if isinstance(entry.value, Table) else Table((), entry.place)
    said = {group: tuple(scalars(table.at(group))) for group in ("receivers", "processors", "exporters")}
    problems += [
        Problem(f"pipeline {entry.key}: it has no {group}", entry.place, refused=True)
        for group in ("receivers", "exporters")
        if not said[group]
    ]
    return _Pipeline(entry.key, entry.place, said["receivers"], said["processors"], said["exporters"])


def _undefined(parts: _Parts, pipelines: Iterable[_Pipeline], problems: list[Problem]) -> None:
    """What a pipeline names and nothing defines."""
    receivers = parts.receivers.keys() | parts.connectors.keys()
    exporters = parts.exporters.keys() | parts.connectors.keys()
    for one in pipelines:
        for kind, named, there in (
            ("receiver", one.receivers, receivers),
            ("processor", one.processors, parts.processors.keys()),
            ("exporter", one.exporters, exporters),
        ):
            problems += [
                Problem(f"pipeline {one.name}: there is no {kind} {item.text!r}", item.place, refused=True)
                for item in named
                if item.text.strip() not in there
            ]


def _from(start: _Pipeline, parts: _Parts, steps: Iterator[int]) -> Iterator[Way]:
    """The ways of what the receivers of one pipeline read, each pipeline behind it once."""
    received = _named(start.receivers, parts.receivers)
    waiting: list[tuple[_Pipeline, tuple[Processed, ...]]] = [(start, ())] if received else []
    seen = {start.name}
    while waiting:
        here, before = waiting.pop(0)
        processed = (*before, *_named(here.processors, parts.processors))
        exported = _named(here.exporters, parts.exporters)
        if exported:
            name = here.name if here is start else f"{start.name} > {here.name}"
            yield Way(name, here.place, received, processed, exported)
        for following in _behind(here, parts):
            if next(steps, None) is None:
                return
            if following.name not in seen:
                seen.add(following.name)
                waiting.append((following, processed))


def _named(names: Iterable[Scalar], there: Mapping[str, T]) -> tuple[T, ...]:
    return tuple(there[name] for item in names if (name := item.text.strip()) in there)


def _behind(here: _Pipeline, parts: _Parts) -> Iterator[_Pipeline]:
    """The pipelines that a connector at the end of this one leads to."""
    for item in here.exporters:
        name = item.text.strip()
        if name in parts.connectors:
            yield from parts.fed.get(name, ())
