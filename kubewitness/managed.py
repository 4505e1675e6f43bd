"""What was observed of a managed cluster, whoever runs it. Pure; a provider's module makes it of its API's answers.

A part that the provider refuses to show is ``Unread`` by itself: it hides nothing else and never means "off".
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from kubewitness.model import Evidence, Kind, Rung

if TYPE_CHECKING:
    from kubewitness.model import Unread


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
    protected from being deleted. ``readers``: who gets a copy of every event.
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


@dataclass(frozen=True, slots=True)
class BlindSpot:
    """What no setting of this provider makes visible. ``instead``: what works there."""

    what: str
    why: str
    instead: str


@dataclass(frozen=True, slots=True)
class ManagedCluster:
    """A managed cluster as its provider's API shows it.

    ``log_types``: the provider's own names -> on or off. ``audit_types``: those of them that are the audit log.
    ``not_loggable``: why no control plane of it can log at all (connected from elsewhere, being deleted); empty: it can.
    ``update``: the change to its logging that is under way; ``None``: none.
    """

    name: str
    cluster: str
    provider: Provider
    id: str
    read_at: str
    log_types: dict[str, bool] | Unread
    audit_types: frozenset[str]
    destinations: tuple[Destination, ...] | Unread
    update: str | Unread | None = None
    not_loggable: str = ""
    blind_spots: tuple[BlindSpot, ...] = ()

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

    def saw(self, where: str, value: str) -> Evidence:
        """``value``, as the provider's API said it at ``where``."""
        return Evidence(f"{self.id}:{where}", value, self.read_at)
