"""Where a collector can send logs without losing any: the exporter for it, or why there is none. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from kubewitness.shippers.shipment import Kafka, OpenSearch, OtlpHttp, Relp, Syslog, Unsafe
from kubewitness.shippers.yamltext import listed, quoted

if TYPE_CHECKING:
    from kubewitness.shippers.shipment import Shipment, TlsFiles

AROUND_RECORD_BYTES: Final = 64 * 1024
"""What a record's fields, its resource and OTLP add to a line, at the most."""
_LOOPBACK: Final = re.compile(r"(?:https?://)?(?:127\.\d+\.\d+\.\d+|localhost|\[::1\])(?::\d+)?(?:/.*)?")


@dataclass(frozen=True, slots=True)
class Store:
    """``kind``: of the exporter. ``exporter``: its lines, for a log's name and the bytes of its queue.

    ``extensions``, ``extension_lines``: what it needs besides.
    """

    kind: str
    exporter: Callable[[str, int], Iterator[str]]
    notes: tuple[str, ...]
    extensions: tuple[str, ...] = ()
    extension_lines: tuple[str, ...] = ()


def store(shipment: Shipment) -> Store | Unsafe:
    """The exporter for the shipment's destination."""
    match shipment.destination:
        case Relp():
            return Unsafe("the collector speaks no RELP: use rsyslog")
        case Syslog():
            return Unsafe(
                "the collector's syslog exporter has no acknowledgement, and what was under way is lost: use rsyslog"
            )
        case OpenSearch():
            return Unsafe(
                "the collector's exporter is Elasticsearch's: it refuses OpenSearch's answers and drops each batch that"
                " was stored or not: use rsyslog, or Filebeat 7.12"
            )
        case OtlpHttp() as destination:
            return _otlp(shipment, destination)
        case Kafka() as destination:
            return _kafka(shipment, destination)


def _otlp(shipment: Shipment, destination: OtlpHttp) -> Store | Unsafe:
    if destination.tls is None and not _LOOPBACK.fullmatch(destination.url):
        return Unsafe("records would cross the network in the clear: name a certificate authority (log_tls_ca)")
    largest = shipment.largest_event_bytes
    token = destination.token_file

    def exporter(name: str, queue_bytes: int) -> Iterator[str]:
        yield f"  otlp_http/{name}:"
        yield f"    logs_endpoint: {quoted(destination.url)}"
        yield "    compression: gzip"
        yield "    timeout: 60s"
        if token:
            yield "    auth:"
            yield "      authenticator: bearertokenauth"
        yield from _tls(destination.tls)
        yield from _sending(queue_bytes, largest + AROUND_RECORD_BYTES)

    return Store(
        "otlp_http",
        exporter,
        notes=(
            f"the store must take lines of {largest} bytes: Loki refuses what is above max_line_size (256KB by default)"
            " or grpc_server_max_recv_msg_size (4 MiB), VictoriaLogs takes no more than 2 MB a line, whatever is set",
            "an answer of 429, 502, 503 or 504 is tried again for ever; any other error (400, 401, 403, 404, 413, 500)"
            " is final for the collector: it drops the batch and says so in its own log",
        ),
        extensions=("bearertokenauth",) if token else (),
        extension_lines=("  bearertokenauth:", f"    filename: {quoted(token)}") if token else (),
    )


def _kafka(shipment: Shipment, destination: Kafka) -> Store | Unsafe:
    """OTLP in each message: a body keeps every byte, and the fields come with it.

    ``raw`` sends a body of text as a JSON string, without the fields; one that is parsed before has its keys in another
    order and its numbers above 2^53 rounded.
    """
    if destination.tls is None and not all(_LOOPBACK.fullmatch(broker) for broker in destination.brokers):
        return Unsafe("records would cross the network in the clear: name a certificate authority (log_tls_ca)")
    if destination.largest_bytes < shipment.largest_event_bytes:
        return Unsafe(
            f"the topic takes {destination.largest_bytes} bytes and an event has up to"
            f" {shipment.largest_event_bytes}: raise max.message.bytes"
        )
    message = shipment.largest_event_bytes + AROUND_RECORD_BYTES
    largest = max(destination.largest_bytes, message + AROUND_RECORD_BYTES)

    def exporter(name: str, queue_bytes: int) -> Iterator[str]:
        yield f"  kafka/{name}:"
        yield f"    brokers: {listed(destination.brokers)}"
        yield "    timeout: 30s"
        yield "    logs:"
        yield f"      topic: {quoted(destination.topic)}"
        yield "      encoding: otlp_proto"
        yield "    producer:"
        yield "      required_acks: all"
        yield f"      max_message_bytes: {largest}"
        yield "      compression: gzip"
        yield "      allow_auto_topic_creation: false"
        yield from _tls(destination.tls)
        yield from _sending(queue_bytes, message)

    return Store(
        "kafka",
        exporter,
        notes=(
            f"the topic's max.message.bytes and the brokers' replica.fetch.max.bytes must be at least"
            f" {largest}; min.insync.replicas 2 or more makes acks=all mean more than one disk",
            "each message is an OTLP ExportLogsServiceRequest (protobuf): the body of a record is the line as it was"
            " written, its resource has the fields",
        ),
    )


def _tls(files: TlsFiles | None) -> Iterator[str]:
    if files is None:
        return
    yield "    tls:"
    yield f"      ca_file: {quoted(files.authority)}"
    yield '      min_version: "1.2"'
    yield "      reload_interval: 1h"
    if files.certificate and files.key:
        yield f"      cert_file: {quoted(files.certificate)}"
        yield f"      key_file: {quoted(files.key)}"


def _sending(queue_bytes: int, batch_bytes: int) -> Iterator[str]:
    """A queue on disk that blocks, batches that hold the largest record, tries without end."""
    yield "    sending_queue:"
    yield "      enabled: true"
    yield "      storage: file_storage/queue"
    yield "      sizer: bytes"
    yield f"      queue_size: {queue_bytes}"
    yield "      block_on_overflow: true"
    yield "      num_consumers: 2"
    yield "      batch:"
    yield "        flush_timeout: 1s"
    yield "        sizer: bytes"
    yield "        min_size: 262144"
    yield f"        max_size: {batch_bytes}"
    yield "    retry_on_failure:"
    yield "      enabled: true"
    yield "      initial_interval: 1s"
    yield "      max_interval: 30s"
    yield "      max_elapsed_time: 0"
