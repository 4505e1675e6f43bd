"""How a sink of Vector sends, what waits for it, and when it gives up. Pure.

Defaults of 0.50: https://vector.dev/docs/reference/configuration/sinks/ and
https://vector.dev/docs/architecture/buffering-model/
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from kubewitness.model import Reason, Unread
from kubewitness.shippers.model import Output, OutputKind, Queue, QueueKind, Setting, Tls, WhenFull
from kubewitness.shippers.settings import Section, instead, switch, whole, without_credentials, word
from kubewitness.shippers.yamltree import Entry, Items, Table, scalars

if TYPE_CHECKING:
    from collections.abc import Mapping

_KINDS: Final[Mapping[str, OutputKind]] = {
    "blackhole": OutputKind.NOWHERE,
    "console": OutputKind.NOWHERE,
    "elasticsearch": OutputKind.ELASTICSEARCH,
    "file": OutputKind.FILE,
    "http": OutputKind.HTTP,
    "kafka": OutputKind.KAFKA,
    "loki": OutputKind.LOKI,
    "opentelemetry": OutputKind.OTLP_HTTP,
    "splunk_hec_logs": OutputKind.HTTP,
    "vector": OutputKind.FORWARD,
}
METRICS: Final = frozenset({
    "aws_cloudwatch_metrics", "datadog_metrics", "gcp_stackdriver_metrics", "influxdb_metrics", "prometheus_exporter",
    "prometheus_remote_write", "sematext_metrics", "splunk_hec_metrics", "statsd",
})  # fmt: skip
"""Sinks that take no logs."""
_ADDRESSES: Final = ("uri", "endpoint", "endpoints", "address", "bootstrap_servers", "url", "protocol.uri")
_BY_ADDRESS: Final = frozenset({
    "amqp", "clickhouse", "elasticsearch", "greptimedb_logs", "http", "humio_logs", "influxdb_logs", "loki", "logdna",
    "mqtt", "nats", "opentelemetry", "redis", "splunk_hec_logs", "webhdfs",
})  # fmt: skip
"""Encrypted where the scheme of their address says so."""
_BY_SWITCH: Final = frozenset({"kafka", "papertrail", "socket", "vector", "websocket"})
"""Encrypted where ``tls.enabled`` says so."""
_LOOPBACK: Final = re.compile(r"(?:[a-z+]+://)?(?:127\.[\d.]+|localhost|\[::1\])(?::\d+)?(?:/.*)?")
_SECURE: Final = re.compile(r"(?:https|wss|rediss|amqps|mqtts|nats\+tls|tls)://")
_KAFKA_BYTES: Final = 1_000_000
_KAFKA_PATIENCE: Final = 300_000
_KAFKA_KEY: Final = "message.max.bytes"


def acknowledges(section: Section, root: Section) -> Setting[bool] | Unread:
    """Whether sources hear of it what has arrived: ``acknowledgements``, of the sink or of all."""
    for table in (section, root):
        path = "acknowledgements" if table.scalar("acknowledgements") is not None else "acknowledgements.enabled"
        if table.scalar(path) is not None:
            return table.setting(path, switch, default=False, written="false")
    return Setting("acknowledgements.enabled", False, "false")


def output_of(name: str, section: Section, root: Section) -> Output:
    """Where it sends to, how, and for how long it tries."""
    type_ = section.text("type")
    kind = _KINDS.get(type_, OutputKind.OTHER)
    mode = section.text("mode")
    if type_ in {"socket", "papertrail"}:
        kind = OutputKind.SYSLOG_UDP if mode == "udp" else OutputKind.SYSLOG_TCP
    addresses = [item.text for path in _ADDRESSES for item in scalars(section.value(path))]
    stays = kind in {OutputKind.FILE, OutputKind.NOWHERE} or mode.startswith("unix")
    loopback = bool(addresses) and all(_LOOPBACK.fullmatch(address) for address in addresses)
    return Output(
        name,
        kind,
        section.table.place,
        address=", ".join(without_credentials(address) for address in addresses[:3]),
        local=stays or loopback,
        tls=None if stays else _tls(section, type_, addresses),
        client_certificate=None if stays else _client_certificate(section, type_),
        acknowledged=_taken(section, type_),
        gives_up=None if stays else _gives_up(section, type_),
        message_limit=_limit(section, type_),
        alters=_alters(section),
        queue=_queue(section, root),
    )


def _tls(section: Section, type_: str, addresses: list[str]) -> Setting[Tls] | Unread | None:
    if type_ in _BY_ADDRESS:
        path = next((path for path in _ADDRESSES if section.value(path) is not None), "endpoint")
        if not addresses or any(re.match(r"\$", address) for address in addresses):
            return Unread(Reason.NOT_OBSERVED, f"{path} is set elsewhere")
        if not all(_SECURE.match(address) for address in addresses):
            scheme = addresses[0].partition("://")[0] + "://" if "://" in addresses[0] else "without a scheme"
            return Setting(path, Tls.OFF, scheme, section.place(path))
    elif type_ in _BY_SWITCH:
        on = section.setting("tls.enabled", switch, default=type_ == "papertrail", written="false")
        if isinstance(on, Unread) or not on.value:
            return instead(on, lambda _: Tls.OFF)
    else:
        return None  # those of the clouds speak TLS whatever is written
    return _verified(section)


def _verified(section: Section) -> Setting[Tls] | Unread:
    verify = section.setting("tls.verify_certificate", switch, default=True, written="true")
    if isinstance(verify, Unread) or not verify.value:
        return instead(verify, lambda _: Tls.UNVERIFIED)
    names = section.setting("tls.verify_hostname", switch, default=True, written="true")
    return instead(names, lambda value: Tls.VERIFIED if value else Tls.ANY_NAME)


def _client_certificate(section: Section, type_: str) -> Setting[bool] | None:
    if type_ not in _BY_ADDRESS | _BY_SWITCH:
        return None
    found = section.scalar("tls.crt_file")
    return Setting(
        "tls.crt_file", found is not None, found.text if found else "not set", found.place if found else None
    )


def _taken(section: Section, type_: str) -> Setting[bool] | None:
    if type_ not in {"socket", "papertrail", "redis", "nats", "mqtt"}:
        return None
    written = section.scalar("type")
    return Setting("type", False, type_, written.place if written else None)


def _gives_up(section: Section, type_: str) -> Setting[str | None] | Unread:
    if type_ == "kafka":
        limit = section.setting("message_timeout_ms", whole, _KAFKA_PATIENCE, str(_KAFKA_PATIENCE))
        return instead(limit, lambda value: f"after {value / 1000:g} seconds" if value else None)
    tries = section.setting("request.retry_attempts", whole, None, "no limit")
    return instead(tries, lambda value: None if value is None else f"after {value} retries")


def _limit(section: Section, type_: str) -> Setting[int | None] | Unread | None:
    if type_ != "kafka":
        return None
    options = section.value("librdkafka_options")
    entry = options.entry(_KAFKA_KEY) if isinstance(options, Table) else None
    found = (
        next(iter(scalars(entry.value)), None)
        if entry is not None
        else section.scalar(f"librdkafka_options.{_KAFKA_KEY}")
    )
    if found is None:
        return Setting(f"librdkafka_options.{_KAFKA_KEY}", _KAFKA_BYTES, str(_KAFKA_BYTES))
    size = whole(found.text)
    if size is None:
        return Unread(Reason.NOT_OBSERVED, f"{_KAFKA_KEY} is {found.text[:80]}")
    return Setting(f"librdkafka_options.{_KAFKA_KEY}", size, found.text, found.place)


def _alters(section: Section) -> Setting[str] | None:
    for key in ("encoding.only_fields", "encoding.except_fields"):
        if section.value(key) is not None:
            return Setting(key, "fields of the record are left out", "set", section.place(key))
    return None


def _queue(section: Section, root: Section) -> Queue:
    """Its ``buffer``. Of several stages the first takes everything, and the last one decides what happens when full."""
    value = section.value("buffer")
    stages = [item for item in value.values if isinstance(item, Table)] if isinstance(value, Items) else []
    first = Section(Table(tuple(_prefixed(stages[0])), stages[0].place), section.problems) if stages else section
    last = Section(Table(tuple(_prefixed(stages[-1])), stages[-1].place), section.problems) if stages else section
    kind = first.setting("buffer.type", _kind, QueueKind.MEMORY, "memory")
    if isinstance(kind, Unread):
        kind = Setting("buffer.type", QueueKind.MEMORY, section.text("buffer.type"), section.place("buffer.type"))
    full = last.setting("buffer.when_full", _when_full, WhenFull.BLOCK, "block")
    on_disk = kind.value is QueueKind.DISK
    size = last.setting("buffer.max_size" if on_disk else "buffer.max_events", word, "", "500 events")
    folder = root.scalar("data_dir")
    return Queue(
        kind,
        full,
        limit=size if isinstance(size, Setting) and size.written else None,
        limit_bytes=whole(size.value) if on_disk and isinstance(size, Setting) else None,
        state_dir=Setting("data_dir", folder.text, folder.text, folder.place) if folder else None,
    )


def _prefixed(stage: Table) -> list[Entry]:
    return [Entry("buffer", stage.place, stage)]


def _kind(text: str) -> QueueKind | None:
    return {"memory": QueueKind.MEMORY, "disk": QueueKind.DISK, "disk_v1": QueueKind.DISK}.get(text)


def _when_full(text: str) -> WhenFull | None:
    return {"block": WhenFull.BLOCK, "overflow": WhenFull.BLOCK, "drop_newest": WhenFull.DROP}.get(text)
