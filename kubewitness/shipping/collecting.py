"""A collector node, planned: rsyslog that keeps the logs of others, through the transaction of a shipper. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from kubewitness.probe.shippers import LogShippers
from kubewitness.rollout.outcome import Refusal
from kubewitness.shippers.model import Program
from kubewitness.shippers.rsyslog.collector import STATE_DIR, CollectorNode, render
from kubewitness.shippers.shipment import TlsFiles, Unsafe
from kubewitness.shipping.plan import Prepared, missing_of_rsyslog, rendered_files, secret_files

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kubewitness.observed import ApiServer

_FOLDER: Final = "/etc/kubewitness/collector"
TLS: Final = TlsFiles(f"{_FOLDER}/ca.pem", f"{_FOLDER}/server.pem", f"{_FOLDER}/server-key.pem")


@dataclass(frozen=True, slots=True)
class CollectorWish:
    """What the inventory asks of a collector node. ``secrets``: path on the node -> text, of certificates and keys."""

    node: CollectorNode
    secrets: Mapping[str, str]
    install: bool


def prepare_collector(server: ApiServer, wish: CollectorWish) -> Prepared | Refusal:
    """Render it and list its files; or say why not."""
    rendered = render(wish.node)
    if isinstance(rendered, Unsafe):
        return Refusal((f"{server.name}: {rendered.reason}",))
    installed = (server.reading.shippers or LogShippers((), ())).of(Program.RSYSLOG)
    missing = tuple(missing_of_rsyslog(server.name, rendered, installed))
    if missing:
        return Refusal(missing)
    return Prepared(
        rendered=rendered,
        files=(*secret_files(wish.secrets, rendered), *rendered_files(rendered)),
        audit_log="",
        gives_way=(),
        also=(),
        reasons=(),
        notes=rendered.notes,
        folders=((STATE_DIR, 0o700), (wish.node.folder, 0o750)),
    )
