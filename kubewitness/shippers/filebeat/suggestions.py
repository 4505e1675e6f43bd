"""What to write instead, as Filebeat reads it: rule -> text. Capitals stand for what only the reader knows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

SUGGESTIONS: Final[Mapping[str, str]] = {
    "SH001": 'paths: ["{path}"]',
    "SH002": "cursor_seek_fallback: head",
    "SH002 seek_to_tail": "seek_to_tail: false",
    "SH002 tail_files": "tail_files: false",
    "SH002 seek": "seek: cursor",
    "SH003": "path.data: /var/lib/filebeat",
    "SH004": "filebeat.registry.flush: 0s",
    "SH005": "message_max_bytes: 10485760",
    "SH005 max_bytes": "max_bytes: 10485760",
    "SH008": "queue.disk:\n  max_size: 1GB",
    "SH011": "max_retries: -1",
    "SH012": "ssl.enabled: true",
    "SH013": "ssl.verification_mode: full",
    "SH014": "ssl.verification_mode: full",
    "SH015": "ssl.certificate: FILE\nssl.key: FILE",
    "SH016": "required_acks: -1",
    "SH017 close.on_state_change.removed": "close.on_state_change.removed: false",
    "SH017 close_removed": "close_removed: false",
    "SH019": "max_message_bytes: 8454144",
    "SH023": "path.data: /var/lib/filebeat",
}
