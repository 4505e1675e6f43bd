"""An API server that exits, or never gets ready, with the new flags: the run puts everything back by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.e2e.controlplane import MANIFEST, POLICY, ControlPlane

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.lab


def test_an_api_server_that_exits_with_the_new_flags(fresh: ControlPlane) -> None:
    """A log on a file system that is read-only: nothing that a look at the files would refuse."""
    folder = "/var/log/kubernetes/audit"
    fresh.node(f"mkdir -p {folder} && mount -t tmpfs -o ro,size=40g tmpfs {folder}")
    before = fresh.node(f"sha256sum {MANIFEST}")

    done = fresh.deploy()

    fresh.node(f"umount {folder} && rm -r /var/log/kubernetes")
    assert done.returncode == 1, done.stdout + done.stderr
    assert "read-only file system" in done.stderr, "the API server's own words"
    assert "rolled back: the old configuration serves again" in done.stderr
    assert "Traceback" not in done.stderr
    assert fresh.node(f"sha256sum {MANIFEST}") == before
    assert fresh.node(f"ls {POLICY} 2>/dev/null || echo none").strip() == "none"
    fresh.wait_until_ready()


def test_an_api_server_that_never_gets_ready(fresh: ControlPlane) -> None:
    """Whoever has the audit flags is frozen as soon as it starts; the old configuration is left to run."""
    before = fresh.node(f"sha256sum {MANIFEST}")
    fresh.node(
        "systemd-run --unit=freezer sh -c 'while :; do for p in $(pgrep -x kube-apiserver); do"
        " grep -q audit-policy-file /proc/$p/cmdline && kill -STOP $p; done; sleep 0.2; done'"
    )

    done = fresh.deploy("-y", "--data", "audit_wait_seconds=75")

    fresh.node("systemctl stop freezer")
    assert done.returncode == 1
    assert "does not get ready" in done.stderr
    assert "rolled back: the old configuration serves again" in done.stderr
    assert fresh.node(f"sha256sum {MANIFEST}") == before
    fresh.wait_until_ready()


def test_a_buffer_is_written_before_the_process_is_replaced(audited: ControlPlane, policy_file: Path) -> None:
    """With mode batch a killed process takes its buffer with it: a policy-only change has to let it write first."""
    batch = "mode=batch", "batch-max-size=100000", "batch-max-wait=20s"
    flags = "".join(f"    - --audit-log-{flag}\n" for flag in batch)
    manifest = audited.node(f"cat {MANIFEST}").replace("    - --audit-log-path", f"{flags}    - --audit-log-path")
    audited.write_manifest(manifest)
    policy_file.write_text(
        audited.node(f"cat {POLICY}").replace("rules:", "rules:\n  - level: Metadata\n    users: [jane]", 1)
    )
    audited.node("curl -sk -H 'Audit-ID: must-not-be-lost' https://127.0.0.1:6443/api/v1/pods >/dev/null")

    done = audited.deploy(policy=policy_file)

    assert done.returncode == 0, done.stdout + done.stderr
    assert "buffered" in done.stderr
    assert int(audited.node("grep -c must-not-be-lost /var/log/kubernetes/audit/audit.log")) >= 1
