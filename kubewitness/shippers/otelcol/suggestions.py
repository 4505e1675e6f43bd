"""What to write instead, as the Collector reads it: rule -> text. Capitals stand for what only the reader knows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

SUGGESTIONS: Final[Mapping[str, str]] = {
    "SH001": 'include: ["{path}"]',
    "SH002": "start_at: beginning",
    "SH003": "storage: file_storage/positions  # an extension, listed under service.extensions",
    "SH005": "max_log_size: 8MiB",
    "SH006": "otelcol --feature-gates=stanza.synchronousLogEmitter",
    "SH007": "retry_on_failure:\n  enabled: true\n  max_elapsed_time: 0",
    "SH008": "sending_queue:\n  storage: file_storage/queue\n  sizer: bytes\n"
    "  queue_size: 1073741824\n  block_on_overflow: true",
    "SH008 processor": "sending_queue:\n  batch:  # of the exporter, not of the processor\n    flush_timeout: 200ms",
    "SH009": "sending_queue:\n  block_on_overflow: true",
    "SH011": "retry_on_failure:\n  enabled: true\n  max_elapsed_time: 0",
    "SH012": "endpoint: https://HOST",
    "SH013": "tls:\n  ca_file: FILE\n  insecure_skip_verify: false",
    "SH015": "tls:\n  cert_file: FILE\n  key_file: FILE",
    "SH010": "sending_queue:\n  sizer: bytes\n  queue_size: 1073741824",
    "SH016": "producer:\n  required_acks: all",
    "SH016 network": "",
    "SH019": "producer:\n  max_message_bytes: 8519680",
    "SH019 sending_queue.batch.max_size": "sending_queue:\n  batch:\n    max_size: 8454144",
    "SH019 max_event_size": "max_event_size: 8454144",
    "SH020": "exporters: [otlp_http]",
    "SH023": "directory: /var/lib/otelcol",
}
