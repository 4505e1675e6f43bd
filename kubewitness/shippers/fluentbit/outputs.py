"""How a Fluent Bit output sends, and when it gives up. Pure.

Defaults: https://docs.fluentbit.io/manual/administration/transport-security and
https://docs.fluentbit.io/manual/administration/scheduling-and-retries (5.1).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from kubewitness.model import Reason, Unread
from kubewitness.shippers.fluentbit.plugins import LOCAL_BY_DEFAULT, OUTPUTS, UNACKNOWLEDGED, WITH_TLS
from kubewitness.shippers.fluentbit.sections import switch, word
from kubewitness.shippers.model import Output, OutputKind, Setting, Tls
from kubewitness.shippers.settings import instead, whole, without_credentials

if TYPE_CHECKING:
    from kubewitness.shippers.fluentbit.sections import Section

_LOOPBACK: Final = re.compile(r"(?:127\.[\d.]+|localhost|::1|\[::1\])(?::\d+)?")
_KAFKA_BYTES: Final = 1_000_000
"""librdkafka's message.max.bytes: https://github.com/confluentinc/librdkafka/blob/v2.4.0/CONFIGURATION.md"""
_KAFKA_PATIENCE: Final = 300_000
"""librdkafka's message.timeout.ms. Fluent Bit takes a chunk for sent once librdkafka has it."""
_SYSLOG_BYTES: Final = 2048
_VERIFIES_OFF: Final = "rdkafka.enable.ssl.certificate.verification"


def output_of(section: Section, name: str, service: Section | None) -> Output:
    """Where it sends to, how, and for how long it tries."""
    plugin = section.plugin
    mode = section.text("mode").lower()
    kind = OUTPUTS.get(plugin, OutputKind.OTHER)
    if plugin == "syslog" and mode in {"tcp", "tls"}:
        kind = OutputKind.SYSLOG_TCP
    address, local = _address(section)
    stays = kind in {OutputKind.FILE, OutputKind.NOWHERE}
    kafka = kind is OutputKind.KAFKA
    return Output(
        name,
        kind,
        section.place,
        address=address,
        local=local or stays,
        tls=None if stays else _kafka_tls(section) if kafka else _tls(section, mode),
        client_certificate=_client_certificate(section, mode),
        acknowledged=_acknowledged(section, kind),
        gives_up=None if stays else _kafka_patience(section) if kafka else _gives_up(section, service),
        message_limit=_limit(section, kind),
    )


def _address(section: Section) -> tuple[str, bool]:
    """Host and port without credentials, and whether that is this machine."""
    if section.plugin == "kafka":
        brokers = section.text("brokers")
        return without_credentials(brokers), bool(brokers) and all(map(_LOOPBACK.fullmatch, brokers.split(",")))
    host = section.text("host")
    if not host:
        elsewhere = section.entry("upstream") is not None or section.plugin not in LOCAL_BY_DEFAULT
        return ("", False) if elsewhere else ("127.0.0.1", True)
    return without_credentials(f"{host}:{section.text('port')}".rstrip(":")), bool(_LOOPBACK.fullmatch(host))


def _tls(section: Section, mode: str) -> Setting[Tls] | Unread | None:
    if section.plugin not in WITH_TLS:
        return None  # Amazon's, Google's and Azure's speak TLS whatever is written
    if section.entry("upstream") is not None:
        return Unread(Reason.NOT_OBSERVED, "the nodes are in the file that Upstream names")
    if section.plugin in {"syslog", "gelf"} and section.entry("tls") is None:
        written = section.entry("mode")
        encrypted = mode in {"tls", "dtls"}
        on: Setting[bool] | Unread = Setting("mode", encrypted, mode or "udp", written.place if written else None)
    else:
        on = section.setting("tls", switch, default=False, written="off")
    if isinstance(on, Unread) or not on.value:
        return on if isinstance(on, Unread) else Setting(on.name, Tls.OFF, on.written, on.place)
    return _verified(section)


def _verified(section: Section) -> Setting[Tls] | Unread:
    verify = section.setting("tls.verify", switch, default=True, written="on")
    if isinstance(verify, Unread) or not verify.value:
        return instead(verify, lambda _: Tls.UNVERIFIED)
    name = section.setting("tls.verify_hostname", switch, default=False, written="off")
    return instead(name, lambda value: Tls.VERIFIED if value else Tls.ANY_NAME)


def _kafka_tls(section: Section) -> Setting[Tls] | Unread:
    protocol = section.setting("rdkafka.security.protocol", word, "plaintext", "plaintext")
    if isinstance(protocol, Unread) or "ssl" not in protocol.value.lower():
        return instead(protocol, lambda _: Tls.OFF)
    verify = section.setting(_VERIFIES_OFF, switch, default=True, written="true")
    if isinstance(verify, Unread) or not verify.value:
        return instead(verify, lambda _: Tls.UNVERIFIED)
    names = section.setting("rdkafka.ssl.endpoint.identification.algorithm", word, "https", "https")
    return instead(names, lambda value: Tls.ANY_NAME if value.lower() == "none" else Tls.VERIFIED)


def _client_certificate(section: Section, mode: str) -> Setting[bool] | None:
    key = "rdkafka.ssl.certificate.location" if section.plugin == "kafka" else "tls.crt_file"
    encrypted = switch(section.text("tls")) or mode == "tls" or section.plugin == "kafka"
    if not encrypted:
        return None
    found = section.entry(key)
    if found is None:
        return Setting(key, False, "not set")
    return Setting(found.name, True, found.value, found.place)


def _acknowledged(section: Section, kind: OutputKind) -> Setting[bool] | Unread | None:
    if kind is OutputKind.FORWARD:
        return section.setting("Require_ack_response", switch, default=False, written="off")
    if kind in {OutputKind.SYSLOG_TCP, OutputKind.SYSLOG_UDP} or section.plugin in UNACKNOWLEDGED:
        found = section.entry("name")
        return Setting("Name", False, section.plugin, found.place if found else None)
    return None


def _gives_up(section: Section, service: Section | None) -> Setting[str | None] | Unread:
    keeps = service is not None and switch(service.text("storage.keep.rejected")) is True
    limit = section.setting("Retry_Limit", _tries, "after 1 retry", "1")
    return instead(limit, lambda value: None if keeps or value == _FOR_EVER else value)


_FOR_EVER: Final = "never"


def _tries(text: str) -> str | None:
    word_ = text.lower()
    if word_ in {"false", "no_limits", "off"}:
        return _FOR_EVER
    if word_ == "no_retries":
        return "at once"
    number = whole(text)
    if number is None:
        return None
    return f"after {number} retr{'y' if number == 1 else 'ies'}" if number >= 1 else _FOR_EVER


def _kafka_patience(section: Section) -> Setting[str | None] | Unread:
    limit = section.setting("rdkafka.message.timeout.ms", whole, _KAFKA_PATIENCE, str(_KAFKA_PATIENCE))
    return instead(limit, lambda value: f"after {value / 1000:g} seconds" if value else None)


def _limit(section: Section, kind: OutputKind) -> Setting[int | None] | Unread | None:
    if kind is OutputKind.KAFKA:
        most = section.setting("rdkafka.message.max.bytes", whole, _KAFKA_BYTES, str(_KAFKA_BYTES))
        return instead(most, lambda size: size)
    if section.plugin == "syslog":
        most = section.setting("syslog_maxsize", whole, _SYSLOG_BYTES, str(_SYSLOG_BYTES))
        return instead(most, lambda size: size or _SYSLOG_BYTES)
    return None
