"""SH012 to SH015: who may read along, and who may be at the other end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from kubewitness.model import Severity, Unread
from kubewitness.shippers.model import Setting, Tls
from kubewitness.shippers.rules.rule import Found, ShipperRule, shipper_rule
from kubewitness.shippers.rules.subject import Served, outputs, said

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kubewitness.shippers.model import Configuration

_SYSLOG_TLS: Final = "https://www.rfc-editor.org/rfc/rfc5425#section-4.2"
_TLS: Final = "https://www.rfc-editor.org/rfc/rfc9325"
_NAMES: Final = "https://www.rfc-editor.org/rfc/rfc9525"


def _remote(configuration: Configuration) -> list[Served]:
    return [served for served in outputs(configuration) if not served.output.local]


def _at(configuration: Configuration, level: Tls, message: str, severity: Severity) -> Iterator[Found]:
    for served in _remote(configuration):
        setting = served.output.tls
        if isinstance(setting, Setting) and setting.value is level:
            yield served.found(setting, f"{said(setting)}: {message}", severity)


@shipper_rule("SH012", "records cross the network in the clear", Severity.HIGH, source=_TLS)
def has_no_tls(configuration: Configuration) -> Iterator[Found]:
    """Whoever is on the way reads who did what in the cluster.

    That has the bodies that the policy records; they can change or remove it unseen.
    """
    yield from _at(configuration, Tls.OFF, "records cross the network in the clear", Severity.HIGH)
    for served in _remote(configuration):
        if isinstance(served.output.tls, Unread):
            yield served.unknown("whether it speaks TLS, and with whom", served.output.tls)


@shipper_rule("SH013", "the other end's certificate is not verified", Severity.HIGH, source=_SYSLOG_TLS)
def is_not_verified(configuration: Configuration) -> Iterator[Found]:
    """Any certificate will do, so anybody on the way can be the other end: encrypted, and to the wrong one."""
    yield from _at(configuration, Tls.UNVERIFIED, "anybody on the way can be the other end", Severity.HIGH)


@shipper_rule("SH014", "the other end's name is not compared", Severity.MEDIUM, source=_NAMES)
def compares_no_name(configuration: Configuration) -> Iterator[Found]:
    """Whoever holds any certificate of the same authority can be the other end: another node, say."""
    text = "any certificate of a trusted authority will do, whoever holds it"
    yield from _at(configuration, Tls.ANY_NAME, text, Severity.MEDIUM)


@shipper_rule("SH015", "it shows no certificate of its own", Severity.INFO, source=_SYSLOG_TLS)
def shows_no_certificate(configuration: Configuration) -> Iterator[Found]:
    """A receiver that takes records from anybody takes forged ones too.

    A password or a token serves as well: then this is as it should be.
    """
    for served in _remote(configuration):
        shown, tls = served.output.client_certificate, served.output.tls
        if shown is not None and not shown.value and isinstance(tls, Setting) and tls.value is not Tls.OFF:
            yield served.found(shown, f"{said(shown)}: it shows no certificate of its own", Severity.INFO)


RULES: Final[tuple[ShipperRule[Configuration], ...]] = (
    has_no_tls,
    is_not_verified,
    compares_no_name,
    shows_no_certificate,
)
