"""The lab for tests that need it: brought up once, put back to freshly initialised where a module asks for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.e2e.controlplane import ControlPlane, wanted_version

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(scope="session")
def lab() -> Iterator[ControlPlane]:
    """The lab's control plane. Taken down at the end unless it was up before."""
    plane = ControlPlane()
    was_up = plane.lab_version() is not None
    if plane.lab_version() not in {None, wanted_version()}:
        plane.lab("down")
    plane.lab("up")
    yield plane
    if not was_up:
        plane.lab("down")


@pytest.fixture(scope="module")
def fresh(lab: ControlPlane) -> ControlPlane:
    """As kubeadm left it: no audit logging, nothing of ours on the node."""
    lab.lab("reset")
    return lab


@pytest.fixture(scope="module")
def audited(fresh: ControlPlane) -> ControlPlane:
    """A control plane that our deploy has switched on."""
    done = fresh.deploy()
    assert done.returncode == 0, done.stdout + done.stderr
    return fresh


@pytest.fixture
def policy_file(tmp_path: Path) -> Path:
    return tmp_path / "policy.yaml"
