"""Which role a host of the inventory has, and which cluster it belongs to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pyinfra.api.host import Host

_ROLES: Final = frozenset({"control_plane", "workers", "managed", "collectors"})


def is_control_plane(host: Host) -> bool:
    """A machine in the group ``control_plane``, or in no group that names a role."""
    if is_managed(host):
        return False
    roles = _ROLES & set(host.groups)
    return not roles or "control_plane" in roles


def is_machine(host: Host) -> bool:
    """Something with a file system, whatever it does: its own logs are read. A bare name in ``managed`` is none."""
    roles = _ROLES & set(host.groups)
    return not is_managed(host) and roles != {"managed"}


def is_managed(host: Host) -> bool:
    """A managed cluster: ``@managed/NAME``, whatever its groups. A machine of the group ``managed`` is none."""
    return str(host.name).startswith("@managed/")


def is_collector(host: Host) -> bool:
    """A machine in the group ``collectors``, to which nodes ship their logs."""
    return not is_managed(host) and "collectors" in host.groups


def is_misnamed(host: Host) -> bool:
    """It has the host data of a managed cluster, and the name of a machine: nobody would read it."""
    return not is_managed(host) and bool(host.data.get("provider"))


def may_share_a_cluster(one: Host, other: Host) -> bool:
    """Whether two hosts are of one cluster, or may be: a machine without host data ``cluster`` may be of any."""
    named = [host.data.get("cluster") for host in (one, other)]
    if all(named):
        return str(named[0]) == str(named[1])
    return not any(host.name.startswith(("@tree/", "@managed/")) for host in (one, other))


def cluster_of(host: Host) -> str:
    """Host data ``cluster``; a host without it is a cluster of its own, ``@managed/NAME`` the cluster NAME."""
    return str(host.data.get("cluster") or host.name.removeprefix("@managed/"))
