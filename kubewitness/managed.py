"""What was observed of a managed cluster, whoever runs it. Pure; a provider's module makes it of its API's answers.

A part that the provider refuses to show is ``Unread`` by itself: it hides nothing else and never means "off".
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from kubewitness.model import Evidence, Kind, Rung, Unread

if TYPE_CHECKING:
    from collections.abc import Mapping


class Provider(StrEnum):
    """Who runs the control plane."""

    EKS = "eks"
    AKS = "aks"
    GKE = "gke"


@dataclass(frozen=True, slots=True)
class Destination:
    """Where a provider writes the logs of a cluster.

    ``exists`` false: it is named, and not there. The rest is ``None`` where it does not exist. ``retention_days``
    ``None``: kept for ever. ``retention_owner``: what sets it where that is not the destination itself. ``last_event``:
    RFC 3339, ``None`` where it holds none. ``key``: the customer's own key, "" for the provider's. ``undeletable``:
    protected from being deleted. ``readers``: who gets a copy of every event. ``part``: of the audit log, where a
    provider keeps it in parts; empty: all of it. ``leave``: what the deploy changes nothing of (``existence``, or the
    field that a difference names) -> what to do instead. ``details``: what else is worth seeing beside it.
    """

    kind: str
    id: str
    types: frozenset[str]
    exists: bool | Unread
    last_event: str | Unread | None = None
    retention_days: int | Unread | None = None
    retention_owner: str = ""
    key: str | Unread | None = None
    undeletable: bool | Unread | None = None
    readers: tuple[str, ...] | Unread = ()
    part: str = ""
    leave: Mapping[str, str] = field(default_factory=dict)
    details: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class BlindSpot:
    """What no setting of this provider makes visible.

    ``probe``: the id of the request that is not recorded (``auditpolicy.PROBES``). ``instead``: what works there.
    """

    probe: str
    why: str
    instead: str


@dataclass(frozen=True, slots=True)
class Unrecorded:
    """What the settings of a cluster leave unrecorded, though its provider could record it.

    ``probe``: as of a ``BlindSpot``. ``remedy``: what to set. ``log_types``: those that would record it, where
    switching them on is all there is to do; empty: it is not.
    """

    probe: str
    why: str
    remedy: str
    log_types: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Route:
    """By what the deploy switches logs on, where the provider wants to be told where to send them.

    ``words``: "by … to …". ``destination``: ``None`` where none is named. ``obstacle``: why nothing can be switched on,
    and what to do; empty: it can.
    """

    words: str
    destination: Destination | None
    obstacle: str


@dataclass(frozen=True, slots=True)
class ManagedCluster:
    """A managed cluster as its provider's API shows it.

    ``log_types``: the provider's own names -> on or off, or why that is not known. ``audit_types``: those of them that
    are the audit log. ``blind_spots`` ``Unread``: the provider does not publish its policy. ``set_at``: those that are
    not set on the cluster itself -> where, and for what else that holds. ``not_loggable``: in a few words, why its
    control plane cannot log at all; empty: it can. ``update``: the change to its logging that is under way; ``None``:
    none. ``changed``: when its logging was last changed, or itself made (RFC 3339); ``None``: not known.
    ``unrecorded``: as it is set now, with the audit log on or off. ``exempted``: whose requests are left out, as
    somebody has set it. ``held_by``: log type -> another that holds all of it. ``beside``: what is on, and is no audit
    log though often taken for one. ``doubles``: what is stored twice in one place, in words. ``route`` ``None``: there
    is one place only.
    """

    name: str
    cluster: str
    provider: Provider
    id: str
    read_at: str
    log_types: Mapping[str, bool | Unread] | Unread
    audit_types: frozenset[str]
    destinations: tuple[Destination, ...] | Unread
    update: str | Unread | None = None
    changed: str | None = None
    not_loggable: str = ""
    blind_spots: tuple[BlindSpot, ...] | Unread = ()
    unrecorded: tuple[Unrecorded, ...] | Unread = ()
    exempted: tuple[str, ...] | Unread = ()
    set_at: Mapping[str, str] = field(default_factory=dict)
    held_by: Mapping[str, str] = field(default_factory=dict)
    beside: tuple[str, ...] = ()
    doubles: tuple[str, ...] | Unread = ()
    route: Route | None = None

    @property
    def kind(self) -> Kind:
        return Kind.MANAGED_CLUSTER

    @property
    def ceiling(self) -> Rung:
        """Its API shows settings, events and retention."""
        return Rung.KEPT

    @property
    def changed_by(self) -> str | None:
        """Nothing of ours locks a managed cluster; an update under way is a finding of its own."""
        return None

    @property
    def not_applicable(self) -> str:
        """Why no check asks anything of it."""
        return self.not_loggable

    @property
    def audit_on(self) -> bool | Unread:
        """The API says that the audit log is switched on."""
        if isinstance(self.log_types, Unread):
            return self.log_types
        states = [self.log_types.get(name, False) for name in sorted(self.audit_types)]
        return True if True in states else next((state for state in states if isinstance(state, Unread)), False)

    @property
    def types_on(self) -> frozenset[str]:
        """The log types of which it is known that they are on."""
        types = {} if isinstance(self.log_types, Unread) else self.log_types
        return frozenset(name for name, state in types.items() if state is True)

    @property
    def audit_destinations(self) -> tuple[Destination, ...] | Unread:
        """Where the audit log goes, or would go."""
        if isinstance(self.destinations, Unread):
            return self.destinations
        return tuple(item for item in self.destinations if item.types & self.audit_types)

    def saw(self, where: str, value: str) -> Evidence:
        """``value``, as the provider's API said it of ``where``: this cluster's id, or a destination's."""
        return Evidence(where, value, self.read_at)
