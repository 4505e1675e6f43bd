"""How sure an output of rsyslog is of whom it speaks to. Pure.

Sources: https://www.rsyslog.com/doc/v8-stable/concepts/ns_ossl.html,
https://www.rsyslog.com/doc/v8-stable/configuration/modules/omrelp.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kubewitness.model import Unread
from kubewitness.shippers.model import Setting, Tls
from kubewitness.shippers.rsyslog.parameters import Parameters, binary, either, number

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kubewitness.shippers.rsyslog.gather import Gathered
    from kubewitness.shippers.rsyslog.syntax import Parameter


def of_relp(parameters: Parameters) -> Setting[Tls] | Unread:
    """TLS is off unless ``tls`` is on; without ``tls.authMode`` any certificate will do, and none."""
    switch = parameters.setting("tls", binary, False, "off")
    if isinstance(switch, Unread):
        return switch
    if not switch.value:
        return Setting("tls", Tls.OFF, switch.written, switch.place)
    levels = {"name": Tls.VERIFIED, "fingerprint": Tls.VERIFIED, "certvalid": Tls.ANY_NAME}
    return parameters.setting("tls.authMode", lambda text: levels.get(text.lower()), Tls.UNVERIFIED, "none")


def of_stream(parameters: Parameters, found: Gathered) -> Setting[Tls] | Unread:
    """Of omfwd: a stream driver that can do TLS, switched on by its mode, and told what to compare."""
    name, held = either(("StreamDriver", parameters), ("DefaultNetstreamDriver", found.everywhere))
    driver = held.setting(name, str, "ptcp", "ptcp")
    mode = parameters.setting("StreamDriverMode", number, 0, "0")
    if isinstance(driver, Unread):
        return driver
    if isinstance(mode, Unread):
        return mode
    if driver.value.lower() not in {"gtls", "ossl", "mbedtls"}:
        return Setting(driver.name, Tls.OFF, driver.written, driver.place)
    if mode.value != 1:
        return Setting(mode.name, Tls.OFF, mode.written, mode.place)
    levels = {"x509/name": Tls.VERIFIED, "x509/fingerprint": Tls.VERIFIED, "x509/certvalid": Tls.ANY_NAME}
    levels["anon"] = Tls.UNVERIFIED
    return parameters.setting("StreamDriverAuthMode", lambda text: levels.get(text.lower()), Tls.UNVERIFIED, "anon")


def of_http(parameters: Parameters, urls: tuple[str, ...]) -> Setting[Tls] | Unread:
    """Of omelasticsearch: https by the URL or ``useHttps``; libcurl compares chain and name unless told not to."""
    https = parameters.setting("useHttps", binary, False, "off")
    if isinstance(https, Unread):
        return https
    if not https.value and not (urls and all(url.startswith("https:") for url in urls)):
        return Setting("useHttps", Tls.OFF, https.written, https.place)
    for name, level in (("allowUnsignedCerts", Tls.UNVERIFIED), ("skipVerifyHost", Tls.ANY_NAME)):
        careless = parameters.setting(name, binary, False, "off")
        if isinstance(careless, Setting) and careless.value:
            return Setting(name, level, careless.written, careless.place)
    return Setting("useHttps", Tls.VERIFIED, https.written, https.place)


def of_kafka(options: Mapping[str, Parameter]) -> Setting[Tls]:
    """Of omkafka, by librdkafka's properties in ``confParam``.

    Since librdkafka 2.0 the name is compared by default. Source:
    https://github.com/confluentinc/librdkafka/blob/v2.0.2/CONFIGURATION.md
    """
    protocol = options.get("security.protocol")
    if protocol is None or protocol.values[0].lower() not in {"ssl", "sasl_ssl"}:
        written = protocol.values[0] if protocol else "plaintext"
        return Setting("security.protocol", Tls.OFF, written, protocol.place if protocol else None)
    careless = {
        ("enable.ssl.certificate.verification", "false"): Tls.UNVERIFIED,
        ("ssl.endpoint.identification.algorithm", "none"): Tls.ANY_NAME,
    }
    for (name, value), level in careless.items():
        option = options.get(name)
        if option and option.values[0].lower() == value:
            return Setting(name, level, value, option.place)
    return Setting("security.protocol", Tls.VERIFIED, protocol.values[0], protocol.place)


def certificate(name: str, parameters: Parameters) -> Setting[bool]:
    """Whether it shows a certificate of its own, by the parameter that names its file."""
    found = parameters.find(name.lower())
    return Setting(name, found is not None, found.values[0] if found else "", found.place if found else None)
