"""From an inventory to what was observed: pyinfra connects to machines, one command a node; providers are asked.

Importing this module patches the process for gevent, as pyinfra needs it: import it on use, and before anything that
speaks TLS. A node that cannot be read is an ``UnreadTarget``; the others go on.
"""

from __future__ import annotations

from gevent import monkey

monkey.patch_all()

import logging  # noqa: E402
import re  # noqa: E402
from dataclasses import replace  # noqa: E402
from functools import partial  # noqa: E402
from pathlib import Path  # noqa: E402
from typing import TYPE_CHECKING, Any, Final  # noqa: E402

import gevent  # noqa: E402
from gevent.lock import BoundedSemaphore  # noqa: E402
from paramiko import SSHException  # noqa: E402
from pyinfra.api.arguments import CONNECTOR_ARGUMENT_KEYS, pop_global_arguments  # noqa: E402
from pyinfra.api.config import Config  # noqa: E402
from pyinfra.api.exceptions import ConnectError, NoHostError  # noqa: E402
from pyinfra.api.host import Host  # noqa: E402
from pyinfra.api.inventory import Inventory  # noqa: E402
from pyinfra.api.state import State, StateStage  # noqa: E402
from pyinfra.context import ctx_host, ctx_state  # noqa: E402

from kubewitness.errors import KubewitnessError  # noqa: E402
from kubewitness.facts import probe_command, script_command, tree_root  # noqa: E402
from kubewitness.ladder import Subject, UnreadTarget  # noqa: E402
from kubewitness.model import Kind, Reason, Rung, Unread  # noqa: E402
from kubewitness.observed import ApiServer, observe  # noqa: E402
from kubewitness.observednode import Node, observe_node  # noqa: E402
from kubewitness.probe.frames import parse_reading  # noqa: E402
from kubewitness.providers import Clouds, NotReadError  # noqa: E402
from kubewitness.roles import cluster_of, is_control_plane, is_machine, is_managed, is_misnamed  # noqa: E402
from kubewitness.stores.inventory import look_into_store  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from pyinfra.api.command import StringCommand

#: A probe takes a second; a node that has not answered by then does not answer.
PROBE_TIMEOUT_SECONDS: Final = 60
#: Clusters of all providers together. An account's limits are reached by some tens of calls a second.
_MANAGED_AT_ONCE: Final = 16
_DENIED: Final = re.compile(r"sudo|password|permission denied|not allowed", re.IGNORECASE)


def tree_inventory(folder: str) -> Inventory:
    """An inventory of one file tree."""
    root = Path(folder).resolve()
    if not root.is_dir():
        raise KubewitnessError(f"{folder}: not a folder: --root names one that holds a node's files")
    return Inventory(([(f"@tree/{root.name or 'root'}", {"root": str(root)})], {}))


def read_inventory(path: str) -> Inventory:
    """The pyinfra inventory at ``path``. Raises KubewitnessError where there is none, or no host in it."""
    from pyinfra_cli.inventory import make_inventory  # noqa: PLC0415

    if path.endswith(".py") and not Path(path).is_file():
        raise KubewitnessError(f"{path}: no such inventory: check the path")
    try:
        with ctx_state.use(State()):  # what executes the file leaves its name there
            inventory: Inventory = make_inventory(path, cwd=str(Path.cwd()))
            return inventory
    except Exception as error:  # the file is code of the user's, which can fail in any way
        told = getattr(error, "exception", error)  # pyinfra wraps it, and its wrapper cannot be printed
        raise KubewitnessError(f"{path}: cannot be read as an inventory: {type(told).__name__}: {told}") from error


def collect(
    inventory: Inventory, limit: Iterable[str], canary: str, progress: Callable[[str], None]
) -> Iterator[tuple[Subject, str, str | None]]:
    """Each machine and managed cluster as it was seen, as they answer; host data ``standard``, ``audit_policy``.

    A control plane is two: its API server and the node. ``canary``: id of the request to send and look for; empty: send
    none. ``progress`` is called with each name. Raises KubewitnessError when the inventory, or what ``limit`` leaves of
    it, holds neither.
    """
    named = list(_limited(inventory, list(limit)))
    for item in filter(is_misnamed, named):
        raise KubewitnessError(
            f"{item.name}: has host data provider and is no managed cluster: call it @managed/{item.name}"
        )
    hosts = [item for item in named if is_machine(item) or is_managed(item)]
    if not hosts:
        raise KubewitnessError(
            "no machine and no managed cluster in the inventory: check its path, its groups and --limit"
        )
    logging.getLogger("pyinfra").setLevel(logging.CRITICAL)  # what went wrong is in the result
    logging.getLogger("paramiko").setLevel(logging.CRITICAL)
    hub = gevent.get_hub()  # pyinfra's readers of output end at bytes that are no UTF-8, and gevent would print it
    hub.NOT_ERROR = (*hub.NOT_ERROR, UnicodeDecodeError, KeyboardInterrupt)
    state = State(inventory, Config())
    state.set_stage(StateStage.Connect)
    with ctx_state.use(state):
        pool = state.pool
        if pool is None:
            raise KubewitnessError("pyinfra has no pool to connect with")
        managed = _Managed()
        read = lambda item: (item, (managed.read(item),) if is_managed(item) else _read(state, item, canary))  # noqa: E731
        for item, subjects in pool.imap_unordered(read, hosts):
            progress(item.name)
            for subject in subjects:
                policy = item.data.get("audit_policy") if subject.kind is not Kind.NODE else None
                yield subject, str(item.data.get("standard") or "standard"), policy


