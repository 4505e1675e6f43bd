"""What each program is told: one node, one audit log, a destination over TLS."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from kubewitness.shippers.shipment import RenderedFile
from tests.delivery.experiment import AUDIT, STATE, Pair
from tests.delivery.shippers import Shipper
from tests.delivery.stores import TLS, Files, VictoriaLogs

if TYPE_CHECKING:
    from tests.delivery.experiment import Site
    from tests.delivery.pki import Credentials
    from tests.delivery.shippers import Edit

RELP_PORT: Final = 2514

_RSYSLOG: Final = """\
global(workDirectory="{state}" maxMessageSize="8m" defaultNetstreamDriver="ossl")
module(load="imfile" mode="inotify")
module(load="omrelp" tls.tlslib="openssl")
template(name="raw" type="list") {{ property(name="msg") }}
ruleset(name="ship" queue.type="LinkedList" queue.size="10000" queue.filename="ship" queue.saveOnShutdown="on"
        queue.timeoutEnqueue="0" queue.maxDiskSpace="1g") {{
  action(type="omrelp" target="{host}" port="{port}" tls="on" tls.caCert="{tls}/ca.pem" tls.myCert="{tls}/client.pem"
         tls.myPrivKey="{tls}/client.key" tls.authMode="name" tls.permittedPeer=["{host}"] template="raw"
         action.resumeRetryCount="-1" action.resumeInterval="1")
}}
input(type="imfile" file="{audit}/audit*.log" tag="audit" ruleset="ship" persistStateInterval="100" escapeLF="off"
      addMetadata="off" freshStartTail="off")
"""
_COLLECTOR: Final = """\
global(workDirectory="/var/lib/rsyslog" maxMessageSize="8m")
module(load="imrelp" tls.tlslib="openssl")
template(name="raw" type="list") {{ property(name="msg" droplastlf="on") constant(value="\\n") }}
ruleset(name="store") {{ action(type="omfile" file="/var/log/collector/lab/worker-1/audit.log" template="raw"
                               fileCreateMode="0640") }}
input(type="imrelp" port="{port}" ruleset="store" maxDataSize="8m" tls="on" tls.caCert="{tls}/ca.pem"
      tls.myCert="{tls}/store.pem" tls.myPrivKey="{tls}/store.key" tls.authMode="name" tls.permittedPeer=["{client}"])
"""
_OTELCOL: Final = """\
extensions:
  file_storage/positions:
    directory: {state}/positions
    create_directory: true
  file_storage/queue:
    directory: {state}/queue
    create_directory: true
receivers:
  file_log/audit:
    include: ["{audit}/audit*.log"]
    start_at: beginning
    max_log_size: 8MiB
    poll_interval: 200ms
    max_concurrent_files: 1024
    storage: file_storage/positions
    retry_on_failure:
      enabled: true
      max_elapsed_time: 0
exporters:
  otlp_http:
    logs_endpoint: {url}
    compression: gzip
    tls:
      ca_file: {tls}/ca.pem
    sending_queue:
      enabled: true
      storage: file_storage/queue
      sizer: bytes
      queue_size: 1073741824
      block_on_overflow: true
      batch:
        flush_timeout: 1s
        sizer: bytes
        min_size: 262144
        max_size: 3145728
    retry_on_failure:
      enabled: true
      initial_interval: 1s
      max_interval: 15s
      max_elapsed_time: 0
service:
  extensions: [file_storage/positions, file_storage/queue]
  pipelines:
    logs: {{receivers: [file_log/audit], exporters: [otlp_http]}}
  telemetry:
    metrics: {{level: none}}
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
_RECEIVED: Final = "/var/lib/received"
SYNCHRONOUS: Final = " --feature-gates=stanza.synchronousLogEmitter"


def client_files(authority: str, own: Credentials) -> tuple[RenderedFile, ...]:
    """What a client shows, and whom it trusts."""
    return (
        RenderedFile(f"{TLS}/ca.pem", authority, 0o644),
        RenderedFile(f"{TLS}/client.pem", own.certificate, 0o644),
        RenderedFile(f"{TLS}/client.key", own.key, 0o600, secret=True),
    )


def shows(own: Credentials) -> Edit:
    """The client has this certificate instead of its own."""

    def edit(shipper: Shipper) -> Shipper:
        texts = {f"{TLS}/client.pem": own.certificate, f"{TLS}/client.key": own.key}
        return replace(
            shipper, files=tuple(replace(file, text=texts.get(file.path, file.text)) for file in shipper.files)
        )

    return edit


def rsyslog(place: Site) -> tuple[Shipper, Files]:
    client, collector = place.worker, place.collector
    own = place.authority.issue(collector.node.name, collector.node.address)
    collector.put(f"{TLS}/ca.pem", place.authority.certificate)
    collector.put(f"{TLS}/store.pem", own.certificate)
    collector.put(f"{TLS}/store.key", own.key, mode=0o600)
    collector.put("/etc/rsyslog.conf", _COLLECTOR.format(port=RELP_PORT, tls=TLS, client=client.node.name))
    collector.start("rsyslog")
    trust = client_files(place.authority.certificate, place.authority.issue(client.node.name))
    text = _RSYSLOG.format(state=STATE, host=collector.node.name, port=RELP_PORT, tls=TLS, audit=AUDIT)
    client.sh(f"mkdir -p {STATE}")
    shipper = Shipper("rsyslog", (*trust, RenderedFile("/etc/rsyslog.conf", text, 0o644)))
    return shipper, Files(collector, "rsyslog", "/var/log/collector", "audit.log")


def otelcol(place: Site) -> tuple[Shipper, VictoriaLogs]:
    store = VictoriaLogs(place.collector)
    store.start(place.authority)
    trust = client_files(place.authority.certificate, place.authority.issue(place.worker.node.name))
    text = _OTELCOL.format(state=STATE, url=store.otlp_url, tls=TLS, audit=AUDIT)
    path = "/etc/otelcol/config.yaml"
    command = f"/usr/local/bin/otelcol --config={path}{SYNCHRONOUS}"
    return Shipper("otelcol", (*trust, RenderedFile(path, text, 0o640)), command), store


def filebeat(place: Site) -> tuple[Shipper, Files]:
    """Into a file of the same node: its input alone is tried."""
    text = _FILEBEAT.format(audit=AUDIT, received=_RECEIVED)
    path = "/etc/filebeat/filebeat.yml"
    command = f"/usr/local/bin/filebeat --path.home {STATE} --path.data {STATE}/data -e -c {path}"
    place.worker.sh(f"mkdir -p {STATE}")
    shipper = Shipper("filebeat", (RenderedFile(path, text, 0o600),), command)
    return shipper, Files(place.worker, "filebeat", _RECEIVED, "received*")


RSYSLOG: Final = Pair("rsyslog", "collector node", rsyslog)
OTELCOL: Final = Pair("otelcol", "VictoriaLogs", otelcol)
FILEBEAT: Final = Pair("filebeat", "a file", filebeat)
PAIRS: Final = (RSYSLOG, OTELCOL, FILEBEAT)
