"""What Fluent Bit's plugins are: which read logs, and how each output sends them. Pure.

Source: https://docs.fluentbit.io/manual/data-pipeline/inputs and https://docs.fluentbit.io/manual/data-pipeline/outputs
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from kubewitness.shippers.model import OutputKind

if TYPE_CHECKING:
    from collections.abc import Mapping

NETWORK_INPUTS: Final = frozenset({
    "elasticsearch", "forward", "http", "mqtt", "opentelemetry", "splunk", "syslog", "tcp", "udp", "unix_socket",
})  # fmt: skip
OTHER_INPUTS: Final = frozenset({"docker_events", "exec", "head", "kafka", "kmsg", "kubernetes_events", "stdin"})
"""They read logs too. What is in neither, nor tail or systemd, reads no logs: metrics, made-up records."""

OUTPUTS: Final[Mapping[str, OutputKind]] = {
    "counter": OutputKind.NOWHERE,
    "es": OutputKind.ELASTICSEARCH,
    "exit": OutputKind.NOWHERE,
    "file": OutputKind.FILE,
    "flowcounter": OutputKind.NOWHERE,
    "forward": OutputKind.FORWARD,
    "http": OutputKind.HTTP,
    "kafka": OutputKind.KAFKA,
    "loki": OutputKind.LOKI,
    "null": OutputKind.NOWHERE,
    "opensearch": OutputKind.ELASTICSEARCH,
    "opentelemetry": OutputKind.OTLP_HTTP,
    "plot": OutputKind.NOWHERE,
    "splunk": OutputKind.HTTP,
    "stdout": OutputKind.NOWHERE,
    "syslog": OutputKind.SYSLOG_UDP,
}
"""Any other: ``OutputKind.OTHER``."""

WITH_TLS: Final = frozenset({
    "datadog", "es", "forward", "gelf", "http", "loki", "opensearch", "opentelemetry", "splunk", "syslog", "tcp",
    "websocket",
})  # fmt: skip
"""Outputs that speak TLS only where ``tls`` says so. The others are Kafka, or always do."""

LOCAL_BY_DEFAULT: Final = WITH_TLS - {"datadog"}
"""Their ``Host`` is 127.0.0.1 where none is written."""

UNACKNOWLEDGED: Final = frozenset({"gelf", "tcp", "udp", "websocket"})
METRICS_OUTPUTS: Final = frozenset({"influxdb", "prometheus_exporter", "prometheus_remote_write", "statsd"})
"""They take no logs."""
