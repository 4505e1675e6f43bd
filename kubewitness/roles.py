"""Which role a host of the inventory has, and which cluster it belongs to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pyinfra.api.host import Host

_ROLES: Final = frozenset({"control_plane", "workers", "managed", "collectors"})


def is_control_plane(host: Host) -> bool:
    """In the group ``control_plane``, or in no group that names a role."""
    roles = _ROLES & set(host.groups)
    return not roles or "control_plane" in roles


def cluster_of(host: Host) -> str:
    """Host data ``cluster``; a host without it is a cluster of its own."""
    return str(host.data.get("cluster") or host.name)
