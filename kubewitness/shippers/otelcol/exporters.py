"""What a collector's exporters do. Pure.

Defaults are those of 0.158: https://github.com/open-telemetry/opentelemetry-collector-contrib/tree/v0.158.0/exporter
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from kubewitness.model import Unread
from kubewitness.shippers.model import Output, OutputKind, Setting, Tls
from kubewitness.shippers.otelcol import sending
from kubewitness.shippers.settings import instead, switch, whole, without_credentials, word
from kubewitness.shippers.yamltree import scalars

if TYPE_CHECKING:
    from kubewitness.shippers.otelcol.components import Component, Surroundings

_PLAIN: Final = sending.QueueDefaults()
_ELASTICSEARCH: Final = sending.QueueDefaults(size=10, blocks=True, batch_bytes=5_000_000)
_URLS: Final = {"loki": OutputKind.LOKI, "splunkhec": OutputKind.HTTP, "otlphttp": OutputKind.OTLP_HTTP}


@dataclass(frozen=True, slots=True)
class Exported:
    """One exporter. ``waits``: it answers its input only when the other end has the records."""

    output: Output
    waits: bool


def exporter(component: Component, around: Surroundings) -> Exported:
    """Whatever the exporter is, as far as it is known."""
    match component.kind:
        case "otlphttp" | "loki" | "splunkhec":
            output = _url(component, around)
        case "otlp" | "otlpgrpc":
            output = _otlp_grpc(component, around)
        case "kafka":
            output = _kafka(component, around)
        case "elasticsearch":
            output = _elasticsearch(component, around)
        case "syslog":
            output = _syslog(component, around)
        case "file":
            path = component.section.text("path")
            output = Output(component.id, OutputKind.FILE, component.place, address=path, local=True)
        case "debug" | "nop" | "logging":
            output = Output(component.id, OutputKind.NOWHERE, component.place, local=True)
        case _:
            component.section.wonder(f"exporter {component.id}: not one that is judged here", component.place)
            output = replace(_sent(component, OutputKind.OTHER, around), acknowledged=None, message_limit=None)
    return Exported(output, waits=output.local or sending.waits(component.section))


def _sent(
    component: Component, kind: OutputKind, around: Surroundings, defaults: sending.QueueDefaults = _PLAIN
) -> Output:
    """What all that send have."""
    section = component.section
    return Output(
        component.id,
        kind,
        component.place,
        address=without_credentials(section.text("endpoint")),
        client_certificate=sending.client_certificate(section),
        acknowledged=Setting("acknowledged", True, "by its protocol"),
        gives_up=sending.gives_up(section),
        message_limit=sending.batch_limit(section, defaults),
        queue=sending.queue(section, defaults, around),
    )


def _url(component: Component, around: Surroundings) -> Output:
    section = component.section
    path = "logs_endpoint" if section.text("logs_endpoint") and component.kind == "otlphttp" else "endpoint"
    if not section.text(path):
        section.refuse(f"exporter {component.id}: endpoint is not set", component.place)
    output = replace(
        _sent(component, _URLS[component.kind], around),
        address=without_credentials(section.text(path)),
        tls=sending.tls_of_url(section, path),
    )
    if component.kind == "loki":
        section.wonder(f"exporter {component.id}: removed since 0.132; Loki takes otlp_http", component.place)
    if component.kind == "splunkhec":
        limit = section.setting("max_event_size", whole, 5 * 1024 * 1024, "5MiB")
        return replace(output, message_limit=_smaller(output.message_limit, limit))
    return output


def _otlp_grpc(component: Component, around: Surroundings) -> Output:
    section = component.section
    endpoint = section.text("endpoint")
    if not endpoint:
        section.refuse(f"exporter {component.id}: endpoint is not set", component.place)
    schemed = endpoint.startswith(("http://", "https://", "${"))
    verified = sending.tls_of_url(section, "endpoint") if schemed else sending.tls_of_host(section, "tls")
    return replace(_sent(component, OutputKind.OTLP_GRPC, around), tls=verified)


def _kafka(component: Component, around: Surroundings) -> Output:
    """Acknowledged: by every in-sync replica; by the leader alone, or by nobody, is no."""
    section = component.section
    acks = section.setting("producer.required_acks", word, "1", "1: the leader alone")
    limit = section.setting("producer.max_message_bytes", whole, 1_000_000, "1000000")
    path = "tls" if section.value("tls") is not None or section.value("auth.tls") is None else "auth.tls"
    sent = _sent(component, OutputKind.KAFKA, around)
    return replace(
        sent,
        address=", ".join(without_credentials(host.text) for host in scalars(section.value("brokers"))),
        tls=sending.tls_of_host(section, path, encrypted=False),
        client_certificate=sending.client_certificate(section, path),
        acknowledged=instead(acks, {"all", "-1"}.__contains__),
        message_limit=_smaller(sent.message_limit, limit),
        alters=_encoding(component),
    )


def _encoding(component: Component) -> Setting[str] | None:
    """A body of text leaves the ``raw`` encoding as a JSON string, quoted, without the fields of its resource.

    Source: https://github.com/open-telemetry/opentelemetry-collector-contrib/blob/v0.158.0/exporter/kafkaexporter/internal/marshaler/raw_marshaler.go
    """
    section = component.section
    path = "logs.encoding" if section.text("logs.encoding") else "encoding"
    if section.text(path) != "raw":
        return None
    return Setting(path, "each record becomes a JSON string, without its fields", "raw", section.place(path))


def _elasticsearch(component: Component, around: Surroundings) -> Output:
    """It has a ``retry`` of its own, which ends after two by default.

    Source: https://github.com/open-telemetry/opentelemetry-collector-contrib/blob/v0.158.0/exporter/elasticsearchexporter/README.md
    """
    section = component.section
    endpoints = list(scalars(section.value("endpoints")))
    path = "endpoint" if section.text("endpoint") or not endpoints else "endpoints"
    plain = next((item for item in endpoints if item.text.startswith("http://")), None)
    if plain is not None:
        verified: Setting[Tls] | Unread = Setting("endpoints", Tls.OFF, "http://", plain.place)
    else:
        verified = sending.tls_of_url(section, path) if path == "endpoint" else sending.tls(section)
    shown = [item.text for item in endpoints] or [section.text("endpoint")]
    return replace(
        _sent(component, OutputKind.ELASTICSEARCH, around, _ELASTICSEARCH),
        address=", ".join(without_credentials(text) for text in shown),
        tls=verified,
        gives_up=_retries(component),
    )


def _retries(component: Component) -> Setting[str | None] | Unread:
    enabled = component.section.setting("retry.enabled", switch, default=True, written="true")
    if isinstance(enabled, Setting) and not enabled.value:
        return Setting(enabled.name, "at once", enabled.written, enabled.place)
    tries = component.section.setting("retry.max_retries", whole, 2, "2")
    return instead(tries, lambda count: f"after {count or 2} tries")


def _syslog(component: Component, around: Surroundings) -> Output:
    """Nothing is acknowledged.

    Source: https://github.com/open-telemetry/opentelemetry-collector-contrib/tree/v0.158.0/exporter/syslogexporter
    """
    section = component.section
    udp = section.text("network").lower() == "udp"
    return replace(
        _sent(component, OutputKind.SYSLOG_UDP if udp else OutputKind.SYSLOG_TCP, around),
        tls=Setting("network", Tls.OFF, "udp", section.place("network"))
        if udp
        else sending.tls_of_host(section, "tls"),
        acknowledged=Setting("network", False, "syslog acknowledges nothing", section.place("network")),
    )


def _smaller(
    first: Setting[int | None] | Unread | None, second: Setting[int] | Unread
) -> Setting[int | None] | Unread | None:
    """The limit that is met first; what is not known comes before what is."""
    if isinstance(second, Unread) or not isinstance(first, Setting):
        return second if isinstance(second, Unread) else first
    own: Setting[int | None] = Setting(second.name, second.value, second.written, second.place)
    return own if first.value is None or second.value <= first.value else first
