"""What to write instead, as Filebeat reads it: rule -> text. Capitals stand for what only the reader knows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

SUGGESTIONS: Final[Mapping[str, str]] = {
    "SH001": 'paths: ["{path}"]',
    "SH002": "seek: head",
    "SH003": "path.data: /var/lib/filebeat",
    "SH004": "filebeat.registry.flush: 0s",
    "SH005": "message_max_bytes: 10485760",
    "SH008": "queue.disk:\n  max_size: 1GB",
    "SH011": "max_retries: -1",
    "SH012": "ssl.enabled: true",
    "SH013": "ssl.verification_mode: full",
    "SH014": "ssl.verification_mode: full",
    "SH015": "ssl.certificate: FILE\nssl.key: FILE",
    "SH019": "max_message_bytes: 8388608",
    "SH023": "path.data: /var/lib/filebeat",
}
