"""What ``pyinfra`` runs: compositions of our operations, in ``deploys/*.py`` or as ``kubewitness.deploys.NAME``."""

from __future__ import annotations

import getpass
import os
import re
import secrets
import shlex
import socket
import sys
from datetime import UTC, datetime
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click
from pyinfra import host, inventory, state
from pyinfra.api.deploy import deploy
from pyinfra_cli.main import cli as pyinfra_command

from kubewitness.content import own_policy_text, policy_text, read_standard
from kubewitness.errors import KubewitnessError
from kubewitness.operations import (
    ManagedRun,
    RunContext,
    audit_logging,
    managed_logging,
    past_runs,
    refused,
    undo_audit_logging,
)
from kubewitness.providers import Clouds
from kubewitness.roles import cluster_of, is_control_plane, is_managed
from kubewitness.rollout.outcome import WantedPolicy
from kubewitness.rollout.script import WAIT_SECONDS

#: A manifest change takes 45 s where all is well.
_SHORTEST_WAIT: Final = 60

#: pyinfra's options that are about one run, not about how its hosts are reached.
_OF_ONE_RUN: Final = frozenset(
    {"dry", "diff", "yes", "limit", "exclude", "verbosity", "json_output", "support"}
    | {"debug", "debug_all", "debug_facts", "debug_operations"}
)
_SECRET_NAME: Final = re.compile("pass|secret|token|credential|api_?key", re.IGNORECASE)
_USER_INFO: Final = re.compile("://.*@")

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pyinfra.api.state import State

    from kubewitness.standard import Standard


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
                past_runs(name=f"Runs of ours on {name}", undo=_undo_command(name, "RUN"))


@deploy("Managed logging")
def enable_managed() -> None:
    """Bring the logging of every managed cluster (`@managed/NAME`) to its standard.

    Host data: `provider`, `standard`, `cluster`, `kms_key` (the key that log groups get), `managed_wait_seconds` (how
    long a cluster's updates may take; 900), and how the cluster is reached: docs/managed.md.
    """
    if not is_managed(host):
        return
    name = "Logging of managed clusters"  # one name: one operation, on all of them at once
    try:
        standard = read_standard(str(host.data.get("standard") or "standard"))
        wait = _seconds("managed_wait_seconds", default=900, least=10)
    except KubewitnessError as error:
        refused(name=name, reason=str(error))
        return
    of, clouds = host.name, _clouds(state)
    connect = partial(clouds.cluster, of, cluster_of(host), host.data.get)
    managed_logging(name=name, standard=standard, run=ManagedRun(connect, str(host.data.get("kms_key") or ""), wait))


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
    run = _run_id(state)
    return RunContext(cluster_of(host), run, _owner(), _undo_command(name, run), _wait_seconds())


def _wait_seconds() -> int:
    return _seconds("audit_wait_seconds", default=WAIT_SECONDS, least=_SHORTEST_WAIT)


def _seconds(key: str, *, default: int, least: int) -> int:
    given = str(host.data.get(key) or default)
    if not given.isascii() or not given.isdigit() or int(given) < least:
        raise KubewitnessError(f"{host.name}: {key} is {given!r}: give {least} seconds or more")
    return int(given)


@cache
def _clouds(of: State) -> Clouds:  # one for each pyinfra run, so that its clusters share their clients
    return Clouds()


@cache
def _run_id(of: State) -> str:  # one id for each pyinfra run, on all of its hosts
    return f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}-{secrets.token_hex(2)}"


def _owner() -> str:
    try:
        user = getpass.getuser()
    except (KeyError, OSError):  # a container's user may have no name
        user = f"uid {os.getuid()}"
    return f"{user}@{socket.gethostname()} (process {os.getpid()})"


def _undo_command(name: str, run: str) -> str:
    """The command that undoes ``run`` on one host, with the options of this one as to how hosts are reached.

    Passwords are named, never shown. Whoever did not start ``pyinfra`` itself is told to name an INVENTORY.
    """
    inventory_and_options = _given_to_pyinfra(sys.argv) or ["INVENTORY"]
    undo = ["kubewitness.deploys.undo_audit", f"run={run}", "--limit", name, "-y"]
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
