"""What one node is to ship, from the standard, the inventory and what was observed of it. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from kubewitness.model import Unread
from kubewitness.nodestandard import UNITS
from kubewitness.observed import Broken
from kubewitness.shippers.rules.globs import widened
from kubewitness.shippers.shipment import FileLog, JournalLog, Log, Shipment, TlsFiles

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kubewitness.nodestandard import ShippingStandard
    from kubewitness.observed import ApiServer
    from kubewitness.shippers.model import Program
    from kubewitness.shippers.shipment import Destination
    from kubewitness.shipping.service import Program as Executable

FOLDER: Final = "/etc/kubewitness/shipper"
TLS: Final = TlsFiles(f"{FOLDER}/ca.pem", f"{FOLDER}/client.pem", f"{FOLDER}/client-key.pem")
TOKEN: Final = f"{FOLDER}/token"

CONTAINERS: Final = FileLog(Log.CONTAINERS, ("/var/log/pods/*/*/*.log*",), ("/var/log/pods/*/*/*.gz",))
"""The kubelet renames a full log to ``0.log.20261121-235000``, and compresses it later."""
JOURNAL: Final = JournalLog(tuple(unit for units in UNITS.values() for unit in units), ("sudo",))


@dataclass(frozen=True, slots=True)
class Wish:
    """What the inventory and the standard ask of one node.

    ``secrets``: path on the node -> text, of certificates, keys and tokens. ``replace``: a shipper that reads the audit
    log already may be put aside. ``install``: packages of the distribution may be installed. ``executable``: to send;
    ``None``: the program has to be there.
    """

    program: Program
    destination: Destination
    secrets: Mapping[str, str]
    fields: Mapping[str, str]
    standard: ShippingStandard
    replace: bool
    install: bool
    executable: Executable | None


def state_dir(program: Program) -> str:
    """Where a program has its positions and queues. Not in our own folder, which is root's alone."""
    return f"/var/lib/kubewitness-{program}"


def audit_log_of(server: ApiServer) -> str | Unread | None:
    """The node's path of the audit log; ``None``: no API server here writes one to a file."""
    if isinstance(server.pod, Unread):
        return server.pod
    if isinstance(server.log_path, Unread):
        return server.log_path
    if isinstance(server.pod, Broken) or server.declared is None:
        return None
    if isinstance(server.declared.settings, Unread):
        return server.declared.settings
    return server.log_path.host_path if server.log_path else None


def shipment(wish: Wish, audit_log: str | None, distributions: tuple[str, ...]) -> Shipment:
    """What the program's configuration is rendered from."""
    audit = (FileLog(Log.AUDIT, (widened(audit_log),)),) if audit_log else ()
    return Shipment(
        logs=(*audit, CONTAINERS, JOURNAL),
        destination=wish.destination,
        fields={**wish.fields, "distribution": distributions[0] if distributions else "unknown"},
        queue_bytes=wish.standard.queue_mib << 20,
        state_dir=state_dir(wish.program),
        accept_loss=wish.standard.accept_loss,
    )
