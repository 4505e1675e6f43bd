"""A Fluent Bit configuration, read: classic or YAML, with what it includes. Pure."""

from __future__ import annotations

import posixpath
from collections import Counter
from dataclasses import replace
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Final

from kubewitness.shippers.fluentbit import filters as filtering
from kubewitness.shippers.fluentbit.classic import Classic
from kubewitness.shippers.fluentbit.inputs import input_of, passed_over, queue_of, reads_logs
from kubewitness.shippers.fluentbit.outputs import output_of
from kubewitness.shippers.fluentbit.plugins import METRICS_OUTPUTS
from kubewitness.shippers.fluentbit.sections import size_bytes, switch
from kubewitness.shippers.fluentbit.tags import matches, retagged, tag_of
from kubewitness.shippers.fluentbit.yamlform import sections_of
from kubewitness.shippers.model import Configuration, Place, Problem, Program, Route
from kubewitness.shippers.yamltree import Table, parse
from kubewitness.yamldoc import YamlError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from kubewitness.shippers.fluentbit.sections import Section
    from kubewitness.shippers.model import Filter, Output

MOST_BYTES: Final = 1 << 20
MOST_DEPTH: Final = 20
MOST_ROUTES: Final = 2000
_YAML: Final = (".yaml", ".yml")
_PARSERS: Final = frozenset({"parser", "multiline_parser", "upstream", "node", "plugins", "stream_task", "custom"})
_CHECKED: Final[tuple[tuple[str, Callable[[str], object]], ...]] = (
    ("Read_from_Head", switch),
    ("Buffer_Max_Size", size_bytes),
    ("Mem_Buf_Limit", size_bytes),
    ("storage.total_limit_size", size_bytes),
    ("tls", switch),
    ("tls.verify", switch),
)


def read(files: Mapping[str, str]) -> Configuration:
    """What Fluent Bit was told. ``files``: the main one first; one that nothing includes is read behind it.

    Never raises for content: what the program would refuse is a problem.
    """
    reader = _Reader(files)
    for name in files:
        reader.file(name)
    reader.problems += reader.classic.problems
    reader.sections += reader.classic.sections
    return _configuration(tuple(reader.read), reader.sections, reader.problems)


class _Reader:
    """Reads each file once, in the order in which they are asked for."""

    def __init__(self, files: Mapping[str, str]) -> None:
        self.read: dict[str, None] = {}
        self.sections: list[Section] = []
        self.problems: list[Problem] = []
        self.classic = Classic(self._include)
        self._files = files
        self._depth = 0

    def file(self, name: str) -> None:
        """Unless it was read already."""
        if name in self.read:
            return
        self.read[name] = None
        text = self._files[name]
        if len(text) > MOST_BYTES:
            self.problems.append(Problem(f"larger than {MOST_BYTES} characters: not read", Place(name), refused=False))
        elif name.endswith(_YAML) or _is_yaml(text):
            self._yaml(name, text)
        else:
            self.classic.read(name, text)

    def _yaml(self, name: str, text: str) -> None:
        try:
            root = parse(text, name)
        except YamlError as error:
            place = Place(name, error.line, error.column)
            self.problems.append(Problem(f"not YAML: {error.problem}", place, refused=True))
            return
        if isinstance(root, Table):
            self.sections += sections_of(root, self._include, self.problems)

    def _include(self, pattern: str, place: Place) -> None:
        names = list(_named(pattern, place.file, self._files))
        if not names:
            message = f"{pattern[:200]} was not among the files given: what is in it is not judged"
            self.problems.append(Problem(message, place, refused=False))
        self._depth += 1
        if self._depth > MOST_DEPTH:
            self.problems.append(Problem("includes nested too deep: not followed", place, refused=False))
        for name in names if self._depth <= MOST_DEPTH else ():
            self.file(name)
        self._depth -= 1


def _is_yaml(text: str) -> bool:
    lines = (line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#"))
    first = next(lines, "").strip()
    return first.endswith(":") or first == "---" or ": " in first


def _named(pattern: str, asking: str, files: Mapping[str, str]) -> Iterator[str]:
    """By its path beside the file that asks, as it stands, or by its name where it was brought from a node."""
    beside = posixpath.join(posixpath.dirname(asking), pattern)
    exact = [name for name in files if fnmatchcase(name, pattern) or fnmatchcase(name, beside)]
    last = posixpath.basename(pattern)
    near = [name for name in files if name != asking and fnmatchcase(posixpath.basename(name), last)]
    yield from exact or near


def _configuration(files: tuple[str, ...], sections: Sequence[Section], problems: list[Problem]) -> Configuration:
    of = {kind: [item for item in sections if item.kind == kind] for kind in ("service", "input", "filter", "output")}
    for section in sections:
        if section.kind not in of and section.kind not in _PARSERS:
            problems.append(Problem(f"[{section.kind[:40]}]: no section of Fluent Bit", section.place, refused=True))
        problems += [found for name, convert in _CHECKED if (found := section.refused(name, convert))]
        if section.kind in {"input", "filter", "output"} and not section.plugin:
            problems.append(Problem(f"[{section.kind}]: no plugin is named", section.place, refused=True))
    service = of["service"][-1] if of["service"] else None
    outputs = [section for section in of["output"] if section.plugin and section.plugin not in METRICS_OUTPUTS]
    routes = list(_routes(of["input"], of["filter"], outputs, service, problems))
    return Configuration(Program.FLUENT_BIT, files, tuple(routes), tuple(dict.fromkeys(problems)))


def _routes(
    inputs: Sequence[Section],
    filters: Sequence[Section],
    outputs: Sequence[Section],
    service: Section | None,
    problems: list[Problem],
) -> Iterator[Route]:
    count: Counter[str] = Counter()
    sent = [(section, output_of(section, f"{section.plugin}.{at}", service)) for at, section in enumerate(outputs)]
    given = 0
    for section in inputs:
        number = count[section.plugin]
        count[section.plugin] += 1
        if not reads_logs(section):
            continue
        tags = retagged(tag_of(section, number), filters)
        met = [*section.filters, *(item for item in filters if any(matches(item, tag) for tag in tags))]
        problems += [found for item in met if (found := filtering.unread(item))]
        dropping = (*passed_over(section, f"{section.plugin}.{number}"), *_dropping(met))
        received = input_of(section, section.text("alias") or f"{section.plugin}.{number}")
        taking = [pair for pair in sent if any(matches(pair[0], tag) for tag in tags)]
        for output, made in taking[: MOST_ROUTES - given]:
            given += 1
            queue = queue_of(section, service, output)
            name = f"{received.name} to {made.name}"
            yield Route(name, section.place, (received,), (_altered(made, met),), dropping, queue)
        if not taking:
            yield Route(received.name, section.place, (received,), (), dropping)


def _dropping(sections: Sequence[Section]) -> tuple[Filter, ...]:
    return tuple(found for section in sections if (found := filtering.drops(section)))


def _altered(output: Output, sections: Sequence[Section]) -> Output:
    found = next((setting for section in sections if (setting := filtering.alters(section))), None)
    return output if found is None else replace(output, alters=found)