def _limited(inventory: Inventory, names: list[str]) -> list[Host]:
    hosts = list(inventory)
    if not names:
        return hosts
    unknown = [name for name in names if not any(name == item.name or name in item.groups for item in hosts)]
    if unknown:
        raise KubewitnessError(f"--limit {unknown[0]}: no such host or group in the inventory")
    return [item for item in hosts if item.name in names or set(names) & set(item.groups)]


def _read(state: State, item: Host, canary: str) -> tuple[Subject, ...]:
    try:
        with ctx_host.use(item):
            return _observed(state, item, canary)
    except _NotReadError as error:
        unread = error.unread
    except ConnectError as error:
        unread = Unread(Reason.UNREACHABLE, str(error))
    except (KubewitnessError, UnicodeDecodeError) as error:
        unread = Unread(Reason.PARSE, str(error))
    except EOFError:
        detail = "the connection ended, or sudo wanted a password and there is no terminal: set _sudo_password"
        unread = Unread(Reason.UNREACHABLE, detail)
    except (OSError, SSHException) as error:
        unread = Unread(Reason.UNREACHABLE, str(error) or type(error).__name__)
    except Exception as error:  # noqa: BLE001  one odd node must neither end the check of the others nor look like a PASS
        unread = Unread(Reason.CHECK_ERROR, f"{type(error).__name__}: {error}")
    ceiling = Rung.EMITTING if tree_root(item) is None else Rung.DECLARED
    kinds = (Kind.API_SERVER, Kind.NODE) if is_control_plane(item) else (Kind.NODE,)
    return tuple(UnreadTarget(item.name, cluster_of(item), kind, unread, ceiling) for kind in kinds)


class _Managed:
    """Reads managed clusters, a bounded number at once."""

    def __init__(self) -> None:
        self._clouds = Clouds()
        self._turns = BoundedSemaphore(_MANAGED_AT_ONCE)

    def read(self, item: Host) -> Subject:
        try:
            with self._turns:
                return self._clouds.cluster(item.name, cluster_of(item), item.data.get).observe()
        except NotReadError as error:
            unread = error.unread
        except KubewitnessError as error:
            unread = Unread(Reason.NOT_OBSERVED, str(error))
        except Exception as error:  # noqa: BLE001  one odd cluster must neither end the check of the others nor look like a PASS
            unread = Unread(Reason.CHECK_ERROR, f"{type(error).__name__}: {error}")
        return UnreadTarget(item.name, cluster_of(item), Kind.MANAGED_CLUSTER, unread, Rung.KEPT)


def _observed(state: State, item: Host, canary: str) -> tuple[ApiServer | Node, ...]:
    try:
        item.connect(show_errors=False, raise_exceptions=True)
        state.activate_host(item)
        reading = parse_reading(_probe(state, item, canary))
        node = observe_node(reading, item.name, cluster_of(item))
        server = observe(reading, item.name, cluster_of(item))
        if not is_control_plane(item):
            return (node,) if node else ()
        server = replace(server, delivery=look_into_store(item, server, partial(_on_another_host, state)))
        return (server, node) if node else (server,)
    finally:
        if item.connected:
            item.disconnect()


class _NotReadError(Exception):
    def __init__(self, unread: Unread) -> None:
        super().__init__(unread.detail)
        self.unread = unread


def _on_another_host(state: State, name: str, script: str) -> list[str] | Unread:
    """The lines that ``script`` prints on the host ``name``; a connection of its own: that host may be read too."""
    try:
        known = state.inventory.get_host(name)
    except NoHostError:
        return Unread(Reason.NOT_OBSERVED, f"collector://{name}: no such host in the inventory: add it to collectors")
    item = Host(name, inventory=state.inventory, groups=known.groups, connector_cls=known.connector_cls)
    item.init(state)
    try:
        with ctx_host.use(item):
            item.connect(show_errors=False, raise_exceptions=True)
            return _lines(state, item, script_command(script))
    except _NotReadError as error:
        return error.unread
    except (ConnectError, OSError, EOFError, SSHException) as error:
        return Unread(Reason.UNREACHABLE, f"{name}: {error}")
    finally:
        if item.connected:
            item.disconnect()


def _probe(state: State, item: Host, canary: str) -> list[str]:
    return _lines(state, item, probe_command(item, canary=canary))


def _lines(state: State, item: Host, command: StringCommand) -> list[str]:
    """What ``command`` prints. Raises _NotReadError, with the shell's own words, when it failed."""
    everything, _ = pop_global_arguments(state, item, {})
    arguments: dict[str, Any] = {key: value for key, value in everything.items() if key in CONNECTOR_ARGUMENT_KEYS}
    arguments["_timeout"] = PROBE_TIMEOUT_SECONDS
    try:
        # pyinfra's own limit is for its readers: when they have ended early, it waits for the command without one
        with gevent.Timeout(PROBE_TIMEOUT_SECONDS + 10, TimeoutError):
            done, output = item.run_shell_command(command, **arguments)
    except TimeoutError as error:
        raise _NotReadError(Unread(Reason.TIMEOUT, f"no answer in {PROBE_TIMEOUT_SECONDS} s")) from error
    if not done:
        words = " ".join(output.stderr_lines[-1:])[:200] or "the probe failed without a word"
        raise _NotReadError(Unread(Reason.DENIED if _DENIED.search(words) else Reason.PARSE, words))
    return list(output.stdout_lines)
