"""What pyinfra changes on a host for us. Each operation reads, plans purely, and hands the node one script."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from pyinfra import host, logger, state
from pyinfra.api.arguments import CONNECTOR_ARGUMENT_KEYS
from pyinfra.api.command import FunctionCommand
from pyinfra.api.exceptions import PyinfraError
from pyinfra.api.operation import operation

from kubewitness.enabling import enable
from kubewitness.errors import KubewitnessError
from kubewitness.facts import NodeReading, PastRuns, script_command, tree_root
from kubewitness.managedplan import ManagedRefusal, plan_managed
from kubewitness.model import View
from kubewitness.observed import observe
from kubewitness.providers import NotReadError
from kubewitness.roles import is_control_plane, may_share_a_cluster
from kubewitness.rollout.diff import describe, printable
from kubewitness.rollout.outcome import NothingToDo, Plan, Refusal, WantedPolicy
from kubewitness.rollout.plan import plan_audit
from kubewitness.rollout.returning import plan_undo
from kubewitness.rollout.runs import describe_runs
from kubewitness.rollout.script import transaction_input, transaction_script
from kubewitness.shell import STATE_DIR

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Sequence

    from pyinfra.api.facts import FactBase
    from pyinfra.api.host import Host
    from pyinfra.api.state import State

    from kubewitness.managed import ManagedCluster
    from kubewitness.managedplan import ManagedPlan
    from kubewitness.providers import ManagedApi
    from kubewitness.standard import Standard


_T = TypeVar("_T")


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
    reading = _read(NodeReading)
    if reading is None:
        yield from _not_read()
    else:
        yield from _carry_out(plan_audit(observe(reading, host.name, run.cluster), standard, policy), run)


@operation()
def undo_audit_logging(undone: str, run: RunContext) -> Generator[FunctionCommand, None, None]:
    """Put back what a run of ours replaced, through the same transaction.

    + undone: id of the run to undo
    + run: what this run is called, and who runs it
    """
    reading = _read(NodeReading, run=undone)
    runs = None if reading is None else _read(PastRuns)
    if reading is None or runs is None:
        yield from _not_read()
    else:
        yield from _carry_out(plan_undo(observe(reading, host.name, run.cluster), undone, runs), run)


@operation()
def past_runs(undo: str) -> Generator[FunctionCommand, None, None]:
    """List the runs of ours that this node remembers. Changes nothing.

    + undo: the command that undoes one, with RUN for its id
    """
    runs = _read(PastRuns)
    if runs is None:
        yield from _not_read()
        return
    for line in describe_runs(runs, undo):
        logger.info("%s%s", host.print_prefix, printable(line))
    host.noop("nothing is undone: no run was named")


def _read(fact: type[FactBase[_T]], **arguments: str) -> _T | None:
    """What ``fact`` says of this host; ``None``: it could not be read, and one line has said what to do."""
    problem = "not read, so not touched: see above; a wrong password of sudo is mended in _sudo_password"
    try:
        found: _T | None = host.get_fact(fact, **arguments)
    except EOFError:  # pyinfra asks for the password, and nobody answers
        problem = (
            "sudo wants a password, and there is no terminal to ask at: set _sudo_password (or --data _sudo_password=…)"
        )
        found = None
    except PyinfraError:  # no host is left
        if not state.is_executing:
            _say_red(problem)
            raise
        found = None
    if found is None:
        _say_red(f"{host.name}: {problem}")
    return found


def _not_read() -> Generator[FunctionCommand, None, None]:
    """This host fails, where pyinfra has not failed it already; the others go on."""
    if not state.is_executing and host not in state.failed_hosts:
        _fail_while_preparing()
    yield FunctionCommand(_refuse, (), {})


@operation()
def refused(reason: str) -> Generator[FunctionCommand, None, None]:
    """Refuse to touch this host: one line, and the host fails.

    + reason: what - where - what to do
    """
    yield from _carry_out(Refusal((reason,)), RunContext("", "", "", "", 0))


@dataclass(frozen=True, slots=True)
class ManagedRun:
    """How a managed cluster is reached and changed.

    ``connect`` raises KubewitnessError or NotReadError. ``key``: the customer's, for log destinations; empty: none.
    ``wait_seconds``: how long its updates may take.
    """

    connect: Callable[[], ManagedApi]
    key: str
    wait_seconds: int


@operation()
def managed_logging(standard: Standard, run: ManagedRun) -> Generator[FunctionCommand, None, None]:
    """Bring the logging of this managed cluster to a standard, wait until it is, and read it again.

    + standard: what has to be reached
    + run: how the cluster is reached
    """
    try:
        api = run.connect()
        plan = partial(plan_managed, standard=standard, key=run.key, retention_at_least=api.retention_at_least)
        outcome = plan(api.observe())
    except NotReadError as error:
        outcome = ManagedRefusal(error.unread.detail)
    except KubewitnessError as error:
        outcome = ManagedRefusal(str(error))
    if isinstance(outcome, ManagedRefusal):
        _say_red(outcome.reason)
        if state.is_executing:
            yield FunctionCommand(_refuse, (), {})
        else:
            _leave_out_while_preparing()
        return
    for note in outcome.notes:
        logger.warning("%snot changed: %s", host.print_prefix, printable(note))
    if not outcome.steps:
        host.noop("logging is as the standard asks, as far as it is ours to change")
        return
    if not state.is_executing:
        for step in outcome.steps:
            logger.info("%swould %s", host.print_prefix, printable(str(step)))
    yield FunctionCommand(_enable, (api, plan, run.wait_seconds), {})


def _enable(
    state: State,
    host: Host,
    api: ManagedApi,
    plan: Callable[[ManagedCluster], ManagedPlan | ManagedRefusal],
    wait_seconds: int,
) -> bool:
    try:
        enable(api, plan, lambda step: logger.info("%s%s", host.print_prefix, printable(step)), wait_seconds)
    except (KubewitnessError, NotReadError) as error:
        logger.error("%skubewitness: %s", host.print_prefix, printable(str(error)))
        return False
    return True


def _say_red(reason: str) -> None:
    host.log_styled(f"kubewitness: {printable(reason)}", fg="red", log_func=logger.error)


def _leave_out_while_preparing() -> None:
    """This host has failed, and no other: clusters stand for themselves, so there is nothing to ask anybody about."""
    refused_host = state.inventory.get_host(host.name)
    state.failed_hosts.add(refused_host)
    state.active_hosts.discard(refused_host)


def _carry_out(outcome: Plan | Refusal | NothingToDo, run: RunContext) -> Generator[FunctionCommand, None, None]:
    if isinstance(outcome, Refusal):
        for reason in outcome.reasons:
            _say_red(reason)
        if not state.is_executing:  # in a dry run nothing will fail this host later
            _fail_while_preparing()
        yield FunctionCommand(_refuse, (), {})
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


def _fail_while_preparing() -> None:
    """Fail this host alone where pyinfra can ask whether to go on with the others, else the run."""
    if not sys.stdin.isatty():
        raise PyinfraError(f"{host.name} was refused, nothing was changed on any host")
    state.fail_hosts({state.inventory.get_host(host.name)})


def _refuse(state: State, host: Host) -> bool:
    return False


def _run(state: State, host: Host, plan: Plan, run: RunContext, arguments: dict[str, Any]) -> bool:
    """Run the transaction on one node; False fails the host, and with it the rest of its cluster."""
    broken = [peer for peer in state.failed_hosts if is_control_plane(peer) and may_share_a_cluster(peer, host)]
    if broken:
        _say_red(_not_touched(host, broken))
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
