"""A kubelet that does not act: refused where that shows before, else started anew once; else all is as it was."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest

from tests.e2e.controlplane import MANIFEST, POLICY

if TYPE_CHECKING:
    from pathlib import Path

    from tests.e2e.controlplane import ControlPlane

pytestmark = pytest.mark.lab

STAGED: Final = "{folder}/.kubewitness.*"
"""What a run writes beside a file just before it puts it in place."""


def freeze_at(plane: ControlPlane, folder: str, then: str = "pkill -STOP -x kubelet") -> None:
    """From the moment on at which a run is about to change a file in ``folder`` the kubelet does nothing."""
    glob = STAGED.format(folder=folder)
    plane.node(
        f"systemctl reset-failed freezer 2>/dev/null; systemd-run --quiet --unit=freezer"
        f" sh -c 'until set -- {glob}; [ -e \"$1\" ]; do :; done; {then}'"
    )


def test_one_that_is_stopped_before_is_refused(fresh: ControlPlane) -> None:
    fresh.node("kill -STOP $(pgrep -x kubelet)")
    before = fresh.state()

    done = fresh.deploy()

    assert fresh.state() == before
    fresh.node("kill -CONT $(pgrep -x kubelet)")
    assert done.returncode == 1
    assert "the kubelet is stopped by a signal" in done.stderr


def test_where_it_hangs_again_the_old_process_never_goes_away(fresh: ControlPlane) -> None:
    before, manifest = fresh.server(), fresh.node(f"sha256sum {MANIFEST}")
    freeze_at(fresh, MANIFEST.rpartition("/")[0], "while :; do pkill -STOP -x kubelet; sleep 0.1; done")

    done = fresh.deploy("-y", "--data", "audit_wait_seconds=90")

    fresh.node("systemctl stop freezer; systemctl restart kubelet")
    assert done.returncode == 1
    assert "not even after the kubelet was started anew" in done.stderr
    assert "rolled back: the old configuration serves again" in done.stderr
    assert fresh.server() == before
    assert fresh.node(f"sha256sum {MANIFEST}") == manifest
    assert fresh.node(f"ls {POLICY} 2>/dev/null || echo none").strip() == "none"


def test_one_that_hangs_is_started_anew(fresh: ControlPlane) -> None:
    before = fresh.server()
    freeze_at(fresh, MANIFEST.rpartition("/")[0])

    done = fresh.deploy()

    assert done.returncode == 0, done.stdout + done.stderr
    assert "starting the kubelet anew" in done.stderr
    assert fresh.server() != before
    assert "FAIL" not in fresh.verdicts().values()


def test_one_that_hangs_does_not_leave_the_node_without_an_api_server(fresh: ControlPlane, policy_file: Path) -> None:
    """A policy alone: the process is ended by us, so that somebody has to start the next one."""
    text = fresh.node(f"cat {POLICY}")
    policy_file.write_text(text.replace("rules:", "rules:\n  - level: Metadata\n    users: [jane]", 1))
    freeze_at(fresh, POLICY.rpartition("/")[0])

    done = fresh.deploy(policy=policy_file)

    assert done.returncode == 0, done.stdout + done.stderr
    assert "the kubelet has started no kube-apiserver for 60 s: starting the kubelet anew" in done.stderr
    fresh.wait_until_ready()
