"""What each program is told: one node, one audit log, a destination over TLS."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from kubewitness.shippers.otelcol import render as otlp
from kubewitness.shippers.rsyslog import render as relp
from kubewitness.shippers.shipment import FileLog, Log, OtlpHttp, Relp, Rendered, RenderedFile, Shipment, TlsFiles
from tests.delivery.experiment import AUDIT, STATE, Pair
from tests.delivery.shippers import Shipper, safe
from tests.delivery.stores import TLS, Files, VictoriaLogs

if TYPE_CHECKING:
    from kubewitness.shippers.shipment import Destination
    from tests.delivery.experiment import Site
    from tests.delivery.pki import Credentials
    from tests.delivery.shippers import Edit

RELP_PORT: Final = 2514

_COLLECTOR: Final = """\
global(workDirectory="/var/lib/rsyslog" maxMessageSize="8m")
module(load="imrelp" tls.tlslib="openssl")
template(name="raw" type="list") {{ property(name="msg" droplastlf="on") constant(value="\\n") }}
ruleset(name="store") {{ action(type="omfile" file="/var/log/collector/lab/worker-1/audit.log" template="raw"
                               fileCreateMode="0640") }}
input(type="imrelp" port="{port}" ruleset="store" maxDataSize="8m" tls="on" tls.caCert="{tls}/ca.pem"
      tls.myCert="{tls}/store.pem" tls.myPrivKey="{tls}/store.key" tls.authMode="name" tls.permittedPeer=["{client}"])
"""
_FILEBEAT: Final = """\
filebeat.inputs:
- type: filestream
  id: audit
  paths: ["{audit}/audit*.log"]
  message_max_bytes: 10485760
  prospector.scanner.check_interval: 1s
  close.on_state_change.renamed: false
  close.on_state_change.removed: false
filebeat.registry.flush: 0s
queue.mem:
  events: 4096
output.file:
  path: {received}
  filename: received
  rotate_every_kb: 1000000
  codec.format.string: "%{{[message]}}"
logging.to_files: false
setup.template.enabled: false
"""
_CLIENT: Final = TlsFiles(f"{TLS}/ca.pem", f"{TLS}/client.pem", f"{TLS}/client.key")
_RECEIVED: Final = "/var/lib/received"


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
    client, collector = place.worker, place.collector
    own = place.authority.issue(collector.node.name, collector.node.address)
    collector.put(f"{TLS}/ca.pem", place.authority.certificate)
    collector.put(f"{TLS}/store.pem", own.certificate)
    collector.put(f"{TLS}/store.key", own.key, mode=0o600)
    collector.put("/etc/rsyslog.conf", _COLLECTOR.format(port=RELP_PORT, tls=TLS, client=client.node.name))
    collector.start("rsyslog")
    destination = Relp(collector.node.name, RELP_PORT, collector.node.name, _CLIENT)
    rendered = safe(relp.render(_shipment(place, destination)))
    store = Files(collector, "rsyslog", "/var/log/collector", "audit.log")
    return _shipper(place, "rsyslog", rendered, packaged=True), store


def otelcol(place: Site) -> tuple[Shipper, VictoriaLogs]:
    store = VictoriaLogs(place.collector)
    store.start(place.authority)
    destination = OtlpHttp(store.otlp_url, TlsFiles(_CLIENT.authority))
    return _shipper(place, "otelcol", safe(otlp.render(_shipment(place, destination)))), store


def filebeat(place: Site) -> tuple[Shipper, Files]:
    """Into a file of the same node: its input alone is tried."""
    text = _FILEBEAT.format(audit=AUDIT, received=_RECEIVED)
    path, program = "/etc/filebeat/filebeat.yml", "/usr/local/bin/filebeat"
    unit = f"[Service]\nExecStart={program} --path.home {STATE} --path.data {STATE}/data -e -c {path}\nRestart=always\n"
    files = (
        RenderedFile("/etc/systemd/system/filebeat.service", f"{unit}[Install]\nWantedBy=multi-user.target\n", 0o644),
        RenderedFile(path, text, 0o600),
    )
    place.worker.sh(f"mkdir -p {STATE}")
    rendered = Rendered(files, (program, "test", "config", "-c", "{}"), "filebeat.service")
    return _shipper(place, "filebeat", rendered), Files(place.worker, "filebeat", _RECEIVED, "received*")


RSYSLOG: Final = Pair("rsyslog", "collector node", rsyslog)
OTELCOL: Final = Pair("otelcol", "VictoriaLogs", otelcol)
FILEBEAT: Final = Pair("filebeat", "a file", filebeat)
PAIRS: Final = (RSYSLOG, OTELCOL, FILEBEAT)
