"""What the rules look at: each input and each output once, with the logs that go through it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from kubewitness.model import Severity
from kubewitness.shippers.model import InputKind, OutputKind, Queue, QueueKind
from kubewitness.shippers.rules.rule import Found

if TYPE_CHECKING:
    from kubewitness.model import Unread
    from kubewitness.shippers.model import Configuration, Input, Output, Place, Route, Setting

_CONTAINERS: Final = re.compile(r"/(?:log/(?:containers|pods)|docker/containers)\b")
_LONGEST: Final = 200
_AUDITD: Final = re.compile(r"/var/log/audit/audit\.log")
"""The kernel's audit log, and no API server's."""


class Reads(StrEnum):
    """What an input reads, by its paths."""

    AUDIT = "audit"
    CONTAINERS = "containers"
    JOURNAL = "journal"
    OTHER = "other"


def reads(input_: Input) -> Reads:
    """A path with ``audit`` in it is an audit log's."""
    if input_.kind is InputKind.JOURNAL:
        return Reads.JOURNAL
    texts = [path.value for path in input_.paths]
    if any("audit" in text.lower() and not _CONTAINERS.search(text) and not _AUDITD.match(text) for text in texts):
        return Reads.AUDIT
    return Reads.CONTAINERS if any(_CONTAINERS.search(text) for text in texts) else Reads.OTHER


def milder(severity: Severity) -> Severity:
    """One step down; info stays."""
    order = list(Severity)
    return order[max(severity.rank - 1, 0)]


@dataclass(frozen=True, slots=True)
class Fed:
    """One input, with a route that it feeds."""

    input: Input
    routes: tuple[Route, ...]

    @property
    def reads(self) -> Reads:
        return reads(self.input)

    def outputs(self) -> list[Output]:
        """Where its records go."""
        return [output for route in self.routes for output in route.outputs]

    def queues(self) -> list[Queue]:
        """What its records wait in."""
        return [
            queue
            for route in self.routes
            for queue in (route.queue, *(output.queue for output in route.outputs))
            if queue
        ]

    def found(
        self, setting: Setting[Any] | None, message: str, severity: Severity, *, mild: bool = True, path: str = ""
    ) -> Found:
        """``severity``: of an audit log."""
        graded = milder(severity) if mild and self.reads is not Reads.AUDIT else severity
        return Found(
            message, self.input.place, setting, self.routes[0].name, graded, path=path, name=f"input {self.input.name}"
        )

    def unknown(self, what: str, why: Unread) -> Found:
        """The rule could not tell ``what``."""
        return _unknown(f"input {self.input.name}", self.input.place, self.routes[0], what, why)


@dataclass(frozen=True, slots=True)
class Served:
    """One output, with the routes that lead to it."""

    output: Output
    routes: tuple[Route, ...]

    @property
    def carries_audit(self) -> bool:
        """Whether an audit log goes through it."""
        return any(reads(item) is Reads.AUDIT for route in self.routes for item in route.inputs)

    def inputs(self) -> list[Input]:
        return [item for route in self.routes for item in route.inputs]

    def queues(self) -> list[Queue]:
        """What its records wait in, on the way."""
        found = [route.queue for route in self.routes if route.queue]
        return [*dict.fromkeys(found), *([self.output.queue] if self.output.queue else [])]

    @property
    def is_offered_again(self) -> bool:
        """Whether each of its inputs hands in again what was refused."""
        given = self.inputs()
        return bool(given) and all(is_true(item.offers_again) for item in given)

    @property
    def waits(self) -> bool:
        """Whether none of its inputs goes on before the other end has the record."""
        given = self.inputs()
        return bool(given) and all(is_true(item.waits) for item in given)

    @property
    def matters(self) -> bool:
        """Whether it is judged how it sends: it leaves this machine, or its files are a collector's store."""
        if self.output.kind is OutputKind.FILE:
            return all(item.kind is InputKind.NETWORK for item in self.inputs())
        return self.output.kind is not OutputKind.NOWHERE

    @property
    def has_queue(self) -> bool:
        return any(queue.kind.value is not QueueKind.NONE for queue in self.queues())

    def found(self, setting: Setting[Any] | None, message: str, severity: Severity) -> Found:
        """``severity``: of an audit log."""
        graded = severity if self.carries_audit else milder(severity)
        name = f"output {self.output.name}"
        return Found(message, self.output.place, setting, self.routes[0].name, graded, name=name)

    def unknown(self, what: str, why: Unread) -> Found:
        """The rule could not tell ``what``."""
        return _unknown(f"output {self.output.name}", self.output.place, self.routes[0], what, why)


def _unknown(name: str, place: Place, route: Route, what: str, why: Unread) -> Found:
    text = f"{what} could not be told: {why.detail}"
    return Found(text, place, None, route.name, Severity.INFO, unknown=True, name=name)


def is_true(value: object) -> bool:
    """Whether a setting is known, and says yes. What was not read is no yes."""
    return getattr(value, "value", None) is True


def inputs(configuration: Configuration) -> list[Fed]:
    """Each input once."""
    found: dict[Input, dict[int, Route]] = {}
    for route in configuration.routes:
        for item in route.inputs:
            found.setdefault(item, {})[id(route)] = route
    return [Fed(item, tuple(routes.values())) for item, routes in found.items()]


def outputs(configuration: Configuration) -> list[Served]:
    """Each output once."""
    found: dict[Output, dict[int, Route]] = {}
    for route in configuration.routes:
        for item in route.outputs:
            found.setdefault(item, {})[id(route)] = route
    return [Served(item, tuple(routes.values())) for item, routes in found.items()]


def judged(configuration: Configuration) -> list[Served]:
    """The outputs of which it matters how they send; what goes nowhere else is another rule's."""
    return [served for served in outputs(configuration) if served.matters]


def said(setting: Setting[Any]) -> str:
    """What is in force, as a person reads it."""
    text = f"{setting.name} {setting.written}".strip()
    text = text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
    return f"{text} (the default)" if setting.by_default else text
