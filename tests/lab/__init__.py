"""The lab: one real kubeadm control plane in a container with systemd, for the tests that need one. See README.md.

Needs nothing but Python's standard library, so that `python -m tests.lab` works in a bare checkout.
"""

from __future__ import annotations

from tests.lab import binaries, machine
from tests.lab.settings import Lab, LabError, kubernetes_version

__all__ = ["available"]


def available() -> str | None:
    """Why the lab cannot run on this machine; ``None`` where it can. Changes nothing and takes some milliseconds."""
    try:
        lab, version = Lab.from_environment(), kubernetes_version()
        return machine.obstacle(lab) or binaries.obstacle(lab, version)
    except LabError as error:
        return str(error)
