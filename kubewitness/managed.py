"""What was observed of a managed cluster, whoever runs it. Pure; a provider's module makes it of its API's answers.

A part that the provider refuses to show is ``Unread`` by itself: it hides nothing else and never means "off".
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from kubewitness.model import Evidence, Kind, Reason, Rung, Unread

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kubewitness.model import Source

UNASKED: Final = Unread(Reason.NOT_OBSERVED, "nobody asked the provider for it")
"""What every part is that a provider's module does not fill in: never the good state."""


@dataclass(frozen=True, slots=True)
class NotOffered:
    """This provider has no such setting at all; ``why``, in a few words."""

    why: str


class Provider(StrEnum):
    """Who runs the control plane."""

    EKS = "eks"
    AKS = "aks"
    GKE = "gke"


@dataclass(frozen=True, slots=True)
class FormatLimit:
    """What is lost, or looks different, between the event that kube-apiserver makes and what lies in the log.

    ``lost``: in words. ``instead``: what whoever writes detections does about it. ``source``: of that.
    """

    lost: str
    instead: str
    source: str


@dataclass(frozen=True, slots=True)
class Destination:
    """Where a provider writes the logs of a cluster.

    ``exists`` false: it is named, and not there; the rest is not looked at then. ``retention_days`` ``None``: kept for
    ever. ``retention_owner``: what sets it where that is not the destination itself. ``last_event``: RFC 3339, ``None``
    where it holds none. ``noted``: of an event that lies there for sure, where more is not known. ``key``: the
    customer's own key, "" for the provider's. ``undeletable``: protected from being deleted. ``readers``: who gets a
    copy of every event. ``limits``: of the form in which events lie there. ``part``: of the audit log, where a provider
    keeps it in parts; empty: all of it. ``leave``: what the deploy changes nothing of (``existence``, or the field that
    a difference names) -> what to do instead. ``details``: what else is worth seeing beside it.
    """

    kind: str
    id: str
    types: frozenset[str]
    exists: bool | Unread
    last_event: str | Unread | None = UNASKED
    noted: str | None = None
    retention_days: int | Unread | None = UNASKED
    retention_owner: str = ""
    key: str | Unread = UNASKED
    undeletable: bool | Unread = UNASKED
    readers: tuple[str, ...] | Unread = UNASKED
    limits: tuple[FormatLimit, ...] | Unread = UNASKED
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
    none. ``changed``: when its logging was last changed, or itself made (RFC 3339); ``None``: not lately.
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
    update: str | Unread | None = UNASKED
    changed: str | Unread | None = UNASKED
    not_loggable: str = ""
    blind_spots: tuple[BlindSpot, ...] | Unread = UNASKED
    unrecorded: tuple[Unrecorded, ...] | Unread = UNASKED
    exempted: tuple[str, ...] | NotOffered | Unread = UNASKED
    set_at: Mapping[str, str] = field(default_factory=dict)
    held_by: Mapping[str, str] = field(default_factory=dict)
    beside: tuple[str, ...] = ()
    doubles: tuple[str, ...] | NotOffered | Unread = UNASKED
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

    def not_applicable(self, source: Source) -> str:
        """Why no check asks anything of it."""
        return self.not_loggable

    @property
    def audit_on(self) -> bool | Unread:
        """The API says that the audit log is switched on."""
        states = [self.log_type(name) for name in sorted(self.audit_types)]
        return True if True in states else next((state for state in states if isinstance(state, Unread)), False)

    def log_type(self, name: str) -> bool | Unread:
        """Whether the log of that name is on; one that its provider does not speak of is not known."""
        if isinstance(self.log_types, Unread):
            return self.log_types
        return self.log_types.get(name, Unread(Reason.NOT_OBSERVED, f"{name}: not among the logs that the API shows"))

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


def latest(*moments: str | Unread | None) -> str | Unread | None:
    """The newest (RFC 3339, UTC, in seconds); ``None``: there is none. One that was not read may be newer than all."""
    for moment in moments:
        if isinstance(moment, Unread):
            return moment
    return max((moment for moment in moments if isinstance(moment, str)), default=None)
