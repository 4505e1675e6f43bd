"""How an operation says no: one red line, and the host fails; the others go on where that is safe."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, TypeVar

from pyinfra import host, logger, state
from pyinfra.api.command import FunctionCommand
from pyinfra.api.exceptions import PyinfraError
from pyinfra.api.operation import operation

from kubewitness.rollout.diff import printable

if TYPE_CHECKING:
    from collections.abc import Generator

    from pyinfra.api.facts import FactBase
    from pyinfra.api.host import Host
    from pyinfra.api.state import State

_T = TypeVar("_T")


@operation()
def refused(reason: str) -> Generator[FunctionCommand, None, None]:
    """Refuse to touch this host: one line, and the host fails.

    + reason: what - where - what to do
    """
    yield from refuse((reason,))


def refuse(reasons: tuple[str, ...]) -> Generator[FunctionCommand, None, None]:
    """Say why, a line each, and fail this host."""
    for reason in reasons:
        say_red(reason)
    if not state.is_executing:  # in a dry run nothing will fail this host later
        _fail_while_preparing()
    yield FunctionCommand(fails, (), {})


def read(fact: type[FactBase[_T]], **arguments: object) -> _T | None:
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
            say_red(problem)
            raise
        found = None
    if found is None:
        say_red(f"{host.name}: {problem}")
    return found


def not_read() -> Generator[FunctionCommand, None, None]:
    """This host fails, where pyinfra has not failed it already; the others go on."""
    if not state.is_executing and host not in state.failed_hosts:
        _fail_while_preparing()
    yield FunctionCommand(fails, (), {})


def say_red(reason: str) -> None:
    """One line of ours, in red; safe to print."""
    host.log_styled(f"kubewitness: {printable(reason)}", fg="red", log_func=logger.error)


def leave_out_while_preparing() -> None:
    """This host has failed, and no other: clusters stand for themselves, so there is nothing to ask anybody about."""
    refused_host = state.inventory.get_host(host.name)
    state.failed_hosts.add(refused_host)
    state.active_hosts.discard(refused_host)


def _fail_while_preparing() -> None:
    """Fail this host alone where pyinfra can ask whether to go on with the others, else the run."""
    if not sys.stdin.isatty():
        raise PyinfraError(f"{host.name} was refused, nothing was changed on any host")
    state.fail_hosts({state.inventory.get_host(host.name)})


def fails(state: State, host: Host) -> bool:
    """The command of a host that is refused."""
    return False
