"""A collector's configuration, read. Pure.

Several files are one, as ``--config`` given twice: maps are merged, of anything else the last wins. A file that is no
configuration is a companion: the systemd unit, an environment file or the container's arguments, which say what the
configuration cannot (the feature gates) and what its variables are. An ``OpenTelemetryCollector`` of the operator is
both.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from kubewitness.shippers.model import Configuration, Input, Output, Place, Problem, Program, Route, Setting
from kubewitness.shippers.otelcol.components import LINES_AT_ONCE, Surroundings, components, environment, saves_ahead
from kubewitness.shippers.otelcol.pipelines import Way, ways
from kubewitness.shippers.yamltext import PLAIN_DOLLAR
from kubewitness.shippers.yamltree import Scalar, Table, merged, parse, scalars
from kubewitness.yamldoc import YamlError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from kubewitness.shippers.otelcol.processors import Processed
    from kubewitness.shippers.otelcol.receivers import Received

GROUPS: Final = frozenset({"receivers", "processors", "exporters", "extensions", "connectors", "service"})
MOST_FILES: Final = 100


def recognises(root: Table) -> bool:
    """Whether this is a collector's configuration, or a part of one."""
    return any(entry.key in GROUPS for entry in root.entries)


def read(files: Mapping[str, str]) -> Configuration:
    """What the collector was told. ``files``: the main file first; companions among them.

    Never raises for content: what the program would refuse is a problem.
    """
    problems: list[Problem] = []
    first = {file: root for file, text in list(files.items())[:MOST_FILES] if (root := _parsed(file, text)) is not None}
    roots = {file: inner for file, root in first.items() if recognises(inner := within(root))}
    companions = {file: text for file, text in files.items() if roots.get(file) is not first.get(file)}
    companions |= {file: text for file, text in files.items() if file not in roots}
    known = environment(companions)
    root = Table((), Place(next(iter(files), "")))
    for file, part in roots.items():
        again = _parsed(file, files[file], known) if known else part
        root = merged(root, within(again)) if again is not None else root
    if not roots:
        problems.append(_not_one(files))
    else:
        problems += [
            Problem(f"{entry.key}: not a part of a collector's configuration", entry.place, refused=True)
            for entry in root.entries
            if entry.key not in GROUPS and not entry.key.startswith("x-")
        ]
    routes = _routes(root, companions, problems) if roots else ()
    return Configuration(Program.OTELCOL, tuple(files), routes, tuple(dict.fromkeys(problems)))


def within(root: Table) -> Table:
    """The configuration in an ``OpenTelemetryCollector`` of the operator; any other table is its own.

    Source: https://github.com/open-telemetry/opentelemetry-operator/blob/main/docs/api/opentelemetrycollectors.md
    """
    kind, inner = root.at("kind"), root.at("spec", "config")
    is_one = isinstance(kind, Scalar) and kind.text == "OpenTelemetryCollector"
    return inner if is_one and isinstance(inner, Table) else root


def _parsed(file: str, text: str, known: Mapping[str, str] | None = None) -> Table | None:
    try:
        root = parse(text, file, {**(known or {}), **PLAIN_DOLLAR})
    except YamlError:
        return None
    return root if isinstance(root, Table) else None


def _not_one(files: Mapping[str, str]) -> Problem:
    """Why the main file is no configuration."""
    file, text = next(iter(files.items()), ("", ""))
    try:
        parse(text, file)
    except YamlError as error:
        return Problem(error.problem, Place(file, error.line, error.column), refused=True)
    return Problem("not a collector's configuration: no receivers, exporters or service", Place(file), refused=True)


def _routes(root: Table, companions: Mapping[str, str], problems: list[Problem]) -> tuple[Route, ...]:
    around = Surroundings(
        components(root, "extensions", problems),
        frozenset(item.text.strip() for item in scalars(root.at("service", "extensions"))),
        saves_ahead(companions),
    )
    for name in sorted(around.started - around.extensions.keys()):
        place = root.table("service").place
        problems.append(Problem(f"service.extensions: there is no extension {name!r}", place, refused=True))
    return tuple(_route(way) for way in ways(root, around, problems))


def _route(way: Way) -> Route:
    """A pipeline as a route: what changes records on the way is said at each output that gets them."""
    steps: tuple[Received | Processed, ...] = (*way.received, *way.processed)
    alters = next((step.alters for step in steps if step.alters is not None), None)
    buffers = next((step.buffers for step in way.processed if step.buffers is not None), None)
    waits = buffers is None and all(sent.waits for sent in way.exported)
    inputs = tuple(replace(got.input, waits=_WAITS) if waits else got.input for got in way.received)
    outputs = tuple(_altered(sent.output, alters) for sent in way.exported)
    return Route(
        way.name,
        way.place,
        inputs,
        tuple(_stalled(output, inputs) for output in outputs),
        tuple(found for step in steps for found in step.filters),
        buffers,
    )


_WAITS: Final = Setting("sending_queue", True, "every exporter answers when the other end has the records")


def _altered(output: Output, alters: Setting[str] | None) -> Output:
    return output if alters is None else replace(output, alters=alters)


def _stalled(output: Output, inputs: Sequence[Input]) -> Output:
    """What is handed on at once, and is larger than the whole queue, is waited for without end, after a restart too."""
    queue = output.queue
    longest = max((limit for one in inputs if (limit := _limit(one)) is not None), default=0)
    if (
        queue is None
        or queue.limit_bytes is None
        or queue.limit is None
        or queue.limit_bytes >= longest * LINES_AT_ONCE
    ):
        return output
    why = f"{LINES_AT_ONCE} lines of up to {longest} bytes come at once, and the queue holds {queue.limit_bytes}"
    return replace(output, queue=replace(queue, stalls=replace(queue.limit, value=why)))


def _limit(one: Input) -> int | None:
    return one.line_limit.value if isinstance(one.line_limit, Setting) else None
