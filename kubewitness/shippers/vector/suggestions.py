"""What to write instead, as Vector reads it: rule -> text. Capitals stand for what only the reader knows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

SUGGESTIONS: Final[Mapping[str, str]] = {
    "SH001": 'include: ["{path}"]',
    "SH002": "read_from: beginning",
    "SH002 since_now": "since_now: false",
    "SH003": "data_dir: /var/lib/vector",
    "SH005": "max_line_bytes: 8388608",
    "SH006": "acknowledgements:\n  enabled: true",
    "SH008": "buffer:\n  type: disk\n  max_size: 1073741824\n  when_full: block",
    "SH009": "buffer:\n  when_full: block",
    "SH011 message_timeout_ms": "message_timeout_ms: 86400000",
    "SH012": "tls:\n  enabled: true",
    "SH012 endpoint": "endpoint: https://HOST",
    "SH012 endpoints": 'endpoints: ["https://HOST"]',
    "SH012 uri": "uri: https://HOST",
    "SH013": "tls:\n  verify_certificate: true",
    "SH014": "tls:\n  verify_hostname: true",
    "SH015": "tls:\n  crt_file: FILE\n  key_file: FILE",
    "SH019": 'librdkafka_options:\n  message.max.bytes: "8388608"',
    "SH023": "data_dir: /var/lib/vector",
}
