"""rsyslog on a collector node: RELP over mutual TLS into one folder a cluster and node, append-only. Pure.

For those who have no central store. Why each setting is as it is, and what was tried: docs/shippers/collector.md.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from kubewitness.shippers.rsyslog import sealing
from kubewitness.shippers.rsyslog.record import ENVELOPE_BYTES, GROUPS, PATTERN, path
from kubewitness.shippers.rsyslog.render import EXECUTABLE
from kubewitness.shippers.rsyslog.text import block, listed, quoted
from kubewitness.shippers.shipment import LARGEST_EVENT_BYTES, Log, Rendered, RenderedFile, Unsafe
from kubewitness.shippers.unit import Service, unit

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from kubewitness.shippers.shipment import TlsFiles

CONFIGURATION: Final = "/etc/kubewitness/collector/rsyslog.conf"
SENDERS: Final = "/etc/kubewitness/collector/senders.json"
UNIT: Final = "kubewitness-collector"
USER: Final = "kubewitness-collector"
FOLDER: Final = "/var/log/kubewitness"
STATE_DIR: Final = "/var/lib/kubewitness-collector"
#: Files that are open at once: three for each node.
_OPEN_FILES: Final = 3000
_HEADER: Final = "Written by kubewitness; the next deploy writes it anew. For rsyslog 8.2302 and later."


@dataclass(frozen=True, slots=True)
class CollectorNode:
    """A machine that keeps the logs of others.

    ``clients``: names that a client's certificate may have, ``*.nodes.example.org`` too: a star stands for one part, or
    the beginning or end of one. ``tls``: of the server, with a certificate and the authority of the clients.
    ``senders``: address of a node -> its cluster and name: what comes from another address under that name, or from
    there under another name, is put aside; none: each client is believed. ``keep_days``: after which a day's file is
    removed; 0: never. ``reserve_mib``: nothing is taken in while the disk has less left. ``sync``: a record is
    acknowledged only once it is on the disk (measured: 260 a second).
    """

    port: int
    tls: TlsFiles
    clients: tuple[str, ...]
    folder: str = FOLDER
    senders: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    keep_days: int = 0
    reserve_mib: int = 1024
    largest_event_bytes: int = LARGEST_EVENT_BYTES
    sync: bool = False


def render(node: CollectorNode) -> Rendered | Unsafe:
    """All that a collector node needs, or why it would let in what it must not."""
    why = _unsafe(node)
    if why:
        return Unsafe(why)
    text = "\n".join([f"# {_HEADER}", *_configuration(node)]) + "\n"
    senders = (RenderedFile(SENDERS, _table(node.senders), 0o640, group=USER),) if node.senders else ()
    return Rendered(
        files=(
            *sealing.files(f"{UNIT}.service", node.folder, node.keep_days, node.reserve_mib * 1024),
            unit(_service(node)),
            *senders,
            RenderedFile(CONFIGURATION, text, 0o640, group=USER),
        ),
        validate=(EXECUTABLE, "-N1", "-f", "{}"),
        unit=f"{UNIT}.service",
        notes=tuple(_notes(node)),
        user=USER,
    )


def _unsafe(node: CollectorNode) -> str:
    if not node.tls.certificate or not node.tls.key or not node.tls.authority:
        return "a collector node needs a certificate, its key and the authority of its clients"
    if not node.clients:
        return "no name of a client is given: nobody would be let in"
    if any(not name.strip("*.") for name in node.clients):
        return "a name of a client is a star alone: whoever has a certificate of that authority would be let in"
    if not node.folder.startswith("/") or "%" in node.folder:
        return f"{node.folder} is no absolute path that a template can have"
    return ""


def _service(node: CollectorNode) -> Service:
    return Service(
        name=UNIT,
        title="rsyslog keeps the logs of other nodes",
        documentation="https://www.rsyslog.com/doc/v8-stable/",
        user=USER,
        command=(EXECUTABLE, "-n", "-iNONE", "-f", CONFIGURATION),
        state_dir=STATE_DIR,
        reads=(),
        memory_max="2G",
        environment=("TZ=UTC",),
        writes=(node.folder,),
        before=((sealing.ROOM, node.folder, str(node.reserve_mib * 1024)),),
        wants=(f"{sealing.UNIT}.timer",),
        port=node.port,
    )


def _configuration(node: CollectorNode) -> Iterator[str]:
    longest = node.largest_event_bytes + ENVELOPE_BYTES
    yield from block(
        "global",
        f'workDirectory="{STATE_DIR}"',
        f'maxMessageSize="{longest}"',
        'umask="0027"',
        "# a tab or an escape character in a record stays what it is",
        'parser.escapeControlCharactersOnReceive="off"',
    )
    yield 'module(load="imrelp" tls.tlslib="openssl")'
    yield "# Nothing waits in memory: RELP acknowledges what has been written."
    yield 'main_queue(queue.type="Direct")'
    if node.senders:
        yield f'lookup_table(name="senders" file="{SENDERS}")'
    yield from _templates(node)
    yield 'ruleset(name="store" queue.type="Direct") {'
    yield from (f"    {line}" for line in _store(node))
    yield "}"
    yield from block(
        "input",
        f'type="imrelp" port="{node.port}" ruleset="store"',
        f'maxDataSize="{longest}" keepAlive="on"',
        'tls="on" tls.authMode="name"',
        f"tls.permittedPeer={listed(node.clients)}",
        f"tls.caCert={quoted(node.tls.authority)}",
        f"tls.myCert={quoted(node.tls.certificate)}",
        f"tls.myPrivKey={quoted(node.tls.key)}",
    )


def _templates(node: CollectorNode) -> Iterator[str]:
    parts = {name: f"%$.{name}:::secpath-replace%" for name in ("cluster", "node", "log")}
    where = path(node.folder, parts["cluster"], parts["node"], parts["log"], "%$now-utc%")
    aside = f"{node.folder}/unsorted-%$now-utc%.log"
    for name, text in (
        ("path", where),
        ("aside-path", aside),
        ("record", "%msg%\n"),
        ("containers", "%$.file% %msg%\n"),
        ("aside", "%fromhost-ip% %rawmsg%\n"),
    ):
        yield f'template(name="{name}" type="string" string={quoted(text)})'


def _store(node: CollectorNode) -> Iterator[str]:
    """Where a record goes, by names that cannot lead out of the folder; what has none is put aside, not lost."""
    for name, group in GROUPS.items():
        yield f"set $.{name} = re_extract($structured-data, '{PATTERN}', 0, {group}, \"\");"
    tests = ['$.cluster == ""']
    if node.senders:
        tests.append('lookup("senders", $fromhost-ip) != $.cluster & "/" & $.node')
    yield f"if {' or '.join(tests)} then {{"
    yield from (f"    {line}" for line in _written(node, "aside-path", "aside"))
    yield "    stop"
    yield "}"
    yield f'if $.log == "{Log.CONTAINERS}" then {{'
    yield from (f"    {line}" for line in _written(node, "path", "containers"))
    yield "} else {"
    yield from (f"    {line}" for line in _written(node, "path", "record"))
    yield "}"


def _written(node: CollectorNode, where: str, template: str) -> list[str]:
    """A record up to the buffer's size is one write: who is killed has written all of it, or nothing."""
    return block(
        "action",
        f'type="omfile" dynaFile="{where}" template="{template}"',
        f'dynaFileCacheSize="{_OPEN_FILES}" ioBufferSize="1m"',
        'fileCreateMode="0640" dirCreateMode="0750"',
        *(['sync="on"'] if node.sync else []),
        'action.resumeRetryCount="-1" action.resumeInterval="1" action.resumeIntervalMax="15"',
    )


def _table(senders: Mapping[str, tuple[str, str]]) -> str:
    rows = [{"index": address, "value": "/".join(who)} for address, who in sorted(senders.items())]
    return json.dumps({"version": 1, "nomatch": "", "type": "string", "table": rows}, indent=2) + "\n"


def _notes(node: CollectorNode) -> Iterator[str]:
    if not node.senders:
        yield "whoever has a certificate of a node can write under the name of another one: addresses are not compared"
    if not node.sync:
        yield "a record is acknowledged when the kernel has it: a power cut of this machine can lose the last seconds"
    if not node.keep_days:
        yield f"nothing is removed from {node.folder}: with less than {node.reserve_mib} MiB left the nodes wait"
