"""The shippers that are on a node already: which logs they read, and what the linter says of them. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from kubewitness.model import Severity
from kubewitness.shippers import read
from kubewitness.shippers.model import InputKind, OutputKind
from kubewitness.shippers.rules import lint_configuration
from kubewitness.shippers.rules.globs import takes

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kubewitness.probe.shippers import InstalledShipper, LogShippers
    from kubewitness.shippers.finding import ShipperFinding
    from kubewitness.shippers.model import Configuration, Input, Program, Route


@dataclass(frozen=True, slots=True)
class Judged:
    """One program's configuration. ``findings``: those at medium or above. ``reads``: files with inputs on the log.

    ``ships``: what it reads of the log leaves this machine.
    """

    program: Program
    unit: str
    runs: bool
    files: tuple[str, ...]
    findings: tuple[ShipperFinding, ...]
    reads: tuple[str, ...]
    ships: bool


def judge(installed: InstalledShipper, log: str) -> Judged:
    """What ``installed`` does with the audit log at ``log``."""
    return judge_texts(installed, installed.texts, log)


def judge_texts(installed: InstalledShipper, texts: Mapping[str, str], log: str) -> Judged:
    """The same, were its configuration ``texts``."""
    configuration = read(installed.program, texts)
    routes = [route for route in configuration.routes if _inputs_on(route, log, installed.program)]
    places = [item.place.file for route in routes for item in _inputs_on(route, log, installed.program)]
    return Judged(
        program=installed.program,
        unit=installed.unit,
        runs=installed.active in {"active", ""},
        files=tuple(texts),
        findings=grave(configuration, texts),
        reads=tuple(dict.fromkeys(places)),
        ships=any(_leaves(route) for route in routes),
    )


def grave(configuration: Configuration, texts: Mapping[str, str]) -> tuple[ShipperFinding, ...]:
    """The findings at medium or above, the worst first; what the linter could not tell is none."""
    linted = lint_configuration(configuration, texts)
    return tuple(item for item in linted.findings if item.severity.rank >= Severity.MEDIUM.rank and not item.unknown)


def judged_shippers(shippers: LogShippers, log: str) -> tuple[Judged, ...]:
    """Every program on the node that reads ``log`` and sends it on; none where there is no log."""
    if not log:
        return ()
    found = [judge(item, log) for item in shippers.installed if item.texts]
    return tuple(item for item in found if item.reads and item.ships)


def _inputs_on(route: Route, log: str, program: Program) -> list[Input]:
    return [
        item
        for item in route.inputs
        if item.kind is InputKind.FILES
        and any(takes(path.value, log, program) for path in item.paths)
        and not any(takes(path.value, log, program) for path in item.excluded)
    ]


def _leaves(route: Route) -> bool:
    staying = {OutputKind.FILE, OutputKind.NOWHERE}
    return any(output.kind not in staying and not output.local for output in route.outputs)
