"""A Vector configuration, read: sources, transforms and sinks as a graph of what leads where. Pure."""

from __future__ import annotations

import posixpath
from collections import deque
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from itertools import islice
from typing import TYPE_CHECKING, Final

from kubewitness.model import Unread
from kubewitness.shippers.model import Configuration, Place, Problem, Program, Route, Setting
from kubewitness.shippers.settings import Section
from kubewitness.shippers.vector import sinks, sources, transforms
from kubewitness.shippers.vector.forms import tree
from kubewitness.shippers.yamltree import Entry, Table, merged, scalars

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

KINDS: Final = ("sources", "transforms", "sinks")
MOST_COMPONENTS: Final = 500
MOST_ROUTES: Final = 2000
_TOP: Final = frozenset({
    "acknowledgements", "api", "buffer_utilization_ewma_half_life_secs", "data_dir", "enrichment_tables", "enterprise",
    "expire_metrics", "expire_metrics_per_metric_set", "expire_metrics_secs", "global", "healthchecks", "log_schema",
    "metrics_storage_refresh_period", "provider", "proxy", "schema", "secret", "sinks", "sources",
    "telemetry", "tests", "timezone", "transforms", "wildcard_matching",
})  # fmt: skip


def read(files: Mapping[str, str]) -> Configuration:
    """What Vector was told. Several files are one configuration, as with ``--config`` twice or ``--config-dir``.

    Never raises for content: what the program would refuse is a problem.
    """
    problems: list[Problem] = []
    root = Table((), Place(next(iter(files), "")))
    for file, text in files.items():
        match tree(file, text):
            case Problem() as problem:
                problems.append(problem)
            case Table() as table:
                root = merged(root, _namespaced(file, table))
            case None:
                pass
    problems += [
        Problem(f"{entry.key[:80]}: not a part of a Vector configuration", entry.place, refused=True)
        for entry in root.entries
        if entry.key not in _TOP
    ]
    graph = _Graph.of(root, problems)
    routes = tuple(graph.routes())
    return Configuration(Program.VECTOR, tuple(files), routes, tuple(dict.fromkeys(problems)))


def _namespaced(file: str, table: Table) -> Table:
    """In a folder called ``sinks`` a file is one sink, called as the file is.

    Source: https://vector.dev/docs/reference/configuration/#automatic-namespacing
    """
    kind = posixpath.basename(posixpath.dirname(file))
    if kind not in KINDS or any(entry.key in KINDS for entry in table.entries):
        return table
    name = posixpath.splitext(posixpath.basename(file))[0]
    inner = Table((Entry(name, table.place, replace(table, place=Place(file, 1, 1))),), table.place)
    return Table((Entry(kind, table.place, inner),), table.place)


@dataclass(frozen=True, slots=True)
class _Graph:
    """The components by name, and which each has its records from."""

    root: Section
    sources: Mapping[str, Section]
    transforms: Mapping[str, Section]
    sinks: Mapping[str, Section]
    problems: list[Problem]

    @classmethod
    def of(cls, root: Table, problems: list[Problem]) -> _Graph:
        """Reads the components, and says what is wrong with their wiring."""
        found = [_components(root, kind, problems) for kind in KINDS]
        graph = cls(Section(root, problems), found[0], found[1], found[2], problems)
        if not problems:  # a file that could not be read may hold what is missed here
            graph._wiring()
        return graph

    def _wiring(self) -> None:
        if not self.sources or not self.sinks:
            lacks = "sources" if not self.sources else "sinks"
            self.root.refuse(f"there are no {lacks}: Vector does not start")
        for name, section in (*self.transforms.items(), *self.sinks.items()):
            if section.value("inputs") is None:
                section.refuse(f"{name}: no inputs")
            for item in islice(scalars(section.value("inputs")), MOST_COMPONENTS):
                if not self._upstream(item.text) and "*" not in item.text and "$" not in item.text:
                    section.refuse(f"{name}: there is no input {item.text[:80]!r}", item.place)

    def _upstream(self, pattern: str) -> list[str]:
        """The components that an entry of ``inputs`` names: a wildcard, or one of several outputs of a transform."""
        names = [*self.sources, *self.transforms]
        exact = [name for name in names if name == pattern or ("*" in pattern and fnmatchcase(name, pattern))]
        parts = pattern.split(".")
        return exact or [name for name in names if name in {".".join(parts[:at]) for at in range(1, len(parts))}]

    def _ways(self, sink: Section) -> dict[str, tuple[str, ...]]:
        """Source -> the transforms on the shortest way from it to ``sink``."""
        found: dict[str, tuple[str, ...]] = {}
        seen: set[str] = set()
        waiting: deque[tuple[Section, tuple[str, ...]]] = deque([(sink, ())])
        while waiting:
            section, behind = waiting.popleft()
            for item in islice(scalars(section.value("inputs")), MOST_COMPONENTS):
                for name in self._upstream(item.text):
                    if name in self.sources:
                        found.setdefault(name, behind)
                    elif name not in seen:
                        seen.add(name)
                        waiting.append((self.transforms[name], (name, *behind)))
        return found

    def routes(self) -> Iterator[Route]:
        """A route from each source to each sink that it reaches; one to nowhere from a source that reaches none."""
        logs = {name: item for name, item in self.sinks.items() if item.text("type") not in sinks.METRICS}
        ways = {name: self._ways(item) for name, item in logs.items()}
        for name, section in self.transforms.items():
            problem = transforms.unread(name, section)
            if problem is not None:
                self.problems.append(problem)
        outputs = {name: sinks.output_of(name, section, self.root) for name, section in logs.items()}
        given = 0
        for source, section in self.sources.items():
            if section.text("type") in sources.METRICS:
                continue
            reached = [name for name in logs if source in ways[name]]
            heard = self._heard([logs[name] for name in reached])
            received = sources.input_of(source, section, self.root, heard)
            own = sources.filters_of(source, section)
            for sink in reached[: MOST_ROUTES - given]:
                given += 1
                steps = [(name, self.transforms[name]) for name in ways[sink][source]]
                dropping = tuple(left for name, step in steps if (left := transforms.drops(name, step)))
                changes = next((found for _, step in steps if (found := transforms.alters(step))), None)
                output = outputs[sink] if changes is None else replace(outputs[sink], alters=changes)
                yield Route(f"{source} to {sink}", section.table.place, (received,), (output,), (*own, *dropping))
            if not reached:
                yield Route(source, section.table.place, (received,), (), own)

    def _heard(self, reached: Sequence[Section]) -> Setting[bool] | Unread:
        """Whether every sink tells the source what has arrived: the first that does not decides."""
        found = [sinks.acknowledges(section, self.root) for section in reached]
        off = [item for item in found if isinstance(item, Unread) or not item.value]
        return next(iter((*off, *found)), Setting("acknowledgements.enabled", False, "false"))


def _components(root: Table, kind: str, problems: list[Problem]) -> dict[str, Section]:
    found: dict[str, Section] = {}
    for entry in root.table(kind).entries[:MOST_COMPONENTS]:
        if isinstance(entry.value, Table):
            section = Section(replace(entry.value, place=entry.place), problems)
            found[entry.key] = section
            if not section.text("type"):
                section.refuse(f"{kind}.{entry.key[:80]}: no type")
    return found
