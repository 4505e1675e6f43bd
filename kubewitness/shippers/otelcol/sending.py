"""What most exporters share: a queue, batches, tries without and with end, TLS. Pure.

Defaults are those of 0.158: https://github.com/open-telemetry/opentelemetry-collector/tree/v0.158.0/exporter/exporterhelper
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from kubewitness.model import Reason, Unread
from kubewitness.shippers.model import Checkpoint, Queue, QueueKind, Setting, Tls, WhenFull
from kubewitness.shippers.otelcol.components import storage
from kubewitness.shippers.settings import instead, seconds, switch, whole, word
from kubewitness.shippers.yamltree import Table

if TYPE_CHECKING:
    from kubewitness.shippers.otelcol.components import Surroundings
    from kubewitness.shippers.settings import Section

_QUEUE: Final = "sending_queue"


@dataclass(frozen=True, slots=True)
class QueueDefaults:
    """What an exporter's queue is when nothing is written. ``batch_bytes``: of its largest batch; 0: no limit."""

    size: int = 1000
    blocks: bool = False
    batch_bytes: int = 0


def queue(section: Section, defaults: QueueDefaults, around: Surroundings) -> Queue:
    """Its ``sending_queue``: in memory, unless a storage is named or it is switched off."""
    enabled = section.setting(f"{_QUEUE}.enabled", switch, default=True, written="true")
    if isinstance(enabled, Setting) and not enabled.value:
        return Queue(Setting(enabled.name, QueueKind.NONE, enabled.written, enabled.place))
    path = f"{_QUEUE}.storage"
    kept, folder = storage(section, path, around)
    kind = QueueKind.DISK if kept.value is Checkpoint.DISK else QueueKind.MEMORY
    blocks = section.setting(f"{_QUEUE}.block_on_overflow", switch, defaults.blocks, str(defaults.blocks).lower())
    size = section.setting(f"{_QUEUE}.queue_size", whole, defaults.size, str(defaults.size))
    sizer = section.text(f"{_QUEUE}.sizer") or "requests"
    return Queue(
        Setting(path, kind, kept.written, kept.place),
        when_full=instead(blocks, lambda value: WhenFull.BLOCK if value else WhenFull.DROP),
        limit=Setting(size.name, f"{size.value} {sizer}", size.written, size.place)
        if isinstance(size, Setting)
        else None,
        limit_bytes=size.value if isinstance(size, Setting) and sizer == "bytes" else None,
        state_dir=folder,
    )


def waits(section: Section) -> bool:
    """Whether the exporter answers the receiver only when the other end has the records."""
    enabled = section.setting(f"{_QUEUE}.enabled", switch, default=True, written="true")
    if isinstance(enabled, Setting) and not enabled.value:
        return True
    waiting = section.setting(f"{_QUEUE}.wait_for_result", switch, default=False, written="false")
    return isinstance(waiting, Setting) and waiting.value


def batch_limit(section: Section, defaults: QueueDefaults) -> Setting[int | None] | Unread:
    """Bytes of the largest record that a batch takes: a larger one is dropped, not sent alone.

    Source: https://github.com/open-telemetry/opentelemetry-collector/blob/v0.158.0/exporter/exporterhelper/internal/queuebatch/logs_batch.go
    """
    path = f"{_QUEUE}.batch.max_size"
    nothing: Setting[int | None] = Setting(path, defaults.batch_bytes or None, "no limit")
    if not isinstance(section.value(f"{_QUEUE}.batch"), Table):
        return nothing
    size = section.setting(path, whole, defaults.batch_bytes, "no limit")
    own, general = section.text(f"{_QUEUE}.batch.sizer"), section.text(f"{_QUEUE}.sizer")
    sizer = own or general or ("bytes" if defaults.batch_bytes else "items")
    if isinstance(size, Unread) or sizer != "bytes":
        return size if isinstance(size, Unread) else Setting(path, None, size.written, size.place)
    return Setting(path, size.value or None, size.written, size.place)


def gives_up(section: Section) -> Setting[str | None] | Unread:
    """``retry_on_failure``: after five minutes by default.

    Source: https://github.com/open-telemetry/opentelemetry-collector/blob/v0.158.0/config/configretry/backoff.go
    """
    enabled = section.setting("retry_on_failure.enabled", switch, default=True, written="true")
    if isinstance(enabled, Unread):
        return enabled
    if not enabled.value:
        return Setting(enabled.name, "at once", enabled.written, enabled.place)
    longest = section.setting("retry_on_failure.max_elapsed_time", seconds, 300.0, "5m")
    after = f"after {longest.written}" if isinstance(longest, Setting) else ""
    return instead(longest, lambda value: after if value > 0 else None)


def tls(section: Section, path: str = "tls") -> Setting[Tls] | Unread:
    """Of a connection that is encrypted: whether the other end is verified. Its name is, wherever it is at all.

    Source: https://github.com/open-telemetry/opentelemetry-collector/tree/v0.158.0/config/configtls
    """
    skips = section.setting(f"{path}.insecure_skip_verify", switch, default=False, written="false")
    return instead(skips, lambda value: Tls.UNVERIFIED if value else Tls.VERIFIED)


def tls_of_url(section: Section, path: str) -> Setting[Tls] | Unread:
    """Of a connection to the URL at ``path``."""
    written = section.scalar(path)
    if written is None:
        return Unread(Reason.NOT_OBSERVED, f"{path} is not set")
    if written.text.startswith("http://"):
        return Setting(path, Tls.OFF, written.text.split("://")[0] + "://", written.place)
    if written.text.startswith("${"):
        return Unread(Reason.NOT_OBSERVED, f"{path} is {written.text[:80]}, which is set elsewhere")
    return tls(section)


def tls_of_host(section: Section, path: str, *, encrypted: bool = True) -> Setting[Tls] | Unread:
    """Of a connection to a host without a scheme. ``encrypted``: so where no ``tls`` is written at all."""
    if section.value(path) is None and not encrypted:
        return Setting(path, Tls.OFF, "not set")
    plain = section.setting(f"{path}.insecure", switch, default=False, written="false")
    if isinstance(plain, Unread):
        return plain
    return Setting(plain.name, Tls.OFF, plain.written, plain.place) if plain.value else tls(section, path)


def client_certificate(section: Section, path: str = "tls") -> Setting[bool]:
    """Whether it shows a certificate of its own."""
    for key in ("cert_file", "cert_pem"):
        name = f"{path}.{key}"
        if section.scalar(name) is not None:
            written = section.setting(name, word, "", "")
            place = section.place(name)
            return Setting(
                name, True, written.value if isinstance(written, Setting) and key == "cert_file" else key, place
            )
    return Setting(f"{path}.cert_file", False, "not set")
