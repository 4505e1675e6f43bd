"""Which store the inventory names, and how it is read: host data ``log_store``."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from kubewitness.errors import KubewitnessError
from kubewitness.shippers.rsyslog.collector import FOLDER
from kubewitness.stores.collectornode import CollectorFolder
from kubewitness.stores.http import Http
from kubewitness.stores.loki import Loki
from kubewitness.stores.victorialogs import VictoriaLogs

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from kubewitness.model import Unread
    from kubewitness.stores import Store

FORMS: Final = "collector://HOSTNAME, victorialogs+https://HOST:PORT or loki+https://HOST:PORT"
_LOOPBACK: Final = frozenset({"127.0.0.1", "localhost", "::1"})
_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


@dataclass(frozen=True, slots=True)
class Access:
    """What a store asks for. ``authority``: a PEM file on this machine; ``token``: a bearer token; empty: none.

    ``on_host``: runs a script on a host of the inventory: its name, the script -> the lines that it prints.
    """

    authority: str
    token: str
    on_host: Callable[[str, str], Sequence[str] | Unread]


def store_of(url: str, where: str, *, cluster: str, node: str, access: Access) -> Store:
    """The store at ``url``. ``where``: of the URL, for errors. Raises KubewitnessError, without credentials in it."""
    if "@" in url:
        raise KubewitnessError(f"{where}: log_store holds credentials: name a file instead: log_store_token_file")
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
        _ = parts.port
    except ValueError as error:
        raise KubewitnessError(f"{where}: log_store is no URL: use {FORMS}") from error
    kind, _, scheme = parts.scheme.partition("+")
    if not host or parts.query or parts.fragment or parts.path.strip("/") or not _is_known(kind, scheme):
        raise KubewitnessError(f"{where}: log_store {url[:200]!r}: use {FORMS}")
    if kind == "collector":
        if not (_NAME.fullmatch(cluster) and _NAME.fullmatch(node)):
            raise KubewitnessError(f"{where}: log_store: {cluster}/{node} is no folder of a collector node")
        return CollectorFolder(parts.netloc, FOLDER, cluster, node, lambda script: access.on_host(parts.netloc, script))
    if scheme == "http" and host not in _LOOPBACK:
        raise KubewitnessError(f"{where}: log_store: http lets all on the way read along: use {kind}+https")
    http = Http(f"{scheme}://{parts.netloc}", access.authority, access.token)
    return VictoriaLogs(http, cluster, node) if kind == "victorialogs" else Loki(http, cluster, node)


def _is_known(kind: str, scheme: str) -> bool:
    return (kind == "collector" and not scheme) or (kind in {"victorialogs", "loki"} and scheme in {"http", "https"})
