"""A Kafka broker on the collector node, with mutual TLS. Only where Java and Maven are: Debian has no Kafka."""

from __future__ import annotations

import hashlib
import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.delivery import kafkalog
from tests.delivery.machine import Machine
from tests.delivery.pki import Authority
from tests.delivery.stores import TLS
from tests.lab.command import ENDS_WITH_US, run_long
from tests.lab.scratch import scratch
from tests.lab.settings import Lab, LabError

TOPIC: Final = "audit"
LARGEST: Final = 10_000_000
_POM: Final = Path(__file__).parents[1] / "lab/programs/kafka/pom.xml"
_DATA: Final = "/var/lib/kafka"
_SECONDS: Final = 60
_LEFT_OUT: Final = ("jmods", "docs", "man", "src.zip", "legal", "include")
_SETTINGS: Final = """\
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:9094
listeners=SSL://{address}:9093,CONTROLLER://127.0.0.1:9094
advertised.listeners=SSL://{name}:9093
controller.listener.names=CONTROLLER
inter.broker.listener.name=SSL
listener.security.protocol.map=SSL:SSL,CONTROLLER:PLAINTEXT
ssl.client.auth=required
ssl.keystore.type=PEM
ssl.keystore.location={tls}/kafka.pem
ssl.truststore.type=PEM
ssl.truststore.location={tls}/ca.pem
log.dirs={data}
num.partitions=1
offsets.topic.replication.factor=1
message.max.bytes={largest}
replica.fetch.max.bytes={largest}
"""
_UNIT: Final = """\
[Service]
ExecStartPre={java} kafka.tools.StorageTool format --ignore-formatted -t a2F1ZGl0LWxhYi1rYWZrYQ -c /etc/kafka.properties
ExecStart={java} kafka.Kafka /etc/kafka.properties
Restart=always
RestartSec=1
[Install]
WantedBy=multi-user.target
"""


@dataclass(frozen=True, slots=True)
class Broker:
    """One broker with one partition."""

    machine: Machine
    service: str = "kafka"

    @property
    def address(self) -> str:
        return f"{self.machine.node.name}:9093"

    def start(self, authority: Authority) -> None:
        machine = self.machine
        shutil.copytree(_java(), machine.path("/opt/java"), ignore=shutil.ignore_patterns(*_LEFT_OUT))
        shutil.copytree(_jars(machine.lab), machine.path("/opt/kafka"))
        own = authority.issue(machine.node.name, machine.node.address)
        machine.put(f"{TLS}/ca.pem", authority.certificate)
        machine.put(f"{TLS}/kafka.pem", own.key + own.certificate, mode=0o600)
        settings = _SETTINGS.format(
            address=machine.node.address, name=machine.node.name, tls=TLS, data=_DATA, largest=LARGEST
        )
        machine.put("/etc/kafka.properties", settings)
        java = "/opt/java/bin/java -Xmx512m -cp /opt/kafka/*"
        machine.put("/etc/systemd/system/kafka.service", _UNIT.format(java=java))
        machine.start(self.service)
        deadline = time.monotonic() + _SECONDS
        while "9093" not in machine.sh("ss -Hltn"):
            if time.monotonic() > deadline:
                raise LabError(f"Kafka does not start: {machine.sh('journalctl -n 5 -o cat -u kafka')}")
            time.sleep(0.5)

    def records(self) -> Iterator[bytes]:
        for segment in self._segments():
            yield from kafkalog.values(segment)

    def count(self) -> int:
        return sum(kafkalog.count(segment) for segment in self._segments())

    def _segments(self) -> Iterator[bytes]:
        for path in sorted(self.machine.path(f"{_DATA}/{TOPIC}-0").glob("*.log")):
            yield path.read_bytes()


def obstacle() -> str | None:
    """Why it cannot be had here; ``None`` where it can."""
    missing = [name for name in ("java", "mvn") if shutil.which(name) is None]
    return f"no {' and no '.join(missing)}" if missing else None


def _java() -> Path:
    found = shutil.which("java")
    if found is None:
        raise LabError("no java: apt-get install default-jre-headless maven")
    return Path(found).resolve().parents[1]


def _jars(lab: Lab) -> Path:
    """Fetched once, those that pom.xml names and what they need."""
    folder = lab.home / "bin" / f"kafka-{hashlib.sha256(_POM.read_bytes()).hexdigest()[:8]}"
    if not folder.exists():
        with lab.alone("kafka"), scratch(folder.with_name(f"{folder.name}.unfinished")) as unfinished:
            shutil.copy(_POM, unfinished)
            command = (*ENDS_WITH_US, "mvn", "-q", "-B", "dependency:copy-dependencies", "-DoutputDirectory=lib")
            run_long(*command, output=lab.home / "log/kafka.log", cwd=unfinished)
            (unfinished / "lib").rename(folder)
    return folder
