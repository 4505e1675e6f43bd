"""What has to be shipped, from where to where: what a program's configuration is rendered from. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping

#: The largest request that kube-apiserver takes is 3 MiB; an audit event can hold that and the answer to it.
LARGEST_EVENT_BYTES: Final = 8 * 1024 * 1024


class Log(StrEnum):
    """A log of a node, as a field of each record names it."""

    AUDIT = "audit"
    CONTAINERS = "containers"
    JOURNAL = "journal"


@dataclass(frozen=True, slots=True)
class FileLog:
    """A log in files. ``globs`` take the rotated names too; ``excluded`` is what they must not take (.gz)."""

    log: Log
    globs: tuple[str, ...]
    excluded: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class JournalLog:
    """The journal of these units and syslog identifiers."""

    units: tuple[str, ...]
    identifiers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TlsFiles:
    """PEM files on the node. ``certificate`` and ``key``: empty where the client shows none."""

    authority: str
    certificate: str = ""
    key: str = ""


@dataclass(frozen=True, slots=True)
class Relp:
    """A collector node over RELP: acknowledged. ``name``: what its certificate must say."""

    host: str
    port: int
    name: str
    tls: TlsFiles


@dataclass(frozen=True, slots=True)
class Syslog:
    """A syslog server over TCP and TLS: nothing acknowledges, a broken connection loses what was under way."""

    host: str
    port: int
    name: str
    tls: TlsFiles


@dataclass(frozen=True, slots=True)
class OtlpHttp:
    """A store that takes OTLP over HTTP (VictoriaLogs, Loki). ``url``: of the logs, whole.

    ``tls``: ``None`` on loopback only.
    """

    url: str
    tls: TlsFiles | None
    token_file: str = ""


@dataclass(frozen=True, slots=True)
class Kafka:
    """``largest_bytes``: the topic's ``max.message.bytes``, which must hold the largest event."""

    brokers: tuple[str, ...]
    topic: str
    tls: TlsFiles | None
    largest_bytes: int = LARGEST_EVENT_BYTES


@dataclass(frozen=True, slots=True)
class OpenSearch:
    """``index``: the data goes there by ``_bulk`` ``create`` with an id of its own, so that nothing is there twice."""

    urls: tuple[str, ...]
    index: str
    tls: TlsFiles | None


Destination: TypeAlias = Relp | Syslog | OtlpHttp | Kafka | OpenSearch


@dataclass(frozen=True, slots=True)
class Shipment:
    """What one node has to ship.

    ``fields``: on every record, beside ``log``: cluster, node, distribution. ``queue_bytes``: what may lie on this
    node's disk on the way. ``state_dir``: positions and queues, on a disk that survives a reboot. ``accept_loss``: the
    standard accepts a transport that does not acknowledge.
    """

    logs: tuple[FileLog | JournalLog, ...]
    destination: Destination
    fields: Mapping[str, str]
    queue_bytes: int
    state_dir: str
    largest_event_bytes: int = LARGEST_EVENT_BYTES
    accept_loss: bool = False


@dataclass(frozen=True, slots=True)
class RenderedFile:
    """A file of the node. ``group``: of the program, which must read it; ``secret``: never shown in a difference."""

    path: str
    text: str
    mode: int
    group: str = "root"
    secret: bool = False


@dataclass(frozen=True, slots=True)
class Rendered:
    """All that one program needs to ship.

    ``files``: put in place in this order, so the program's main configuration comes last: until then nothing in force
    names the others. ``validate``: the program's own check of that last file, at a path that takes the place of ``{}``.
    ``validate_all``: of everything once it is in place; empty: the first check has seen it all. ``unit``: its systemd
    unit. ``user``: whose the service is, with a group of that name; it is made where it is not there. ``notes``: what
    the administrator must know, as a limit of the store. ``room_bytes``: what the disk of ``state_dir`` must hold, with
    what lies there already; 0: it matters little.
    """

    files: tuple[RenderedFile, ...]
    validate: tuple[str, ...]
    unit: str
    notes: tuple[str, ...] = ()
    validate_all: tuple[str, ...] = ()
    user: str = "root"
    room_bytes: int = 0


@dataclass(frozen=True, slots=True)
class Unsafe:
    """This pair of program and destination cannot be made safe: why, and what to use instead."""

    reason: str
