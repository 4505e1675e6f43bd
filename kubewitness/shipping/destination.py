"""Where logs go, as the inventory says it: host data ``log_destination``, a URL. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from urllib.parse import SplitResult, urlsplit

from kubewitness.errors import KubewitnessError
from kubewitness.shippers.shipment import Kafka, OpenSearch, OtlpHttp, Relp, Syslog, TlsFiles

if TYPE_CHECKING:
    from kubewitness.shippers.shipment import Destination

FORMS: Final = (
    "relp://HOST:PORT, syslog+tls://HOST:PORT, otlp+https://HOST/PATH, kafka://HOST:PORT,HOST:PORT/TOPIC"
    " or opensearch+https://HOST/INDEX"
)
_HOST: Final = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?|\[[0-9A-Fa-f:.]+\]")
_BROKER: Final = re.compile(rf"(?:{_HOST.pattern}):\d{{1,5}}")
_TOPIC: Final = re.compile(r"[A-Za-z0-9._-]{1,249}")
_INDEX: Final = re.compile(r"[a-z0-9][a-z0-9._-]{0,200}")
_PATH: Final = re.compile(r"[A-Za-z0-9._~/%-]*")
_LOOPBACK: Final = frozenset({"127.0.0.1", "localhost", "[::1]"})


@dataclass(frozen=True, slots=True)
class Secrets:
    """Where the node has what the other end asks for. ``tls``: ``None``: no certificates were given."""

    tls: TlsFiles | None
    token_file: str = ""


def parse_destination(url: str, where: str, *, name: str, secrets: Secrets) -> Destination:
    """The destination that ``url`` names. ``name``: what the other end's certificate must say; empty: the URL's host.

    ``where``: of the URL, for errors. Raises KubewitnessError; what stands before an @ in a URL is never in it.
    """
    try:
        parts = urlsplit(url)
        port = parts.port if parts.scheme != "kafka" else None
    except ValueError as error:
        raise KubewitnessError(f"{where}: log_destination is no URL: use {FORMS}") from error
    if "@" in url:
        raise KubewitnessError(
            f"{where}: log_destination holds credentials: name files instead: log_tls_key, log_token_file"
        )
    if parts.query or parts.fragment:
        raise KubewitnessError(f"{where}: log_destination {_shown(url)}: no ? and no # in it: use {FORMS}")
    match parts.scheme:
        case "relp" | "syslog+tls":
            return _syslog(parts, port, where, name, secrets)
        case "otlp+http" | "otlp+https":
            return _otlp(parts, where, name, secrets)
        case "kafka":
            return _kafka(parts, where, secrets)
        case "opensearch+http" | "opensearch+https":
            return _opensearch(parts, where, secrets)
    raise KubewitnessError(f"{where}: log_destination {_shown(url)}: use {FORMS}")


def _syslog(parts: SplitResult, port: int | None, where: str, name: str, secrets: Secrets) -> Relp | Syslog:
    host = _host(parts, where)
    if port is None or parts.path.strip("/"):
        raise KubewitnessError(f"{where}: log_destination {_shown(parts.geturl())}: write {parts.scheme}://HOST:PORT")
    tls = _certificates(secrets, where, parts.scheme)
    if parts.scheme == "relp":
        if not (tls.certificate and tls.key):
            raise KubewitnessError(
                f"{where}: a collector node lets nobody in without a certificate: set log_tls_cert and log_tls_key"
            )
        return Relp(host.strip("[]"), port, name or host, tls)
    return Syslog(host.strip("[]"), port, name or host, tls)


def _otlp(parts: SplitResult, where: str, name: str, secrets: Secrets) -> OtlpHttp:
    _host(parts, where)
    if not parts.path.strip("/"):
        raise KubewitnessError(
            f"{where}: log_destination {_shown(parts.geturl())}: write the whole path of the logs, as"
            " /insert/opentelemetry/v1/logs (VictoriaLogs) or /otlp/v1/logs (Loki)"
        )
    if name:
        raise KubewitnessError(f"{where}: log_destination_name: an https compares the URL's own host: leave it out")
    scheme = parts.scheme.partition("+")[2]
    return OtlpHttp(
        f"{scheme}://{parts.netloc}{parts.path}", _http_tls(parts, scheme, where, secrets), secrets.token_file
    )


def _kafka(parts: SplitResult, where: str, secrets: Secrets) -> Kafka:
    brokers, topic = parts.netloc.split(","), parts.path.strip("/")
    if not all(_BROKER.fullmatch(broker) for broker in brokers) or not _TOPIC.fullmatch(topic):
        raise KubewitnessError(
            f"{where}: log_destination {_shown(parts.geturl())}: write kafka://HOST:PORT,HOST:PORT/TOPIC"
        )
    return Kafka(tuple(brokers), topic, _certificates(secrets, where, "kafka"))


def _opensearch(parts: SplitResult, where: str, secrets: Secrets) -> OpenSearch:
    _host(parts, where)
    index = parts.path.strip("/")
    if not _INDEX.fullmatch(index):
        raise KubewitnessError(
            f"{where}: log_destination {_shown(parts.geturl())}: write opensearch+https://HOST:PORT/INDEX"
        )
    scheme = parts.scheme.partition("+")[2]
    return OpenSearch((f"{scheme}://{parts.netloc}",), index, _http_tls(parts, scheme, where, secrets))


def _http_tls(parts: SplitResult, scheme: str, where: str, secrets: Secrets) -> TlsFiles | None:
    if scheme == "https":
        return _certificates(secrets, where, parts.scheme)
    if _host(parts, where) not in _LOOPBACK:
        raise KubewitnessError(f"{where}: log_destination: http lets all on the way read along: use {parts.scheme}s")
    return None


def _certificates(secrets: Secrets, where: str, scheme: str) -> TlsFiles:
    if secrets.tls is None:
        raise KubewitnessError(
            f"{where}: {scheme}: no certificate authority: set log_tls_ca to a file in PEM, with which the other end's"
            " certificate is checked"
        )
    return secrets.tls


def _host(parts: SplitResult, where: str) -> str:
    host = parts.netloc if parts.port is None else parts.netloc.rpartition(":")[0]
    if not _HOST.fullmatch(host) or not _PATH.fullmatch(parts.path):
        raise KubewitnessError(f"{where}: log_destination {_shown(parts.geturl())}: use {FORMS}")
    return host


def _shown(url: str) -> str:
    return repr(url if len(url) < 200 else url[:200] + "…")
