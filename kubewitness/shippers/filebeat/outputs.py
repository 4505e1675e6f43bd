"""What Filebeat's outputs do, and its one queue. Pure.

Defaults are those of 7.17: https://github.com/elastic/beats/tree/v7.17.28/libbeat/outputs
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from kubewitness.model import Reason, Unread
from kubewitness.shippers.model import Output, OutputKind, Queue, QueueKind, Setting, Tls, WhenFull
from kubewitness.shippers.settings import instead, size_bytes, switch, whole, without_credentials
from kubewitness.shippers.yamltree import Table, scalars

if TYPE_CHECKING:
    from kubewitness.shippers.model import Place
    from kubewitness.shippers.settings import Section

_KINDS: Final = {
    "kafka": OutputKind.KAFKA,
    "elasticsearch": OutputKind.ELASTICSEARCH,
    "logstash": OutputKind.FORWARD,
    "redis": OutputKind.OTHER,
    "file": OutputKind.FILE,
    "console": OutputKind.NOWHERE,
    "discard": OutputKind.NOWHERE,
}
_MODES: Final = {
    "full": Tls.VERIFIED,
    "strict": Tls.VERIFIED,
    "certificate": Tls.ANY_NAME,
    "none": Tls.UNVERIFIED,
}
"""Source: https://www.elastic.co/guide/en/beats/filebeat/7.17/configuration-ssl.html#client-verification-mode"""


def output(section: Section, name: str, place: Place) -> Output | None:
    """The output of that name; ``None``: there is no such one, and the program refuses it."""
    kind = _KINDS.get(name)
    if kind is None:
        section.refuse(f"output.{name[:40]}: there is no such output", place)
        return None
    if kind in {OutputKind.FILE, OutputKind.NOWHERE}:
        return Output(f"output.{name}", kind, place, address=section.text("path"), local=True, alters=_codec(section))
    hosts = [item.text for item in scalars(section.value("hosts"))]
    sent = Output(
        f"output.{name}",
        kind,
        place,
        address=", ".join(without_credentials(host) for host in hosts),
        tls=_tls(section) if kind is not OutputKind.ELASTICSEARCH else _tls_of_urls(section, hosts),
        client_certificate=_certificate(section),
        acknowledged=Setting("acknowledged", True, "by its protocol"),
        gives_up=_FOR_EVER,
    )
    return _kafka(section, sent) if kind is OutputKind.KAFKA else sent


_FOR_EVER: Final[Setting[str | None]] = Setting("max_retries", None, "without end: Filebeat does not heed it")
"""Source: https://www.elastic.co/guide/en/beats/filebeat/7.17/kafka-output.html#_max_retries_2"""


def _kafka(section: Section, sent: Output) -> Output:
    """Acknowledged: by every in-sync replica; by the leader alone, or by nobody, is no."""
    acks = section.setting("required_acks", whole, 1, "1: the leader alone")
    limit = section.setting("max_message_bytes", whole, 1_000_000, "1000000")
    return replace(
        sent,
        acknowledged=instead(acks, lambda value: value == -1),
        message_limit=instead(limit, lambda value: value),
        alters=_codec(section),
    )


def _codec(section: Section) -> Setting[str] | None:
    """``codec.format`` writes what its text says: the line itself, or something else."""
    text = section.text("codec.format.string")
    if not text or "%{[message]}" in text:
        return None
    return Setting(
        "codec.format",
        "a record is what the format makes of it, without its message",
        text[:200],
        section.place("codec.format.string"),
    )


def _tls(section: Section) -> Setting[Tls] | Unread:
    if section.value("ssl") is None:
        return Setting("ssl", Tls.OFF, "not set")
    on = section.setting("ssl.enabled", switch, default=True, written="true")
    if isinstance(on, Unread):
        return on
    return _verified(section) if on.value else Setting(on.name, Tls.OFF, on.written, on.place)


def _verified(section: Section) -> Setting[Tls] | Unread:
    return section.setting("ssl.verification_mode", _MODES.get, Tls.VERIFIED, "full")


def _tls_of_urls(section: Section, hosts: list[str]) -> Setting[Tls] | Unread:
    """A host without a scheme takes ``protocol``, which is http by default."""
    if any("${" in host for host in hosts):
        return Unread(Reason.NOT_OBSERVED, "hosts has a variable, which is set elsewhere")
    protocol = section.text("protocol") or "http"
    plain = not hosts or any((host.split("://", 1)[0] if "://" in host else protocol) == "http" for host in hosts)
    if plain:
        return Setting("hosts", Tls.OFF, "http://", section.place("hosts"))
    return _verified(section)


def _certificate(section: Section) -> Setting[bool]:
    path = "ssl.certificate"
    shown = section.scalar(path)
    if shown is None:
        return Setting(path, False, "not set")
    return Setting(path, True, "given" if "-----" in shown.text else shown.text[:200], shown.place)


def queue(root: Section) -> Queue:
    """The program's one queue. In memory it is no more than a buffer: positions are saved behind it.

    Source: https://www.elastic.co/guide/en/beats/filebeat/7.17/configuring-internal-queue.html
    """
    blocks = Setting("queue", WhenFull.BLOCK, "inputs wait")
    disk = root.value("queue.disk")
    if isinstance(disk, Table):
        size = root.setting("queue.disk.max_size", size_bytes, 0, "not set")
        folder = root.scalar("queue.disk.path")
        return Queue(
            Setting("queue.disk", QueueKind.DISK, "queue.disk", disk.place),
            blocks,
            limit=Setting(size.name, size.written, size.written, size.place) if isinstance(size, Setting) else None,
            limit_bytes=size.value or None if isinstance(size, Setting) else None,
            state_dir=Setting("queue.disk.path", folder.text, folder.text, folder.place) if folder else None,
        )
    events = root.setting("queue.mem.events", whole, 4096, "4096")
    limit = instead(events, lambda value: f"{value} events")
    kind = Setting("queue.mem", QueueKind.MEMORY, "queue.mem", root.place("queue.mem"))
    return Queue(kind, blocks, limit=limit if isinstance(limit, Setting) else None)
