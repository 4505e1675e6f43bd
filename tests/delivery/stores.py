"""The stores: each is started on the collector node, stopped, and read as its user would read it."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

from tests.delivery.machine import Machine
from tests.delivery.pki import Authority
from tests.lab import program
from tests.lab.settings import LabError

TLS: Final = "/etc/lab-tls"
_SECONDS: Final = 20


class Store(Protocol):
    """Where events go to."""

    @property
    def service(self) -> str:
        """Its systemd unit."""

    @property
    def machine(self) -> Machine:
        """Where that runs."""

    def records(self) -> Iterator[bytes]:
        """Everything that is stored, one record an event, as it came."""

    def count(self) -> int:
        """How many records there are by now."""


@dataclass(frozen=True, slots=True)
class Files:
    """Files that a program wrote, one record a line. ``glob``: of those below ``folder`` that have audit events."""

    machine: Machine
    service: str
    folder: str
    glob: str

    def records(self) -> Iterator[bytes]:
        for path in self._paths():
            *lines, last = path.read_bytes().split(b"\n")
            yield from lines
            if last:
                yield last

    def count(self) -> int:
        return sum(path.read_bytes().count(b"\n") for path in self._paths())

    def _paths(self) -> list[Path]:
        return sorted(self.machine.path(self.folder).rglob(self.glob))


@dataclass(frozen=True, slots=True)
class VictoriaLogs:
    """VictoriaLogs, with a certificate; it speaks OTLP over HTTPS. ``port``: of everything that it offers."""

    machine: Machine
    port: int = 9428
    service: str = "victoria-logs"

    @property
    def otlp_url(self) -> str:
        return f"https://{self.machine.node.name}:{self.port}/insert/opentelemetry/v1/logs"

    def start(self, authority: Authority) -> None:
        machine = self.machine
        machine.put("/usr/local/bin/victoria-logs", program.binary(machine.lab, self.service).read_bytes(), mode=0o755)
        own = authority.issue(machine.node.name, machine.node.address)
        machine.put(f"{TLS}/store.pem", own.certificate)
        machine.put(f"{TLS}/store.key", own.key, mode=0o600)
        options = (
            f"-httpListenAddr=:{self.port} -tls -tlsCertFile={TLS}/store.pem -tlsKeyFile={TLS}/store.key"
            " -storageDataPath=/var/lib/victoria-logs -retentionPeriod=10y -insert.maxLineSizeBytes=2MB"
        )
        unit = f"[Service]\nExecStart=/usr/local/bin/victoria-logs {options}\nRestart=always\nRestartSec=1\n"
        unit += "[Install]\nWantedBy=multi-user.target\n"
        machine.put("/etc/systemd/system/victoria-logs.service", unit)
        machine.start(self.service)
        _until_it_answers(lambda: self._query("* | stats count() n", "1"))

    def records(self) -> Iterator[bytes]:
        for row in self._rows("* | fields _msg"):
            yield row["_msg"].encode()

    def count(self) -> int:
        return sum(int(row["n"]) for row in self._rows("* | stats count() n"))

    def _rows(self, query: str) -> Iterable[dict[str, str]]:
        # not splitlines: a record may hold other characters that end a line
        return (json.loads(line) for line in self._query(query, "100000000").split("\n") if line)

    def _query(self, query: str, limit: str) -> str:
        url = f"https://localhost:{self.port}/select/logsql/query"
        return self.machine.sh(f"curl -sSfk {url} -d 'query={query}' -d limit={limit}")


def _until_it_answers(ask: Callable[[], object]) -> None:
    deadline = time.monotonic() + _SECONDS
    while True:
        try:
            ask()
        except LabError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.2)
        else:
            return
