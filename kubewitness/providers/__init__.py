"""Providers of managed clusters: one package each, and one line in each table here.

A provider's ``parse`` is pure: its API's own JSON in, ``managed.ManagedCluster`` out. Its ``cluster`` module talks to
the API through the provider's SDK, and is imported when a host of that provider is met, never before. Pure.
"""

from __future__ import annotations

from difflib import get_close_matches
from importlib import import_module
from typing import TYPE_CHECKING, Final, Protocol, cast

from kubewitness.discovery.found import UNREAD_DATA, parse_unread
from kubewitness.errors import KubewitnessError
from kubewitness.managed import Provider
from kubewitness.providers.aks import settings as aks
from kubewitness.providers.eks import parse as eks
from kubewitness.providers.gke import parse as gke

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from kubewitness.enabling import Deadline
    from kubewitness.managed import ManagedCluster
    from kubewitness.managedplan import Step
    from kubewitness.model import Unread

LOG_TYPES: Final[Mapping[Provider, Sequence[str]]] = {
    Provider.EKS: eks.LOG_TYPES,
    Provider.AKS: aks.LOG_TYPES,
    Provider.GKE: gke.LOG_TYPES,
}
"""The provider's own names of its logs: what a standard can ask for."""

_MODULES: Final[Mapping[Provider, tuple[str, str]]] = {
    Provider.EKS: ("kubewitness.providers.eks.cluster", "aws"),
    Provider.AKS: ("kubewitness.providers.aks.cluster", "azure"),
    Provider.GKE: ("kubewitness.providers.gke.cluster", "gcp"),
}
"""Provider -> its module with ``Connections``, and the extra of ours that installs its SDK."""


class NotReadError(Exception):
    """Nothing at all could be read of a cluster; ``unread`` says why."""

    def __init__(self, unread: Unread) -> None:
        super().__init__(unread.detail)
        self.unread = unread


class ManagedApi(Protocol):
    """One managed cluster, through its provider's API."""

    def observe(self) -> ManagedCluster:
        """What is there now. Raises NotReadError; what is refused part by part is ``Unread`` in it."""
        ...

    def retention_at_least(self, days: int) -> int:
        """The shortest retention on offer that is no less. Raises KubewitnessError: none is."""
        ...

    def key(self, given: str) -> str:
        """The customer's key ``given`` as host data, as a plan takes it. Raises KubewitnessError: it is none."""
        ...

    def carry_out(self, step: Step, deadline: Deadline, tell: Callable[[str], None]) -> None:
        """Do it, and wait for its end; ``tell`` hears what for. May be done again.

        Raises KubewitnessError, NotReadError.
        """
        ...


class Connections(Protocol):
    """The clients of one run, shared by all clusters that are reached in the same way."""

    def cluster(self, name: str, cluster: str, data: Callable[[str], object]) -> ManagedApi:
        """The cluster of a host; ``data``: its host data by name. Raises KubewitnessError where that is not enough."""
        ...


HOST_DATA: Final[Mapping[Provider, frozenset[str]]] = {
    Provider.EKS: frozenset({"region", "profile", "role", "external_id", "kms_key"}),
    Provider.AKS: frozenset({"subscription", "resource_group", "destination"}),
    Provider.GKE: frozenset({"project", "location"}),
}
"""What a provider reads of a host, beside what each one does."""
_OF_EACH: Final = frozenset({"provider", "id", "endpoint", "cluster", "standard", "managed_wait_seconds", UNREAD_DATA})


def misspelt(provider: Provider, given: Iterable[str]) -> list[str]:
    """Names of host data that nobody reads and that are nearly one that is read: ``regoin: did you mean region?``."""
    known = sorted(_OF_EACH | HOST_DATA[provider])
    strange = (name for name in given if name not in known and not name.startswith("_"))
    near = ((name, get_close_matches(name.lower().replace("-", "_"), known, 1, 0.8)) for name in strange)
    return [f"host data {name}: nobody reads it: did you mean {found[0]}?" for name, found in near if found]


def provider_of(name: str, given: object) -> Provider:
    """Host data ``provider`` of the host ``name``. Raises KubewitnessError."""
    known = {provider.value: provider for provider in _MODULES}
    if str(given) not in known:
        said = f"provider {given!r} is not known" if given else "no host data provider"
        raise KubewitnessError(f"{name}: {said}: use {', '.join(known)}")
    return known[str(given)]


class Clouds:
    """The connections of one run, made when a host of their provider is met."""

    def __init__(self) -> None:
        self._of: dict[Provider, Connections] = {}

    def cluster(self, name: str, cluster: str, data: Callable[[str], object]) -> ManagedApi:
        """The cluster of the host ``name``.

        Raises KubewitnessError: the host data, or the SDK, is not there. Raises NotReadError: discovery could not look.
        """
        unread = data(UNREAD_DATA)
        if unread:
            raise NotReadError(parse_unread(str(unread)))
        provider = provider_of(name, data("provider"))
        if provider not in self._of:
            self._of[provider] = _connections(provider)
        return self._of[provider].cluster(name, cluster, data)


def _connections(provider: Provider) -> Connections:
    module, extra = _MODULES[provider]
    try:
        return cast("Connections", import_module(module).Connections())
    except ModuleNotFoundError as error:
        if str(error.name).startswith("kubewitness"):
            raise
        raise KubewitnessError(f"{provider}: {error.name} is missing: pip install 'kubewitness[{extra}]'") from error
