"""The store that a host of the inventory names, and the way to it. Host data: ``log_store`` and what it needs."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from kubewitness.errors import KubewitnessError
from kubewitness.model import Reason, Unread
from kubewitness.stores.chosen import Access, store_of
from kubewitness.stores.looking import delivery_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pyinfra.api.host import Host

    from kubewitness.delivered import Delivery
    from kubewitness.observed import ApiServer

#: A token for every store that names no file of its own.
TOKEN_VARIABLE = "KUBEWITNESS_LOG_STORE_TOKEN"  # noqa: S105  the name of a variable


def look_into_store(
    of: Host, server: ApiServer, on_host: Callable[[str, str], Sequence[str] | Unread]
) -> Delivery | Unread | None:
    """What the store of ``of`` has of its audit log; ``None``: it names none.

    Host data: `log_store`, `log_store_ca` (a PEM file; else `log_tls_ca`), `log_store_token_file`; else the variable
    ``KUBEWITNESS_LOG_STORE_TOKEN``. ``on_host``: runs a script on another host of the inventory.
    """
    url = str(of.data.get("log_store") or "")
    if not url:
        return None
    try:
        authority = str(of.data.get("log_store_ca") or of.data.get("log_tls_ca") or "")
        access = Access(authority, _token(str(of.data.get("log_store_token_file") or "")), on_host)
        node = str(of.name).removeprefix("@tree/")
        store = store_of(url, str(of.name), cluster=server.cluster, node=node, access=access)
    except KubewitnessError as error:
        return Unread(Reason.PARSE, str(error))
    return delivery_of(store, server)


def _token(path: str) -> str:
    if not path:
        return os.environ.get(TOKEN_VARIABLE, "")
    try:
        return Path(path).read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise KubewitnessError(f"{path}: cannot be read: log_store_token_file names a file on this machine") from error
