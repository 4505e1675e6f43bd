"""The change of a node's journal: read, planned purely, handed to the node as one script, and read back."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pyinfra import host, logger
from pyinfra.api.arguments import CONNECTOR_ARGUMENT_KEYS
from pyinfra.api.command import FunctionCommand
from pyinfra.api.operation import operation

from kubewitness.errors import KubewitnessError
from kubewitness.facts import NodeReading, probe_command, script_command, tree_root
from kubewitness.model import View
from kubewitness.nodelogs.dropin import JournalPlan, plan_journal, plan_removal
from kubewitness.observednode import observe_node
from kubewitness.operations.refusing import not_read, read, refuse, say_red
from kubewitness.probe.frames import parse_reading
from kubewitness.rollout.diff import diff, printable
from kubewitness.rollout.outcome import Refusal
from kubewitness.shell import render

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from pyinfra.api.host import Host
    from pyinfra.api.state import State

    from kubewitness.observednode import Node
    from kubewitness.standard import Standard


@dataclass(frozen=True, slots=True)
class JournalRun:
    """What every node of a run is told. ``owner``: who runs this, shown to a second operator.

    ``undo``: the command that undoes it; empty: this is that run.
    """

    cluster: str
    id: str
    owner: str
    undo: str


@dataclass(frozen=True, slots=True)
class _Asked:
    """What is planned with, before and again afterwards."""

    plan: Callable[[Node], JournalPlan | Refusal]
    run: JournalRun


@operation()
def journal_kept(standard: Standard, run: JournalRun) -> Generator[FunctionCommand, None, None]:
    """Have journald keep what the standard asks, with drop-ins for what falls short, and read back what is in force.

    + standard: what has to be reached
    + run: what this run is called, and who runs it
    """
    yield from _change(_Asked(lambda node: plan_journal(node, standard), run))


@operation()
def journal_as_before(run: JournalRun) -> Generator[FunctionCommand, None, None]:
    """Take away every drop-in of ours.

    + run: what this run is called, and who runs it
    """
    yield from _change(_Asked(plan_removal, run))


def _change(asked: _Asked) -> Generator[FunctionCommand, None, None]:
    run = asked.run
    reading = read(NodeReading)
    if reading is None:
        yield from not_read()
        return
    node = observe_node(reading, host.name, run.cluster)
    plan = asked.plan(node) if node else Refusal((f"{host.name}: no systemd in this file tree: nothing to set here",))
    if isinstance(plan, Refusal):
        yield from refuse(plan.reasons)
        return
    for line in plan.left:
        logger.warning("%s%s", host.print_prefix, printable(line))
    if not plan.changes:
        host.noop("the journal is kept as the standard asks, and journald runs with it" if run.undo else "none of ours")
        return
    for reason in plan.reasons:
        logger.info("%s%s", host.print_prefix, printable(reason))
    for change in plan.files:
        for line in diff(change):
            logger.info("%s%s", host.print_prefix, line)
    arguments = {
        key: value
        for key, value in (host.current_op_global_arguments or {}).items()
        if key in CONNECTOR_ARGUMENT_KEYS and key != "_stdin"
    }
    yield FunctionCommand(_run, (plan, asked, arguments), {})


def _run(state: State, host: Host, plan: JournalPlan, asked: _Asked, arguments: dict[str, Any]) -> bool:
    """Run the script on one node and look again; False fails the host, and no other."""
    root = tree_root(host)
    script = render(
        "journald",
        {
            "ROOT": (root or "").rstrip("/"),
            "VIEW": View.LIVE if root is None else View.TREE,
            "RUN": asked.run.id,
            "OWNER": asked.run.owner,
            "RESTART": "yes" if plan.restart else "",
            "FLUSH": "yes" if plan.flush else "",
            "UNITS": " ".join(plan.units),
        },
    )
    done, _ = host.run_shell_command(script_command(script), print_output=True, **arguments, _stdin=_input(plan))
    if not done or (root is None and not _read_back(host, asked, arguments)):
        return False
    if asked.run.undo:
        logger.info("%sto undo: %s", host.print_prefix, asked.run.undo)
    return True


def _input(plan: JournalPlan) -> list[str]:
    """The new files, a line each; the script uses none of them before it has seen the last line."""
    lines = []
    for change in plan.files:
        text = change.after
        lines.append(f"{change.path} {'-' if text is None else base64.b64encode(text.encode()).decode('ascii')}")
    return [*lines, "end"]


def _read_back(host: Host, asked: _Asked, arguments: dict[str, Any]) -> bool:
    """Whether the same question finds nothing to change any more."""
    seen, output = host.run_shell_command(probe_command(host), **arguments)
    try:
        node = observe_node(parse_reading(list(output.stdout_lines)), host.name, asked.run.cluster) if seen else None
    except KubewitnessError as error:
        say_red(f"{host.name}: what is in force now could not be read: {error}")
        return False
    plan = asked.plan(node) if node else Refusal((f"{host.name}: what is in force now could not be read",))
    if isinstance(plan, JournalPlan) and not plan.changes:
        return True
    for reason in plan.reasons:
        say_red(f"{host.name}: not in force: {reason}")
    return False
