"""What to write instead, as Fluent Bit reads it: rule -> text. Capitals stand for what only the reader knows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

SUGGESTIONS: Final[Mapping[str, str]] = {
    "SH001": "Path {path}",
    "SH002": "Read_from_Head On",
    "SH002 read_from_tail": "Read_From_Tail Off",
    "SH003": "DB /var/lib/fluent-bit/NAME.db",
    "SH005": "Buffer_Max_Size 9M",
    "SH008": "storage.type filesystem  # and storage.path /var/lib/fluent-bit/queue under [SERVICE]",
    "SH009": "# no storage.total_limit_size: a full disk stops the input, the oldest chunk is not dropped",
    "SH011": "Retry_Limit no_limits",
    "SH011 rdkafka.message.timeout.ms": "rdkafka.message.timeout.ms 0",
    "SH012": "tls On",
    "SH012 mode": "Mode tls",
    "SH012 rdkafka.security.protocol": "rdkafka.security.protocol SSL",
    "SH013": "tls.verify On",
    "SH014": "tls.verify_hostname On",
    "SH015": "tls.crt_file FILE\ntls.key_file FILE",
    "SH016": "Require_ack_response On",
    "SH019 syslog_maxsize": "Syslog_Maxsize 8388608",
    "SH019": "rdkafka.message.max.bytes 8388608",
    "SH023": "DB /var/lib/fluent-bit/NAME.db",
}
