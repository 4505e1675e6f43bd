"""The change of a node's log shipper, or of a collector: read, planned purely, handed to the node as one script."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from paramiko import SSHException
from pyinfra import host, logger, state
from pyinfra.api.arguments import CONNECTOR_ARGUMENT_KEYS
from pyinfra.api.command import FunctionCommand
from pyinfra.api.operation import operation

from kubewitness.facts import NodeReading, PastRuns, ServiceFiles, script_command, tree_root
from kubewitness.model import View
from kubewitness.observed import observe
from kubewitness.operations.refusing import not_read, read, refuse, say_red
from kubewitness.rollout.diff import printable
from kubewitness.rollout.outcome import NothingToDo, Refusal
from kubewitness.shell import STATE_DIR
from kubewitness.shippers.model import Program
from kubewitness.shipping.collecting import prepare_collector
from kubewitness.shipping.describing import describe
from kubewitness.shipping.plan import plan, prepare
from kubewitness.shipping.returning import plan_way_back
from kubewitness.shipping.script import change_input, change_script

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from pyinfra.api.host import Host
    from pyinfra.api.state import State

    from kubewitness.observed import ApiServer
    from kubewitness.shipping.collecting import CollectorWish
    from kubewitness.shipping.plan import Prepared
    from kubewitness.shipping.service import ServiceChange
    from kubewitness.shipping.wish import Wish


@dataclass(frozen=True, slots=True)
class ServiceRun:
    """What every node of a run is told. ``id``: backups and journal on the node carry it.

    ``owner``: who runs this, shown to a second operator. ``undo``: the command that undoes it.
    """

    cluster: str
    id: str
    owner: str
    undo: str


@operation()
def log_shipper(wish: Wish, run: ServiceRun) -> Generator[FunctionCommand, None, None]:
    """Have this node's logs shipped as the standard asks, and watch the shipper run, or put everything back.

    + wish: what has to be shipped, with what, to where
    + run: what this run is called, and who runs it
    """
    if wish.install and wish.program is Program.RSYSLOG and not state.is_executing and _lacks_rsyslog():
        host.noop("rsyslog is installed first: what it is told is planned then")
        return
    yield from _change_service(lambda server: prepare(server, wish), run, replace=wish.replace)


@operation()
def collector_node(wish: CollectorWish, run: ServiceRun) -> Generator[FunctionCommand, None, None]:
    """Have this node keep the logs of others, and watch it run, or put everything back.

    + wish: who is let in, and what is kept where
    + run: what this run is called, and who runs it
    """
    if wish.install and not state.is_executing and _lacks_rsyslog():
        host.noop("rsyslog is installed first: what it is told is planned then")
        return
    yield from _change_service(lambda server: prepare_collector(server, wish), run, replace=False)


@operation()
def undo_log_shipper(undone: str, run: ServiceRun) -> Generator[FunctionCommand, None, None]:
    """Put back what a run of ours replaced of a shipper or collector, through the same transaction.

    + undone: id of the run to undo
    + run: what this run is called, and who runs it
    """
    runs = read(PastRuns)
    if runs is None:
        yield from not_read()
        return
    yield from _carry_out(plan_way_back(host.name, undone, runs), run)


def _lacks_rsyslog() -> bool:
    """Whether packages are missing that an operation before this one installs. Not read: no."""
    reading = read(NodeReading)
    if reading is None or reading.shippers is None:
        return False
    found = reading.shippers.of(Program.RSYSLOG)
    return found is None or "omrelp" not in found.modules


def _change_service(
    prepared_for: Callable[[ApiServer], Prepared | Refusal | NothingToDo], run: ServiceRun, *, replace: bool
) -> Generator[FunctionCommand, None, None]:
    reading = read(NodeReading)
    if reading is None:
        yield from not_read()
        return
    if reading.lock is not None:
        logger.info("%sthis node is being changed by %s", host.print_prefix, printable(reading.lock))
    prepared = prepared_for(observe(reading, host.name, run.cluster))
    if isinstance(prepared, (Refusal, NothingToDo)):
        yield from _carry_out(prepared, run)
        return
    paths = {file.path: not file.secret and isinstance(file.content, str | None) for file in prepared.files}
    seen = read(ServiceFiles, paths=paths, unit=prepared.rendered.unit)
    if seen is None:
        yield from not_read()
        return
    yield from _carry_out(plan(host.name, prepared, seen, reading.view, replace=replace), run)


def _carry_out(
    outcome: ServiceChange | Refusal | NothingToDo, run: ServiceRun
) -> Generator[FunctionCommand, None, None]:
    if isinstance(outcome, Refusal):
        yield from refuse(outcome.reasons)
    elif isinstance(outcome, NothingToDo):
        logger.info("%s%s", host.print_prefix, printable(outcome.reason))
        host.noop(outcome.reason)
    else:
        for note in outcome.notes:
            logger.warning("%s%s", host.print_prefix, printable(note))
        if not outcome.changes:
            host.noop(f"{outcome.unit} is as the standard asks, and runs with it")
            return
        for line in describe(outcome, live=tree_root(host) is None):
            logger.info("%s%s", host.print_prefix, line)
        arguments = {
            key: value
            for key, value in (host.current_op_global_arguments or {}).items()
            if key in CONNECTOR_ARGUMENT_KEYS and key != "_stdin"
        }
        yield FunctionCommand(_run, (outcome, run, arguments), {})


def _run(state: State, host: Host, change: ServiceChange, run: ServiceRun, arguments: dict[str, Any]) -> bool:
    """Run the transaction on one node; False fails the host, and no other."""
    root = tree_root(host)
    view = View.LIVE if root is None else View.TREE
    uploaded = ""
    if change.sends is not None:
        uploaded = f"/tmp/kubewitness-{run.id}"  # noqa: S108  compared with its sha256 after it was copied away
        try:
            host.put_file(change.sends.source, uploaded)
        except (OSError, SSHException) as error:  # a ProxyCommand cannot carry so much: paramiko then breaks off
            where = next(wanted.path for _, wanted in change.files if wanted.content is change.sends)
            told = f"could not be sent ({error}): copy it to {where} yourself, and leave shipper_binary out"
            say_red(f"{host.name}: {change.sends.source}: {told}")
            return False
    script = change_script(change, view=view, root=root or "", run=run.id, owner=run.owner, uploaded=uploaded)
    if view is View.LIVE:
        journal = f"{STATE_DIR}/runs/{run.id}/journal"
        logger.info("%srun %s: it goes on if this connection drops, and tells %s", host.print_prefix, run.id, journal)
    done, _ = host.run_shell_command(
        script_command(script), print_output=True, **arguments, _stdin=change_input(change)
    )
    if done and (change.files or change.undone):
        logger.info("%sto undo: %s", host.print_prefix, run.undo)
    return bool(done)
