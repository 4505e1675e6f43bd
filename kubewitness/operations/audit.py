"""The change of a control plane. Each operation reads, plans purely, and hands the node one script."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pyinfra import host, logger
from pyinfra.api.arguments import CONNECTOR_ARGUMENT_KEYS
from pyinfra.api.command import FunctionCommand
from pyinfra.api.operation import operation

from kubewitness.facts import NodeReading, PastRuns, script_command, tree_root
from kubewitness.model import View
from kubewitness.observed import observe
from kubewitness.operations.refusing import not_read, read, refuse, say_red
from kubewitness.roles import is_control_plane, may_share_a_cluster
from kubewitness.rollout.diff import describe, printable
from kubewitness.rollout.outcome import NothingToDo, Plan, Refusal, WantedPolicy
from kubewitness.rollout.plan import plan_audit
from kubewitness.rollout.returning import plan_undo
from kubewitness.rollout.runs import describe_runs
from kubewitness.rollout.script import transaction_input, transaction_script
from kubewitness.shell import STATE_DIR

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence

    from pyinfra.api.host import Host
    from pyinfra.api.state import State

    from kubewitness.standard import Standard


@dataclass(frozen=True, slots=True)
class RunContext:
    """What every node of a run is told.

    ``cluster``: after a failure no other control plane of it is touched. ``id``: backups and journal on the node carry
    it. ``owner``: who runs this, shown to a second operator. ``undo``: the command that undoes it. ``wait_seconds``:
    how long an API server may take to get ready.
    """

    cluster: str
    id: str
    owner: str
    undo: str
    wait_seconds: int


@operation()
def audit_logging(standard: Standard, policy: WantedPolicy, run: RunContext) -> Generator[FunctionCommand, None, None]:
    """Bring the audit logging of this node's API server to a standard, prove it, or roll back.

    + standard: what has to be reached
    + policy: the audit policy to write where the present one falls short
    + run: what this run is called, and who runs it
    """
    reading = read(NodeReading)
    if reading is None:
        yield from not_read()
    else:
        yield from _carry_out(plan_audit(observe(reading, host.name, run.cluster), standard, policy), run)


@operation()
def undo_audit_logging(undone: str, run: RunContext) -> Generator[FunctionCommand, None, None]:
    """Put back what a run of ours replaced, through the same transaction.

    + undone: id of the run to undo
    + run: what this run is called, and who runs it
    """
    reading = read(NodeReading, run=undone)
    runs = None if reading is None else read(PastRuns)
    if reading is None or runs is None:
        yield from not_read()
    else:
        yield from _carry_out(plan_undo(observe(reading, host.name, run.cluster), undone, runs), run)


@operation()
def past_runs(undo: str) -> Generator[FunctionCommand, None, None]:
    """List the runs of ours that this node remembers. Changes nothing.

    + undo: the command that undoes one, with RUN for its id
    """
    runs = read(PastRuns)
    if runs is None:
        yield from not_read()
        return
    for line in describe_runs(runs, undo):
        logger.info("%s%s", host.print_prefix, printable(line))
    host.noop("nothing is undone: no run was named")


def _carry_out(outcome: Plan | Refusal | NothingToDo, run: RunContext) -> Generator[FunctionCommand, None, None]:
    if isinstance(outcome, Refusal):
        yield from refuse(outcome.reasons)
    elif isinstance(outcome, NothingToDo):
        logger.info("%s%s", host.print_prefix, printable(outcome.reason))
        host.noop(outcome.reason)
    elif not outcome.changes:
        for line in outcome.reasons:
            logger.info("%s%s", host.print_prefix, printable(line))
        host.noop("audit logging is as the standard asks, and nothing is stale")
    else:
        for line in describe(outcome, live=tree_root(host) is None):
            logger.info("%s%s", host.print_prefix, line)
        arguments = {
            key: value
            for key, value in (host.current_op_global_arguments or {}).items()
            if key in CONNECTOR_ARGUMENT_KEYS and key != "_stdin"
        }
        yield FunctionCommand(_run, (outcome, run, arguments), {})


def _run(state: State, host: Host, plan: Plan, run: RunContext, arguments: dict[str, Any]) -> bool:
    """Run the transaction on one node; False fails the host, and with it the rest of its cluster."""
    broken = [peer for peer in state.failed_hosts if is_control_plane(peer) and may_share_a_cluster(peer, host)]
    if broken:
        say_red(_not_touched(host, broken))
        return False
    root = tree_root(host)
    view = View.LIVE if root is None else View.TREE
    script = transaction_script(
        plan, view=view, root=root or "", run=run.id, owner=run.owner, wait_seconds=run.wait_seconds
    )
    if view is View.LIVE:
        journal = f"{STATE_DIR}/runs/{run.id}/journal"
        logger.info("%srun %s: it goes on if this connection drops, and tells %s", host.print_prefix, run.id, journal)
    command = script_command(script)
    done, _ = host.run_shell_command(command, print_output=True, **arguments, _stdin=transaction_input(plan))
    if done and plan.written:
        logger.info("%sto undo: %s", host.print_prefix, run.undo)
    return bool(done)


def _not_touched(host: Host, broken: Sequence[Host]) -> str:
    names = ", ".join(sorted(peer.name for peer in broken))
    if all(peer.data.get("cluster") for peer in (host, *broken)):
        return f"{host.name}: not touched: {names} of the same cluster failed: mend that first"
    return f"{host.name}: not touched: {names} failed, and may be of the same cluster: name each host's `cluster`"
