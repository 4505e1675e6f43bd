"""One search: a provider's tasks carried out, what they bring gathered. Also what inventories call."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final, Protocol, cast

from kubewitness.discovery.fanout import carried_out
from kubewitness.discovery.found import Found, Place, Unseen, gathered, hosts, path_of
from kubewitness.errors import KubewitnessError
from kubewitness.model import Reason, Unread

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from kubewitness.discovery.fanout import Task
    from kubewitness.discovery.found import Discovery, Item
    from kubewitness.managed import Provider

#: Questions of all accounts together. More of them wait for the processor, not for AWS.
_AT_ONCE: Final = 48
#: Of one account. With more AWS begins to throttle.
_PER_SCOPE: Final = 8

_SEARCHES: Final[Mapping[str, tuple[str, str, str]]] = {
    "aws": ("kubewitness.providers.eks.discovery", "AwsSearch", "aws"),
    "azure": ("kubewitness.providers.aks.discovery", "AzureSearch", "azure"),
    "gcp": ("kubewitness.providers.gke.discovery", "GcpSearch", "gcp"),
}
"""Cloud -> the module and class of its search, and the extra of ours that installs its SDK."""


class Search(Protocol):
    """Where to look, and what to begin with."""

    @property
    def provider(self) -> Provider: ...

    def tasks(self) -> Iterator[Task[Item]]: ...


def search_of(cloud: str, **where: Any) -> Search:
    """The search of that cloud. Raises KubewitnessError: its SDK is not installed."""
    module, name, extra = _SEARCHES[cloud]
    try:
        return cast("Search", getattr(import_module(module), name)(**where))
    except ModuleNotFoundError as error:
        if str(error.name).startswith("kubewitness"):
            raise
        raise KubewitnessError(f"{cloud}: {error.name} is missing: pip install 'kubewitness[{extra}]'") from error


def discover(search: Search, progress: Callable[[str], None] = lambda _: None) -> Discovery:
    """Carry the search out; ``progress`` is called with each place and cluster."""

    def broken(scope: str, error: Exception) -> Item:
        said = f"the search itself failed: {type(error).__name__}: {error}"
        return Unseen(search.provider, Place(scope or search.provider), Unread(Reason.CHECK_ERROR, said))

    def told() -> Iterator[Item]:
        for item in carried_out(search.tasks(), broken, at_once=_AT_ONCE, per_scope=_PER_SCOPE):
            progress(item.path if isinstance(item, Found) else path_of(item.place))
            yield item

    return gathered(told())


def aws_clusters(
    *,
    role: str = "",
    external_id: str = "",
    accounts: Sequence[str] = (),
    regions: Sequence[str] = (),
    profile: str = "",
) -> list[tuple[str, dict[str, str]]]:
    """Hosts of a pyinfra inventory: every EKS cluster of the own account, or of each account that has the role.

    + role: name of the role to assume in each account but the own one; without it the own account is all
    + external_id: what that role's trust policy asks for
    + accounts: their ids; else all of the organisation
    + regions: else those that each account has enabled
    + profile: of the AWS configuration; else as boto3 finds credentials

    What could not be looked at is a host whose checks are UNKNOWN.
    """
    search = search_of(
        "aws",
        role=role,
        external_id=external_id,
        accounts=tuple(accounts),
        regions=tuple(regions),
        profile=profile,
        describe=False,
    )
    return hosts(discover(search))


def azure_clusters(*, subscriptions: Sequence[str] = ()) -> list[tuple[str, dict[str, str]]]:
    """Hosts of a pyinfra inventory: every AKS cluster, and every one that Azure Arc connects.

    + subscriptions: their ids: one that the credentials are not shown is a host too; else all that they are shown

    What could not be looked at is a host whose checks are UNKNOWN.
    """
    return hosts(discover(search_of("azure", subscriptions=tuple(subscriptions))))


def gcp_clusters(*, parents: Sequence[str] = (), projects: Sequence[str] = ()) -> list[tuple[str, dict[str, str]]]:
    """Hosts of a pyinfra inventory: every GKE cluster.

    + parents: ``organizations/N`` and ``folders/N``: all projects under them
    + projects: their ids; without either all that the credentials are shown

    What could not be looked at is a host whose checks are UNKNOWN.
    """
    return hosts(discover(search_of("gcp", parents=tuple(parents), projects=tuple(projects))))
