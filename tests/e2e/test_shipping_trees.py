"""The deploy of a shipper on file trees, as a user runs it: what is written, told and refused."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).resolve().parents[2]
PYINFRA: Final = str(Path(sys.executable).parent / "pyinfra")
SHIPPER: Final = str(ROOT / "deploys/shipper.py")
CERTIFICATE: Final = "-----BEGIN CERTIFICATE-----\nmade up\n-----END CERTIFICATE-----\n"
KEY: Final = "-----BEGIN PRIVATE KEY-----\ns3cret\n-----END PRIVATE KEY-----\n"


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A control plane with rsyslog, as far as files tell; beside it its inventory and certificates."""
    shutil.copytree(ROOT / "demo/nodes/no-auditing", tmp_path / "a")
    for program in ("usr/sbin/rsyslogd", "usr/lib/x86_64-linux-gnu/rsyslog/omrelp.so"):
        (tmp_path / "a" / program).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "a" / program).write_text("")
        (tmp_path / "a" / program).chmod(0o755)
    for name, text in (("ca.pem", CERTIFICATE), ("client.pem", CERTIFICATE), ("client.key", KEY)):
        (tmp_path / name).write_text(text)
    write_inventory(tmp_path)
    return tmp_path


def write_inventory(folder: Path, **changes: object) -> None:
    data = {
        "root": str(folder / "a"), "cluster": "shop", "log_destination": "relp://logs.example:2514",
        "log_tls_ca": "ca.pem", "log_tls_cert": "client.pem", "log_tls_key": "client.key",
    }  # fmt: skip
    (folder / "inventory.py").write_text(f"control_plane = [('@tree/a', { ({**data, **changes})!r})]\n")


def pyinfra(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Standard error joins standard output, as on a terminal."""
    return subprocess.run(
        [PYINFRA, "inventory.py", *arguments], cwd=folder, env={**os.environ, "NO_COLOR": "1"},
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False, timeout=120,
    )  # fmt: skip


def files(folder: Path) -> list[str]:
    """What lies in /etc and /usr."""
    found = (str(path.relative_to(folder)) for top in ("a/etc", "a/usr") for path in (folder / top).rglob("*"))
    return sorted(found)


def test_both_deploys_in_one_run_then_no_change_then_undone_without_a_trace(tree: Path) -> None:
    pyinfra(tree, str(ROOT / "deploys/audit.py"), "-y")
    before = files(tree)

    done = pyinfra(tree, str(ROOT / "deploys/audit.py"), SHIPPER, "-y")
    again = pyinfra(tree, SHIPPER, "-y")
    (run,) = (path.name for path in (tree / "a/var/lib/kubewitness/runs").iterdir() if path.name.endswith("-logs"))
    undone = pyinfra(tree, "kubewitness.deploys.undo_shipper", f"run={run}", "-y")

    assert done.returncode == 0, done.stdout
    assert "not done: a file tree has no services" in done.stdout
    assert "s3cret" not in done.stdout
    assert "No changes" in again.stdout
    assert undone.returncode == 0, undone.stdout
    assert files(tree) == before


def test_the_audit_log_of_the_manifest_is_shipped(tree: Path) -> None:
    pyinfra(tree, str(ROOT / "deploys/audit.py"), "-y")

    pyinfra(tree, SHIPPER, "-y")

    written = (tree / "a/etc/kubewitness/shipper/rsyslog.conf").read_text()
    assert "/var/log/kubernetes/audit/audit*.log" in written


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"log_destination": None}, "no host data log_destination, so nothing says where logs go"),
        ({"log_tls_ca": None}, "set log_tls_ca"),
        ({"log_tls_ca": "gone.pem"}, "gone.pem: No such file or directory: log_tls_ca names a file on this machine"),
        ({"log_tls_key": "ca.pem"}, "log_tls_key: holds no private key"),
        ({"log_destination": "relp://me:s3cret@logs.example:1"}, "log_destination holds credentials"),
        ({"log_destination": "otlp+https://v.example/x"}, "use otelcol"),
        ({"shipper": "fluentd"}, "shipper 'fluentd': use one of"),
        ({"shipper": "otelcol", "log_destination": "otlp+https://v.example/x"}, "otelcol is not there"),
        ({"standard": "none"}, "no such standard"),
    ],
)
def test_what_cannot_be_done_is_one_red_line_and_changes_nothing(
    tree: Path, changes: dict[str, object], told: str
) -> None:
    write_inventory(tree, **changes)
    before = files(tree)

    done = pyinfra(tree, SHIPPER, "-y")

    assert done.returncode == 1
    assert [told in line for line in done.stdout.splitlines() if "kubewitness: " in line] == [True]
    assert "Traceback" not in done.stdout
    assert "s3cret" not in done.stdout
    assert files(tree) == before


def test_an_audit_run_is_not_undone_as_a_shipper_s_nor_the_other_way_round(tree: Path) -> None:
    pyinfra(tree, str(ROOT / "deploys/audit.py"), SHIPPER, "-y")
    runs = sorted(path.name for path in (tree / "a/var/lib/kubewitness/runs").iterdir())

    audit = pyinfra(tree, "kubewitness.deploys.undo_shipper", f"run={runs[0]}", "-y")
    logs = pyinfra(tree, "kubewitness.deploys.undo_audit", f"run={runs[1]}", "-y")

    assert "undo it with kubewitness.deploys.undo_audit" in audit.stdout
    assert "undo it with kubewitness.deploys.undo_shipper" in logs.stdout
