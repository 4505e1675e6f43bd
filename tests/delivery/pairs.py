"""What each program is told: one node, one audit log, a destination over TLS."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from kubewitness.shippers.filebeat import render as beats
from kubewitness.shippers.otelcol import render as otlp
from kubewitness.shippers.rsyslog import collector
from kubewitness.shippers.rsyslog import render as relp
from kubewitness.shippers.shipment import (
    FileLog,
    Kafka,
    Log,
    OtlpHttp,
    Relp,
    Rendered,
    RenderedFile,
    Shipment,
    TlsFiles,
)
from tests.delivery import kafka
from tests.delivery.experiment import AUDIT, STATE, Pair
from tests.delivery.faults import QUEUE_FULL, STORE_KILLED
from tests.delivery.kafka import Broker
from tests.delivery.shippers import Shipper, put_in_place, safe
from tests.delivery.stores import TLS, Files, VictoriaLogs

if TYPE_CHECKING:
    from kubewitness.shippers.shipment import Destination
    from tests.delivery import kafka
    from tests.delivery.experiment import Site
    from tests.delivery.pki import Credentials
from tests.delivery.shippers import Edit

RELP_PORT: Final = 2514

_KAFKA_OUTPUT: Final = re.compile(r"output\.kafka:\n(?:  .*\n)+")
_FILE_OUTPUT: Final = f"""output.file:
  path: {STATE}/received
  filename: received
  rotate_every_kb: 1000000
  codec.format.string: "%{{[message]}}"
"""
_CLIENT: Final = TlsFiles(f"{TLS}/ca.pem", f"{TLS}/client.pem", f"{TLS}/client.key")


def trust(authority: str, own: Credentials, group: str) -> tuple[RenderedFile, ...]:
    """What a client shows, and whom it trusts."""
    return (
        RenderedFile(_CLIENT.authority, authority, 0o644),
        RenderedFile(_CLIENT.certificate, own.certificate, 0o644),
        RenderedFile(_CLIENT.key, own.key, 0o640, group=group, secret=True),
    )


def shows(own: Credentials) -> Edit:
    """The client has this certificate instead of its own."""

    def edit(shipper: Shipper) -> Shipper:
        texts = {_CLIENT.certificate: own.certificate, _CLIENT.key: own.key}
        return replace(
            shipper, trust=tuple(replace(file, text=texts.get(file.path, file.text)) for file in shipper.trust)
        )

    return edit


def _shipper(place: Site, program: str, rendered: Rendered, *, packaged: bool = False) -> Shipper:
    own = place.authority.issue(place.worker.node.name)
    return Shipper(program, rendered, trust(place.authority.certificate, own, rendered.user), packaged=packaged)


def _shipment(place: Site, destination: Destination) -> Shipment:
    """One node's audit log."""
    log = FileLog(Log.AUDIT, (f"{AUDIT}/audit*.log",))
    fields = {"cluster": "lab", "node": place.worker.node.name, "distribution": "kubeadm"}
    return Shipment((log,), destination, fields, queue_bytes=2**30, state_dir=STATE)


def rsyslog(place: Site) -> tuple[Shipper, Files]:
    client, server = place.worker, place.collector
    own = place.authority.issue(server.node.name, server.node.address)
    node = collector.CollectorNode(RELP_PORT, _CLIENT, (client.node.name,))
    rendered = safe(collector.render(node))
    put_in_place(server, rendered, trust(place.authority.certificate, own, rendered.user))
    server.sh(f"install -d -m 0750 -o {rendered.user} -g {rendered.user} {collector.FOLDER}")
    store = Files(server, rendered.unit.removesuffix(".service"), collector.FOLDER, "*.log")
    server.start(store.service)
    destination = Relp(server.node.name, RELP_PORT, server.node.name, _CLIENT)
    return _shipper(place, "rsyslog", safe(relp.render(_shipment(place, destination))), packaged=True), store


def otelcol(place: Site) -> tuple[Shipper, VictoriaLogs]:
    store = VictoriaLogs(place.collector)
    store.start(place.authority)
    destination = OtlpHttp(store.otlp_url, TlsFiles(_CLIENT.authority))
    return _shipper(place, "otelcol", safe(otlp.render(_shipment(place, destination)))), store


def filebeat(place: Site) -> tuple[Shipper, Broker]:
    store = Broker(place.collector)
    store.start(place.authority)
    destination = Kafka((store.address,), kafka.TOPIC, _CLIENT, kafka.LARGEST)
    return _shipper(place, "filebeat", safe(beats.render(_shipment(place, destination)))), store


def filebeat_to_file(place: Site) -> tuple[Shipper, Files]:
    """As it is rendered for Kafka, but into a file of the same node: where no Kafka can be had."""
    rendered = safe(beats.render(_shipment(place, Kafka(("kafka:9093",), kafka.TOPIC, _CLIENT, kafka.LARGEST))))
    files = tuple(replace(file, text=_KAFKA_OUTPUT.sub(_FILE_OUTPUT, file.text)) for file in rendered.files)
    shipper = _shipper(place, "filebeat", replace(rendered, files=files))
    return shipper, Files(place.worker, shipper.service, f"{STATE}/received", "received*")


RSYSLOG: Final = Pair("rsyslog", "collector node", rsyslog)
_VICTORIA_LOGS: Final = "VictoriaLogs says that it has a record while that is in memory only, for up to five seconds"
_NO_ROOM: Final = (
    "the collector's queue drops what it cannot write, or cannot mark as taken. Its disk must have room for all of"
    " `queue_mib`: with a limit of its own (8 MB) that was reached first, the same fault lost nothing"
)
OTELCOL: Final = Pair(
    "otelcol", "VictoriaLogs", otelcol, {STORE_KILLED.name: _VICTORIA_LOGS, QUEUE_FULL.name: _NO_ROOM}
)
FILEBEAT: Final = Pair("filebeat", "Kafka", filebeat, obstacle=kafka.obstacle, slowest_try=60)
FILEBEAT_TO_FILE: Final = Pair("filebeat", "a file", filebeat_to_file)
PAIRS: Final = (RSYSLOG, OTELCOL, FILEBEAT)
