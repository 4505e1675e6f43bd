"""What a simulation found. Frozen, without behaviour beyond its own shape.

Bytes are those of lines, each with its newline. "Kept" is what the candidate would write, with the bodies left out
that it would leave out; where it would write a body that the recording has not, the bytes are a lower bound.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from kubewitness.auditpolicy.types import Level, Stage


class Why(StrEnum):
    """Why a line, or a file, gave no event."""

    NOT_JSON = "not-json"
    """Cut, or two lines written into each other: usual at the end of a copy of a live log."""
    NOT_UTF8 = "not-utf8"
    TOO_LONG = "too-long"
    LEGACY_FORMAT = "legacy-format"
    """kube-apiserver ran with ``--audit-log-format=legacy``."""
    EVENT_LIST = "event-list"
    """The body of a webhook: the events are inside."""
    NOT_AN_EVENT = "not-an-event"
    NO_REQUEST = "no-request"
    """An event that does not say which request it is about: neither ``requestURI`` nor ``objectRef`` can be used."""


@dataclass(frozen=True, slots=True)
class Tally:
    """So many events of so many bytes."""

    events: int = 0
    bytes: int = 0


@dataclass(frozen=True, slots=True)
class LogFile:
    """A file that was read, by the name that the user knows it by. ``size``: on disk; ``None`` for a pipe."""

    name: str
    size: int | None


@dataclass(frozen=True, slots=True)
class Span:
    """From the first event's ``stageTimestamp`` to the last one's."""

    first: datetime
    last: datetime

    @property
    def seconds(self) -> float:
        return (self.last - self.first).total_seconds()


@dataclass(frozen=True, slots=True)
class Place:
    """The first line that gave no event. ``line`` counts from 1; ``None`` where it was not looked for."""

    file: str
    line: int | None
    why: Why


@dataclass(frozen=True, slots=True)
class Unreadable:
    """Lines that gave no event, by the reason; files that could not be read to their end, with what was said.

    ``at_least``: there may be more lines that were too long, in a zstd file, which tells nothing of them.
    """

    lines: Mapping[Why, int]
    first: Place | None
    files: tuple[tuple[str, str], ...] = ()
    at_least: bool = False

    @property
    def count(self) -> int:
        return sum(self.lines.values())


@dataclass(frozen=True, slots=True)
class RuleTally:
    """What one rule decides. ``rule`` is its index, -1: no rule matched. ``kept`` of a rule of level None is nothing.

    ``line`` and ``column`` say where it stands in the policy's file; 0 for no rule.
    """

    rule: int
    line: int
    column: int
    level: Level
    recorded: Tally
    kept: Tally


@dataclass(frozen=True, slots=True)
class RequestKind:
    """A verb on a resource, or on a path that is no resource (``resource`` is empty then)."""

    verb: str
    api_group: str
    resource: str
    subresource: str
    path: str


@dataclass(frozen=True, slots=True)
class RequestTally:
    """What becomes of one kind of request."""

    request: RequestKind
    recorded: Tally
    kept: Tally


@dataclass(frozen=True, slots=True)
class UserTally:
    """What becomes of one user's requests. ``None``: nobody, the authentication failed."""

    user: str | None
    recorded: Tally
    kept: Tally


@dataclass(frozen=True, slots=True)
class Lost:
    """Requests that are in the recording and would leave no event. ``audit_id``: of the earliest; empty: none has any.

    ``rules``: those that decide so. ``by_stage``: their level is not None, but all stages that were recorded of them
    would be omitted.
    """

    request: RequestKind
    user: str | None
    lost: Tally
    rules: tuple[int, ...]
    by_stage: bool
    audit_id: str


@dataclass(frozen=True, slots=True)
class Top:
    """How many groups there are of which only the first ones are listed."""

    requests: int
    users: int
    lost: int


@dataclass(frozen=True, slots=True)
class Range:
    """A number that the recording does not tell: it lies between them, both included."""

    least: int
    most: int


@dataclass(frozen=True, slots=True)
class Bounds:
    """What the recording cannot tell, in events, where each event is in it once.

    ``bodies``: kept at a level with a body that the recording has not, so that their bytes are a lower bound.
    ``truncated``: recorded without their bodies because they were too large (``audit.k8s.io/truncated``).
    ``managed_fields``: kept with an object and its managed fields, of which the recording has the object alone.
    ``stages``: of how many requests at least the recording lacks a stage that they have and the candidate keeps. That
    a request ends is not expected of one that goes on for long.
    ``unpaired``: not kept because of their stage, in addition to ``lost``, while another stage is kept of such
    requests, and of these very ones or not.
    """

    bodies: int
    truncated: int
    managed_fields: int
    stages: Mapping[Stage, int]
    unpaired: Range


@dataclass(frozen=True, slots=True)
class Simulation:
    """``recorded`` is what was read; ``kept`` and ``not_kept`` part it, and ``levels`` parts it by level.

    ``levels[None]`` counts what level None drops, with the bytes of the recording; the others what they keep.
    ``omitted`` counts what is not kept because of its stage alone. ``span`` is ``None`` where no event has a time.
    ``lowered``: kept events that lose a body that the recording has.
    """

    files: tuple[LogFile, ...]
    ignored: tuple[str, ...]
    span: Span | None
    recorded: Tally
    unreadable: Unreadable
    kept: Tally
    levels: Mapping[Level, Tally]
    omitted: Mapping[Stage, Tally]
    rules: tuple[RuleTally, ...]
    requests: tuple[RequestTally, ...]
    noisiest: tuple[UserTally, ...]
    lost: tuple[Lost, ...]
    lost_total: Tally
    lowered: Tally
    top: Top
    bounds: Bounds
