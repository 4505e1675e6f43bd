"""The change of a managed cluster: read, planned purely, carried out through its provider's API."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from pyinfra import host, logger, state
from pyinfra.api.command import FunctionCommand
from pyinfra.api.operation import operation

from kubewitness.enabling import enable
from kubewitness.errors import KubewitnessError
from kubewitness.managedplan import ManagedRefusal, plan_managed
from kubewitness.operations.refusing import fails, leave_out_while_preparing, say_red
from kubewitness.providers import NotReadError
from kubewitness.rollout.diff import printable

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from pyinfra.api.host import Host
    from pyinfra.api.state import State

    from kubewitness.managed import ManagedCluster
    from kubewitness.managedplan import ManagedPlan
    from kubewitness.providers import ManagedApi
    from kubewitness.standard import Standard


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
        key = api.key(run.key)
        plan = partial(plan_managed, standard=standard, key=key, retention_at_least=api.retention_at_least)
        outcome = plan(api.observe())
    except NotReadError as error:
        outcome = ManagedRefusal(error.unread.detail)
    except KubewitnessError as error:
        outcome = ManagedRefusal(str(error))
    if isinstance(outcome, ManagedRefusal):
        say_red(outcome.reason)
        if state.is_executing:
            yield FunctionCommand(fails, (), {})
        else:
            leave_out_while_preparing()
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
