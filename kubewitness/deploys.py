"""What ``pyinfra`` runs: compositions of our operations, in ``deploys/*.py`` or as ``kubewitness.deploys.NAME``."""

from __future__ import annotations

import getpass
import os
import secrets
import shlex
import socket
import sys
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from pyinfra import host, inventory, state
from pyinfra.api.deploy import deploy

from kubewitness.content import policy_text, read_standard
from kubewitness.errors import KubewitnessError
from kubewitness.operations import RunContext, audit_logging, refused, undo_audit_logging
from kubewitness.roles import cluster_of, is_control_plane
from kubewitness.rollout.plan import WantedPolicy
from kubewitness.rollout.script import WAIT_SECONDS

if TYPE_CHECKING:
    from pyinfra.api.state import State

    from kubewitness.standard import Standard


@deploy("Audit logging")
def enable_audit() -> None:
    """Bring the audit logging of every control plane to its standard, one node at a time.

    Host data: `standard` (a name, or a file), `audit_policy` (a file: the team's own policy), `cluster`,
    `audit_wait_seconds` (how long an API server may take to get ready; 240).
    """
    for name in host.loop(sorted(peer.name for peer in inventory)):
        if host.name == name and is_control_plane(host):
            try:
                standard = read_standard(str(host.data.get("standard") or "standard"))
                policy, run = _wanted_policy(standard), _context(name)
            except KubewitnessError as error:  # raised here it would end the run on every host, with a traceback
                refused(name=f"Audit logging of {name}", reason=str(error))
            else:
                audit_logging(name=f"Audit logging of {name}", standard=standard, policy=policy, run=run)


@deploy("Undo audit logging")
def undo_audit(run: str) -> None:
    """Put back what a run replaced, on the hosts that it changed.

    + run: id of the run, as it printed it
    """
    for name in host.loop(sorted(peer.name for peer in inventory)):
        if host.name == name and is_control_plane(host):
            undo_audit_logging(
                name=f"Undo run {run} on {name}",
                undone=str(run),
                run=_context(name),
            )


def _wanted_policy(standard: Standard) -> WantedPolicy:
    own = host.data.get("audit_policy")
    if not own:
        return WantedPolicy(
            policy_text(standard.audit.policy), f"policies/audit/{standard.audit.policy}.yaml", exact=False
        )
    try:
        text = Path(str(own)).read_text("utf-8", "surrogateescape")
    except OSError as error:
        raise KubewitnessError(f"{own}: {error.strerror}: audit_policy names a file on this machine") from error
    return WantedPolicy(text, str(own), exact=True)


def _context(name: str) -> RunContext:
    run = _run_id(state)
    return RunContext(cluster_of(host), run, _owner(), _undo_command(name, run), _wait_seconds())


def _wait_seconds() -> int:
    given = str(host.data.get("audit_wait_seconds") or WAIT_SECONDS)
    if not given.isascii() or not given.isdigit():
        raise KubewitnessError(f"{host.name}: audit_wait_seconds is {given!r}: give a number of seconds")
    return int(given)


@cache
def _run_id(of: State) -> str:  # one id for each pyinfra run, on all of its hosts
    return f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}-{secrets.token_hex(2)}"


def _owner() -> str:
    return f"{getpass.getuser()}@{socket.gethostname()} (process {os.getpid()})"


def _undo_command(name: str, run: str) -> str:
    words = [word for word in sys.argv[1:] if not word.startswith("-")]
    given = words[0] if words and Path(sys.argv[0]).name == "pyinfra" else "INVENTORY"
    return shlex.join(["pyinfra", given, "kubewitness.deploys.undo_audit", f"run={run}", "--limit", name, "-y"])
