"""Where Filebeat can send logs without losing any: the output for it, or why there is none. Pure."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from kubewitness.shippers.shipment import Kafka, OpenSearch, OtlpHttp, Relp, Syslog, Unsafe
from kubewitness.shippers.yamltext import listed, quoted

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from kubewitness.shippers.shipment import Shipment, TlsFiles

EVENTS_IN_MEMORY: Final = 128
"""The queue's size. An event can have 8 MiB: this is what keeps the program below its memory limit."""
_EVENTS_A_REQUEST: Final = 6
"""So that a request stays below http.max_content_length (100 MB): twice the largest event each, as JSON escapes it."""
_AROUND_MESSAGE_BYTES: Final = 64 * 1024
_LOOPBACK: Final = re.compile(r"(?:https?://)?(?:127\.\d+\.\d+\.\d+|localhost|\[::1\])(?::\d+)?(?:/.*)?")


@dataclass(frozen=True, slots=True)
class Store:
    """``version``: which Filebeat the destination takes. ``input_type``: of files. ``lines``: processors and output."""

    version: str
    input_type: str
    lines: tuple[str, ...]
    notes: tuple[str, ...]


def store(shipment: Shipment) -> Store | Unsafe:
    """The output for the shipment's destination."""
    match shipment.destination:
        case Relp():
            return Unsafe("Filebeat speaks no RELP: use rsyslog")
        case Syslog():
            return Unsafe("Filebeat sends no syslog: use rsyslog")
        case OtlpHttp():
            return Unsafe("Filebeat sends no OTLP: use the OpenTelemetry Collector")
        case Kafka() as destination:
            return _kafka(shipment, destination)
        case OpenSearch() as destination:
            return _opensearch(destination)


def _kafka(shipment: Shipment, destination: Kafka) -> Store | Unsafe:
    """The line itself is the message, and its key says where it is from, as JSON: 7.17 sends no headers."""
    if destination.tls is None and not all(_LOOPBACK.fullmatch(broker) for broker in destination.brokers):
        return Unsafe("records would cross the network in the clear: name a certificate authority (log_tls_ca)")
    if destination.largest_bytes < shipment.largest_event_bytes:
        return Unsafe(
            f"the topic takes {destination.largest_bytes} bytes and an event has up to"
            f" {shipment.largest_event_bytes}: raise max.message.bytes"
        )
    largest = max(destination.largest_bytes, shipment.largest_event_bytes + _AROUND_MESSAGE_BYTES)
    lines = (
        "output.kafka:",
        f"  hosts: {listed(destination.brokers)}",
        f"  topic: {quoted(_literal(destination.topic))}",
        f"  key: {quoted(_key(shipment.fields))}",
        "  codec.format.string: '%{[message]}'",
        "  required_acks: -1",
        f"  max_message_bytes: {largest}",
        "  compression: gzip",
        "  max_retries: -1",
        f"  bulk_max_size: {EVENTS_IN_MEMORY}",
        *_tls(destination.tls),
    )
    return Store(
        "7.17",
        "filestream",
        lines,
        notes=(
            f"the topic's max.message.bytes and the brokers' replica.fetch.max.bytes must be at least {largest};"
            " min.insync.replicas 2 or more makes acks=all mean more than one disk",
            "a message is the line as it was written; its key is JSON: cluster, node, distribution, log, and the file"
            " or unit that it is from",
        ),
    )


def _key(fields: Mapping[str, str]) -> str:
    """The format string of a message's key: JSON, with what each record adds to it."""
    known = _literal(json.dumps(dict(fields), ensure_ascii=False, separators=(",", ":")))
    own = '"log":"%{[fields.log]}","path":"%{[log.file.path]:}","unit":"%{[systemd.unit]:}"'
    return f"{known[:-1]}{',' if fields else ''}{own}}}"


def _literal(text: str) -> str:
    r"""Text as itself in a format string: ``\`` and ``%`` mean something there.

    Source: https://github.com/elastic/beats/blob/v7.17.28/libbeat/common/fmtstr/formatstring.go
    """
    return text.replace("\\", "\\\\").replace("%", "\\%")


def _opensearch(destination: OpenSearch) -> Store | Unsafe:
    """The line is stored as text, with an id of its own: what is sent again is refused as there already.

    Parsed, the first event whose field has another type than the index knows would be refused for good, and dropped.
    """
    if destination.tls is None and not all(_LOOPBACK.fullmatch(url) for url in destination.urls):
        return Unsafe("records would cross the network in the clear: name a certificate authority (log_tls_ca)")
    lines = (
        "processors:",
        "  - fingerprint:",
        '      fields: ["message", "log.offset", "fields.node"]',
        '      target_field: "@metadata._id"',
        "      method: sha256",
        "      ignore_missing: true",
        "  - drop_fields:",
        '      fields: ["agent", "ecs", "host", "input"]',
        "      ignore_missing: true",
        "output.elasticsearch:",
        f"  hosts: {listed(destination.urls)}",
        f"  index: {quoted(_literal(destination.index))}",
        "  allow_older_versions: true",
        f"  bulk_max_size: {_EVENTS_A_REQUEST}",
        "  worker: 4",
        "  compression_level: 3",
        "  max_retries: -1",
        "  timeout: 90",
        *_tls(destination.tls),
    )
    return Store(
        "7.12, the last line that OpenSearch takes",
        "log",
        lines,
        notes=(
            "OpenSearch must say that it is 7.10 (compatibility.override_main_response_version: true), and Filebeat"
            " must be 7.12: later ones refuse it",
            "a record that is answered with 4xx, but 429, is dropped, and Filebeat's own log says so: the index must"
            " exist or be made by itself, and must map message as text without a keyword, or with ignore_above",
            "the event is in message, as text: parse it when it is searched, or in a pipeline that ignores failures",
        ),
    )


def _tls(files: TlsFiles | None) -> Iterator[str]:
    if files is None:
        return
    yield "  ssl:"
    yield "    enabled: true"
    yield "    verification_mode: full"
    yield "    supported_protocols: [TLSv1.2, TLSv1.3]"
    yield f"    certificate_authorities: [{quoted(files.authority)}]"
    if files.certificate and files.key:
        yield f"    certificate: {quoted(files.certificate)}"
        yield f"    key: {quoted(files.key)}"
