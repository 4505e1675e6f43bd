"""What a node of ours ships, in the tests of every program."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from kubewitness.shippers import read
from kubewitness.shippers.rsyslog.collector import CollectorNode
from kubewitness.shippers.rules import lint_configuration
from kubewitness.shippers.shipment import (
    FileLog,
    JournalLog,
    Kafka,
    Log,
    OpenSearch,
    OtlpHttp,
    Relp,
    Rendered,
    Shipment,
    TlsFiles,
)

if TYPE_CHECKING:
    from kubewitness.shippers.model import Program
    from kubewitness.shippers.rules import LintedShipper
    from kubewitness.shippers.shipment import Destination

FOLDER: Final = "/etc/kubewitness/shipper"
TLS: Final = TlsFiles(f"{FOLDER}/ca.pem", f"{FOLDER}/client.pem", f"{FOLDER}/client-key.pem")
AUDIT: Final = FileLog(Log.AUDIT, ("/var/log/kubernetes/audit/audit*.log",))
CONTAINERS: Final = FileLog(Log.CONTAINERS, ("/var/log/pods/*/*/*.log*",), ("/var/log/pods/*/*/*.gz",))
JOURNAL: Final = JournalLog(("kubelet.service", "containerd.service", "ssh.service"), ("sudo",))
RELP: Final = Relp("logs.example.org", 2514, "collector.example.org", TLS)
VICTORIA_LOGS: Final = OtlpHttp("https://logs.example.org/insert/opentelemetry/v1/logs", TLS, f"{FOLDER}/token")
KAFKA: Final = Kafka(("k1.example.org:9093", "k2.example.org:9093"), "audit", TLS)
OPENSEARCH: Final = OpenSearch(("https://search.example.org:9200",), "audit", TLS)


COLLECTOR: Final = CollectorNode(
    port=2514,
    tls=TLS,
    clients=("*.nodes.example.org",),
    senders={"192.0.2.11": ("prod", "cp-1"), "2001:db8::1": ("prod", "worker-1")},
    keep_days=365,
)


def shipment(destination: Destination, **changes: Any) -> Shipment:
    """All three logs of a control plane to ``destination``."""
    whole = Shipment(
        logs=(AUDIT, CONTAINERS, JOURNAL),
        destination=destination,
        fields={"cluster": "prod", "node": "cp-1", "distribution": "kubeadm"},
        queue_bytes=1 << 30,
        state_dir="/var/lib/kubewitness-shipper",
    )
    return replace(whole, **changes)


def files_of(rendered: Rendered) -> dict[str, str]:
    """Path -> text, the main configuration first, as a reader takes them."""
    return {file.path: file.text for file in reversed(rendered.files)}


def lint(program: Program, files: dict[str, str]) -> LintedShipper:
    """What the linter says of these files."""
    return lint_configuration(read(program, files), files)


def found(program: Program, files: dict[str, str]) -> set[str]:
    """The rules that find something."""
    return {finding.id for finding in lint(program, files).findings}
