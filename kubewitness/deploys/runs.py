"""What a run of ours is called, who runs it, and the command that undoes it."""

from __future__ import annotations

import getpass
import os
import re
import secrets
import shlex
import socket
import sys
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click
from pyinfra import host
from pyinfra_cli.main import cli as pyinfra_command

from kubewitness.errors import KubewitnessError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pyinfra.api.state import State

#: pyinfra's options that are about one run, not about how its hosts are reached.
_OF_ONE_RUN: Final = frozenset(
    {"dry", "diff", "yes", "limit", "exclude", "verbosity", "json_output", "support"}
    | {"debug", "debug_all", "debug_facts", "debug_operations"}
)
_SECRET_NAME: Final = re.compile("pass|secret|token|credential|api_?key", re.IGNORECASE)
_USER_INFO: Final = re.compile("://.*@")


def seconds(key: str, *, default: int, least: int) -> int:
    """Host data ``key``, a number of seconds. Raises KubewitnessError."""
    given = str(host.data.get(key) or default)
    if not given.isascii() or not given.isdigit() or int(given) < least:
        raise KubewitnessError(f"{host.name}: {key} is {given!r}: give {least} seconds or more")
    return int(given)


@cache
def run_id(of: State) -> str:
    """One id for each pyinfra run, on all of its hosts."""
    return f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}-{secrets.token_hex(2)}"


def owner() -> str:
    """Who runs this, as a second operator is told."""
    try:
        user = getpass.getuser()
    except (KeyError, OSError):  # a container's user may have no name
        user = f"uid {os.getuid()}"
    return f"{user}@{socket.gethostname()} (process {os.getpid()})"


def undo_command(name: str, run: str, deploy: str = "undo_audit") -> str:
    """The command that undoes ``run`` on one host, with the options of this one as to how hosts are reached.

    ``deploy``: the one of ours that undoes. Passwords are named, never shown. Whoever did not start
    ``pyinfra`` itself is told to name an INVENTORY.
    """
    inventory_and_options = _given_to_pyinfra(sys.argv) or ["INVENTORY"]
    undo = [f"kubewitness.deploys.{deploy}", *([f"run={run}"] if run else []), "--limit", name, "-y"]
    return shlex.join(["pyinfra", *inventory_and_options, *undo])


def _given_to_pyinfra(argv: Sequence[str]) -> list[str]:
    """Options and inventory of a ``pyinfra`` command line; nothing where it is one of another program."""
    program = Path(argv[0])
    if program.name != "pyinfra" and program.parts[-2:] != ("pyinfra", "__main__.py"):
        return []
    context = pyinfra_command.make_context("pyinfra", list(argv[1:]), resilient_parsing=True)
    if not context.params.get("inventory"):
        return []
    words: list[str] = []
    for option in pyinfra_command.params:
        given = context.get_parameter_source(option.name) is click.core.ParameterSource.COMMANDLINE
        if given and isinstance(option, click.Option) and option.name not in _OF_ONE_RUN:
            words += _option(option, context.params[option.name])
    return [*words, str(context.params["inventory"])]


def _option(option: click.Option, value: object) -> Iterator[str]:
    for item in value if isinstance(value, tuple) else (value,):
        yield option.opts[0]
        if not option.is_flag:
            name, equals, _ = str(item).partition("=") if option.name == "data" else (str(option.name), "", "")
            secret = _SECRET_NAME.search(name) or _USER_INFO.search(str(item))
            yield f"{name if equals else ''}{equals}PASSWORD" if secret else str(item)
