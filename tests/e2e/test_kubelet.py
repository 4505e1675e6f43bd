"""A kubelet that does not act on the manifest: started anew once; else all is as it was."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.e2e.controlplane import MANIFEST, POLICY

if TYPE_CHECKING:
    from tests.e2e.controlplane import ControlPlane

pytestmark = pytest.mark.lab


def test_where_it_hangs_again_the_old_process_never_goes_away(fresh: ControlPlane) -> None:
    before, manifest = fresh.server(), fresh.node(f"sha256sum {MANIFEST}")
    fresh.node("systemd-run --unit=freezer sh -c 'while :; do pkill -STOP -x kubelet; sleep 0.1; done'")

    done = fresh.deploy("-y", "--data", "audit_wait_seconds=90")

    fresh.node("systemctl stop freezer; systemctl restart kubelet")
    assert done.returncode == 1
    assert "not even after the kubelet was started anew" in done.stderr
    assert "rolled back: the old configuration serves again" in done.stderr
    assert fresh.server() == before
    assert fresh.node(f"sha256sum {MANIFEST}") == manifest
    assert fresh.node(f"ls {POLICY} 2>/dev/null || echo none").strip() == "none"


def test_a_kubelet_that_hangs_is_started_anew(fresh: ControlPlane) -> None:
    before = fresh.server()
    fresh.node("kill -STOP $(pgrep -x kubelet)")

    done = fresh.deploy()

    assert done.returncode == 0, done.stdout + done.stderr
    assert "starting the kubelet anew" in done.stderr
    assert fresh.server() != before
    assert "FAIL" not in fresh.verdicts().values()
