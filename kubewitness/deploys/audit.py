"""The audit logging of control planes: switch it on, put it back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pyinfra import host, inventory, state
from pyinfra.api.deploy import deploy

from kubewitness.content import own_policy_text, policy_text, read_standard
from kubewitness.deploys.runs import owner, run_id, seconds, undo_command
from kubewitness.errors import KubewitnessError
from kubewitness.operations.audit import RunContext, audit_logging, past_runs, undo_audit_logging
from kubewitness.operations.refusing import refused
from kubewitness.roles import cluster_of, is_control_plane
from kubewitness.rollout.outcome import WantedPolicy
from kubewitness.rollout.script import WAIT_SECONDS

if TYPE_CHECKING:
    from kubewitness.standard import Standard

#: A manifest change takes 45 s where all is well.
_SHORTEST_WAIT: Final = 60


@deploy("Audit logging")
def enable_audit() -> None:
    """Bring the audit logging of every control plane to its standard, one node at a time.

    Host data: `standard` (a name, or a file), `audit_policy` (a file: the team's own policy), `cluster`,
    `audit_policy_replace` (replace a policy that is not ours and misses something; False),
    `audit_wait_seconds` (how long an API server may take to get ready; 330).
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
def undo_audit(run: str = "") -> None:
    """Put back what a run replaced, on the hosts that it changed; without ``run``, list the runs and change nothing.

    + run: id of the run, as it printed it
    """
    for name in host.loop(sorted(peer.name for peer in inventory)):
        if host.name == name and is_control_plane(host):
            if run:
                undo_audit_logging(name=f"Undo run {run} on {name}", undone=str(run), run=_context(name))
            else:
                past_runs(name=f"Runs of ours on {name}", undo=undo_command(name, "RUN"))


def _wanted_policy(standard: Standard) -> WantedPolicy:
    own = host.data.get("audit_policy")
    if not own:
        where = f"policies/audit/{standard.audit.policy}.yaml"
        return WantedPolicy(policy_text(standard.audit.policy), where, exact=False, replace=_may_replace())
    text = own_policy_text(str(own))
    return WantedPolicy(text, str(own), exact=True)


def _may_replace() -> bool:
    """Host data as Python has it, or as the command line's ``--data`` gives it."""
    return str(host.data.get("audit_policy_replace") or "").lower() in {"true", "yes", "1"}


def _context(name: str) -> RunContext:
    run = run_id(state)
    return RunContext(cluster_of(host), run, owner(), undo_command(name, run), _wait_seconds())


def _wait_seconds() -> int:
    return seconds("audit_wait_seconds", default=WAIT_SECONDS, least=_SHORTEST_WAIT)
