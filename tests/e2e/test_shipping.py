"""Our deploys of a shipper and a collector on the lab's nodes, in the order in which a user does it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest

from tests.delivery.experiment import site
from tests.unit.apiserver.manifests import AUDITED

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.delivery.experiment import Site

pytestmark = pytest.mark.lab

ROOT: Final = Path(__file__).resolve().parents[2]
BIN: Final = Path(sys.executable).parent
LOG: Final = "/var/log/kubernetes/audit/audit.log"
CONFIGURATION: Final = "/etc/kubewitness/shipper/rsyslog.conf"
UNIT: Final = "kubewitness-rsyslog"
SSH: Final = """\
import os
_ssh = {
    "cluster": "lab", "ssh_config_file": os.environ["KUBEWITNESS_LAB_SSH_CONFIG"], "ssh_user": "deployer",
    "ssh_known_hosts_file": os.environ["KUBEWITNESS_LAB_KNOWN_HOSTS"], "ssh_strict_host_key_checking": "yes",
    "_sudo": True,
}
"""


@dataclass(frozen=True)
class Fleet:
    """A worker and a collector node, and the folder with their inventory and certificates."""

    place: Site
    folder: Path

    def inventory(self, port: int = 2514) -> str:
        """``port``: of the collector, as the worker is told."""
        path = self.folder / f"inventory{port}.py"
        files = {
            name: {"log_tls_ca": "ca.pem", "log_tls_cert": f"{name}.pem", "log_tls_key": f"{name}.key"}
            for name in ("worker-1", "collector-1")
        }
        whole = {name: {key: str(self.folder / file) for key, file in data.items()} for name, data in files.items()}
        path.write_text(
            f"{SSH}"
            f"control_plane = [('worker-1', _ssh | {whole['worker-1']!r} | "
            f"{{'log_destination': 'relp://collector-1:{port}', 'log_store': 'collector://collector-1'}})]\n"
            f"collectors = [('collector-1', _ssh | {whole['collector-1']!r})]\n"
        )
        return str(path)

    def pyinfra(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Standard error joins standard output."""
        return self.run("pyinfra", *arguments, errors=subprocess.STDOUT)

    def run(self, program: str, *arguments: str, errors: int = subprocess.DEVNULL) -> subprocess.CompletedProcess[str]:
        """One of our commands, in the lab's network."""
        command = [sys.executable, "-m", "tests.lab", "run", "--", str(BIN / program), *arguments]
        return subprocess.run(
            command, cwd=ROOT, env={**os.environ, "NO_COLOR": "1", "KUBEWITNESS_LAB_NAME": self.place.lab.name},
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=errors, text=True, check=False,
            timeout=300,
        )  # fmt: skip

    def deploy(self, name: str, *options: str, port: int = 2514) -> subprocess.CompletedProcess[str]:
        return self.pyinfra(self.inventory(port), f"deploys/{name}.py", *(options or ("-y",)))

    def state(self, unit: str = UNIT) -> str:
        """The worker's files of ours, and the process."""
        return self.place.worker.sh(
            "find /etc/kubewitness /usr/local/lib/kubewitness -type f -exec stat -c '%n %a %U:%G %Y %i' {} +"
            f" 2>/dev/null | sort; systemctl show -p MainPID,ActiveState {unit}"
        )


@pytest.fixture(scope="module")
def fleet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fleet]:
    with site() as place:
        folder = tmp_path_factory.mktemp("fleet")
        (folder / "ca.pem").write_text(place.authority.certificate)
        for machine in (place.worker, place.collector):
            own = place.authority.issue(machine.node.name, machine.node.address)
            (folder / f"{machine.node.name}.pem").write_text(own.certificate)
            (folder / f"{machine.node.name}.key").write_text(own.key)
        place.worker.put("/etc/kubernetes/manifests/kube-apiserver.yaml", AUDITED)
        place.worker.sh(f"install -d -m 700 {Path(LOG).parent}; install -m 600 /dev/null {LOG}")
        yield Fleet(place, folder)


def test_the_collector_is_set_up_and_a_second_run_changes_nothing(fleet: Fleet) -> None:
    done = fleet.deploy("collector")
    again = fleet.deploy("collector")

    assert done.returncode == 0, done.stdout
    assert "No changes" in again.stdout
    assert "active" in fleet.place.collector.sh("systemctl is-active kubewitness-collector")


