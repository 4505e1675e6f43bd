"""What a log shipper does, whatever its program: the one shape that every configuration is read into. Pure.

Every value says where it was written, or that it is the program's default: a finding has to show it. Three answers, not
two: a value, ``None`` for what is known to be absent (said at each field), ``Unread`` for what could not be told, as a
variable that is set elsewhere.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from kubewitness.model import Unread

T_co = TypeVar("T_co", covariant=True)


class Program(StrEnum):
    """A log shipper, by the name of its project."""

    RSYSLOG = "rsyslog"
    OTELCOL = "otelcol"
    FILEBEAT = "filebeat"
    FLUENT_BIT = "fluent-bit"
    VECTOR = "vector"


@dataclass(frozen=True, slots=True)
class Place:
    """Where something is written. ``line`` and ``column`` count from 1; 0: the file as a whole."""

    file: str
    line: int = 0
    column: int = 0


@dataclass(frozen=True, slots=True)
class Setting(Generic[T_co]):
    """One value in force.

    ``name``: as the program calls it, ``queue.type`` for instance. ``written``: as it stands there, or as the program's
    documentation gives the default. ``place``: ``None``: it is nowhere, the program's default is in force.
    """

    name: str
    value: T_co
    written: str
    place: Place | None = None

    @property
    def by_default(self) -> bool:
        """Whether nobody has written it."""
        return self.place is None


class InputKind(StrEnum):
    """Where an input has its records from."""

    FILES = "files"
    JOURNAL = "journal"
    NETWORK = "network"
    OTHER = "other"


class Start(StrEnum):
    """Where an input begins in a file that it meets for the first time."""

    BEGINNING = "beginning"
    END = "end"


class Checkpoint(StrEnum):
    """Where an input keeps how far it has read."""

    DISK = "disk"
    MEMORY = "memory"


@dataclass(frozen=True, slots=True)
class Input:
    """What reads records.

    ``paths``, ``excluded``: globs, as absolute paths of the node; of files only. ``line_limit``: bytes of the longest
    record that comes through whole; the value is ``None`` where there is no limit. ``checkpoint_every``: records after
    which the position is saved; ``None``: the program has no such setting; the value 0: only when it stops.
    ``offers_again``: a batch that was refused downstream is offered again, for ever. ``saves_ahead``: its position is
    saved before the record is in the next queue, so that a kill loses what lies between. ``waits``: its position moves
    only when the other end has the record, so that a queue in memory loses nothing; ``None``: it does not.
    ``state_dir``: where the checkpoint is kept; ``None``: not known. ``units``: of the journal; empty: all.
    """

    name: str
    kind: InputKind
    place: Place
    paths: tuple[Setting[str], ...] = ()
    excluded: tuple[Setting[str], ...] = ()
    start: Setting[Start] | Unread | None = None
    checkpoint: Setting[Checkpoint] | Unread | None = None
    checkpoint_every: Setting[int] | Unread | None = None
    line_limit: Setting[int | None] | Unread | None = None
    offers_again: Setting[bool] | Unread | None = None
    saves_ahead: Setting[bool] | Unread | None = None
    waits: Setting[bool] | Unread | None = None
    state_dir: Setting[str] | None = None
    units: tuple[Setting[str], ...] = ()


class QueueKind(StrEnum):
    """What lies between input and output. ``NONE``: the input waits for the output, its files are the queue."""

    NONE = "none"
    MEMORY = "memory"
    DISK = "disk"


class WhenFull(StrEnum):
    """What a queue does when it is full. ``DROP`` loses nothing where the input is told and offers the batch again."""

    BLOCK = "block"
    DROP = "drop"


@dataclass(frozen=True, slots=True)
class Queue:
    """What lies between input and output.

    ``limit``: as the program counts (bytes, events), in its own words; ``limit_bytes``: where it is in bytes. ``None``:
    no limit is known. ``stalls``: why records would stop for good (rsyslog's full-delay mark); ``None``: no.
    ``state_dir``: of a queue on disk; ``None``: not known.
    """

    kind: Setting[QueueKind]
    when_full: Setting[WhenFull] | Unread | None = None
    limit: Setting[str] | None = None
    limit_bytes: int | None = None
    stalls: Setting[str] | None = None
    state_dir: Setting[str] | None = None


class OutputKind(StrEnum):
    """How records leave."""

    RELP = "relp"
    SYSLOG_TCP = "syslog-tcp"
    SYSLOG_UDP = "syslog-udp"
    OTLP_HTTP = "otlp-http"
    OTLP_GRPC = "otlp-grpc"
    HTTP = "http"
    LOKI = "loki"
    KAFKA = "kafka"
    ELASTICSEARCH = "elasticsearch"
    FORWARD = "forward"
    FILE = "file"
    NOWHERE = "nowhere"
    OTHER = "other"


class Tls(StrEnum):
    """How sure an output is of whom it speaks to, from nothing upwards."""

    OFF = "off"
    UNVERIFIED = "unverified"
    ANY_NAME = "any-name"
    VERIFIED = "verified"


@dataclass(frozen=True, slots=True)
class Output:
    """What sends records on.

    ``address``: host or URL, without credentials. ``local``: it stays on this machine. ``acknowledged``: it counts a
    record as sent when the other end has said so. ``gives_up``: seconds or tries after which a refused batch is dropped
    (in words); the value is ``None`` where it never gives up. ``message_limit``: bytes of the largest record that it
    sends whole; the value is ``None`` where there is no limit. ``client_certificate``: it shows one. ``alters``: how
    the record is not what was read; ``None``: it is.
    """

    name: str
    kind: OutputKind
    place: Place
    address: str = ""
    local: bool = False
    tls: Setting[Tls] | Unread | None = None
    client_certificate: Setting[bool] | None = None
    acknowledged: Setting[bool] | Unread | None = None
    gives_up: Setting[str | None] | Unread | None = None
    message_limit: Setting[int | None] | Unread | None = None
    alters: Setting[str] | None = None
    queue: Queue | None = None


@dataclass(frozen=True, slots=True)
class Filter:
    """What drops, samples, cuts or redacts records on the way. ``drops``: which, in words."""

    name: str
    place: Place
    drops: Setting[str]


@dataclass(frozen=True, slots=True)
class Route:
    """One way through the program: each of ``inputs`` to each of ``outputs``, through the filters and queue between.

    ``queue``: of the route as a whole (rsyslog's ruleset, Filebeat's one queue); an output's own comes after it.
    """

    name: str
    place: Place
    inputs: tuple[Input, ...]
    outputs: tuple[Output, ...]
    filters: tuple[Filter, ...] = ()
    queue: Queue | None = None


@dataclass(frozen=True, slots=True)
class Problem:
    """Something in the configuration that the program refuses, or that we cannot read; ``refused`` says which."""

    message: str
    place: Place
    refused: bool


@dataclass(frozen=True, slots=True)
class Configuration:
    """All that one program was told. ``files``: what was read. ``problems``: what lies outside of ``routes``."""

    program: Program
    files: tuple[str, ...]
    routes: tuple[Route, ...]
    problems: tuple[Problem, ...] = ()
