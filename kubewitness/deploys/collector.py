"""Where logs go for those who have no central store: a collector node."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyinfra import host, inventory
from pyinfra.api.deploy import deploy
from pyinfra.operations import apt

from kubewitness.content import read_standard
from kubewitness.deploys.shipper import is_set, read_file, service_run
from kubewitness.errors import KubewitnessError
from kubewitness.operations.refusing import refused
from kubewitness.operations.shipping import collector_node
from kubewitness.roles import is_collector, is_managed
from kubewitness.shippers.rsyslog.collector import FOLDER, CollectorNode
from kubewitness.shipping.collecting import TLS, CollectorWish
from kubewitness.shipping.pem import check_authority, check_certificate, check_key
from kubewitness.shipping.plan import PACKAGES

if TYPE_CHECKING:
    from kubewitness.standard import Standard

_PORT = 2514


@deploy("Collector node")
def enable_collector() -> None:
    """Have each host of the group `collectors` keep the logs of the others: RELP over mutual TLS, append-only files.

    Host data: `log_tls_ca`, `log_tls_cert`, `log_tls_key` (files on this machine: the authority of the nodes, and what
    this one shows), `collector_clients` (names that a node's certificate may have; the names of the inventory),
    `collector_senders` (address of a node -> "cluster/node": what comes from elsewhere is put aside), `collector_port`
    (2514), `collector_folder` (/var/log/kubewitness), `collector_keep_days` (the standard's `store_days`),
    `shipper_install` (rsyslog may be installed; False), `standard`.
    """
    if not is_collector(host):
        return
    name = "Collector node"
    try:
        wish = _wish(read_standard(str(host.data.get("standard") or "standard")))
    except KubewitnessError as error:  # raised here it would end the run on every host, with a traceback
        refused(name=name, reason=str(error))
        return
    if wish.install and not host.name.startswith("@"):
        apt.packages(name="Packages of the collector", packages=list(PACKAGES), update=True, cache_time=3600)
    collector_node(name=name, wish=wish, run=service_run("undo_shipper"))


def _wish(standard: Standard) -> CollectorWish:
    where = str(host.name)
    ca, certificate, key = (read_file(item) for item in ("log_tls_ca", "log_tls_cert", "log_tls_key"))
    if not (ca and certificate and key):
        raise KubewitnessError(
            f"{where}: a collector node needs log_tls_ca, log_tls_cert and log_tls_key: files in PEM"
        )
    check_authority(ca, f"{where}: log_tls_ca")
    check_certificate(certificate, f"{where}: log_tls_cert")
    check_key(key, f"{where}: log_tls_key")
    node = CollectorNode(
        port=_number("collector_port", _PORT, most=65535),
        tls=TLS,
        clients=_clients(),
        folder=str(host.data.get("collector_folder") or FOLDER),
        senders=_senders(),
        keep_days=_number("collector_keep_days", standard.shipping.store_days, most=36500),
    )
    return CollectorWish(
        node, {TLS.authority: ca, TLS.certificate: certificate, TLS.key: key}, install=is_set("shipper_install")
    )


def _clients() -> tuple[str, ...]:
    given = host.data.get("collector_clients")
    if isinstance(given, str):
        return tuple(name.strip() for name in given.split(",") if name.strip())
    if given:
        return tuple(map(str, given))
    return tuple(sorted(str(peer.name) for peer in inventory if not is_collector(peer) and not is_managed(peer)))


def _senders() -> dict[str, tuple[str, str]]:
    given = host.data.get("collector_senders") or {}
    try:
        pairs = {str(address): str(who).split("/") for address, who in dict(given).items()}
        return {address: (cluster, node) for address, (cluster, node) in pairs.items()}
    except (ValueError, TypeError) as error:
        raise KubewitnessError(
            f'{host.name}: collector_senders: write {{"10.0.0.1": "cluster/node"}}, an address of each node'
        ) from error


def _number(key: str, default: int, *, most: int) -> int:
    given = str(host.data.get(key, default))
    if not given.isascii() or not given.isdigit() or int(given) > most:
        raise KubewitnessError(f"{host.name}: {key} is {given!r}: give a number up to {most}")
    return int(given)