def test_a_dry_run_of_the_shipper_shows_its_files_without_the_key_and_changes_nothing(fleet: Fleet) -> None:
    before = fleet.state()

    done = fleet.deploy("shipper", "--dry")

    assert done.returncode == 0, done.stdout
    assert f"+++ {CONFIGURATION}" in done.stdout
    assert "client-key.pem: is written: it holds a secret, and is not shown" in done.stdout
    assert "PRIVATE KEY" not in done.stdout
    assert fleet.state() == before


def test_what_the_api_server_writes_arrives_on_the_collector(fleet: Fleet) -> None:
    done = fleet.deploy("shipper")
    event = happens(fleet, "a1")

    assert done.returncode == 0, done.stdout
    assert until_it_has(fleet, "a1") == event
    assert fleet.place.worker.sh(f"stat -c '%a %U:%G' {LOG} {Path(LOG).parent}").split("\n")[:2] == [
        "640 root:kubewitness",
        "750 root:kubewitness",
    ]


def test_the_checker_finds_it_there(fleet: Fleet) -> None:
    done = fleet.run("kubewitness", "check", fleet.inventory(), "--limit", "worker-1", "-o", "json")

    found = {item["check"]: item for item in json.loads(done.stdout)["findings"]}
    asked = ("shipper-configuration", "shipper-running", "audit-readable-by-shipper", "audit-delivered")
    assert {name: found[name]["status"] for name in asked} == dict.fromkeys(asked, "PASS"), done.stdout
    assert "collector node collector-1" in found["audit-delivered"]["message"]


def test_a_second_run_changes_nothing_and_starts_nothing(fleet: Fleet) -> None:
    before = fleet.state()

    done = fleet.deploy("shipper")

    assert "No changes" in done.stdout
    assert fleet.state() == before


def test_what_does_not_start_is_put_back_and_the_old_one_goes_on(fleet: Fleet) -> None:
    worker = fleet.place.worker
    refuses = (
        f"[Service]\nExecStartPre=/bin/sh -c '! grep -q 2599 {CONFIGURATION} || {{ echo no such port; exit 1; }}'\n"
    )
    worker.put(f"/etc/systemd/system/{UNIT}.service.d/lab.conf", refuses)
    before = worker.sh(f"cat {CONFIGURATION}")

    done = fleet.deploy("shipper", port=2599)

    worker.sh(f"rm -r /etc/systemd/system/{UNIT}.service.d; systemctl daemon-reload")
    assert done.returncode == 1
    assert "no such port" in done.stdout
    assert "put back: the old configuration is in force again" in done.stdout
    assert worker.sh(f"cat {CONFIGURATION}") == before
    happens(fleet, "a2")
    assert until_it_has(fleet, "a2")


def test_a_service_that_was_stopped_by_hand_is_started_again(fleet: Fleet) -> None:
    fleet.place.worker.sh(f"systemctl stop {UNIT}")

    done = fleet.deploy("shipper")

    assert done.returncode == 0, done.stdout
    assert f"{UNIT}.service does not run" in done.stdout
    assert "active" in fleet.state()


def test_the_run_is_undone_without_a_trace(fleet: Fleet) -> None:
    worker = fleet.place.worker
    listed = fleet.pyinfra(fleet.inventory(), "kubewitness.deploys.undo_shipper", "--limit", "worker-1", "-y")
    runs = [line.split()[1] for line in listed.stdout.splitlines() if f"changed {UNIT}.service" in line]

    undone = [
        fleet.pyinfra(fleet.inventory(), "kubewitness.deploys.undo_shipper", f"run={run}", "--limit", "worker-1", "-y")
        for run in runs[-1:]
    ]

    assert [done.returncode for done in undone] == [0], undone[0].stdout
    assert worker.sh(f"ls -d /etc/kubewitness 2>/dev/null; systemctl is-active {UNIT}; true").split() == ["inactive"]
    assert worker.sh(f"stat -c '%a %U:%G' {LOG}").strip() == "600 root:root"


def happens(fleet: Fleet, audit_id: str) -> str:
    """Something in the cluster: the line that it leaves in the audit log."""
    now = datetime.now(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
    event = json.dumps({"kind": "Event", "auditID": audit_id, "stageTimestamp": now}, separators=(",", ":"))
    fleet.place.worker.sh(f"cat >>{LOG} <<'E'\n{event}\nE")
    return event


def until_it_has(fleet: Fleet, audit_id: str) -> str:
    """The stored line with that id."""
    script = f"cat /var/log/kubewitness/lab/worker-1/audit-*.log 2>/dev/null | grep -F {audit_id}; true"
    deadline = time.monotonic() + 30
    while not (found := fleet.place.collector.sh(script).strip()):
        assert time.monotonic() < deadline, f"{audit_id} does not arrive"
        time.sleep(0.5)
    return found
