"""What discovery found, whoever runs the clusters: clusters, what could not be looked at, what was left out. Pure.

An account, a region or a project that refuses to be looked at is an ``Unseen``, never an empty list.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, TypeAlias

from kubewitness.model import Reason, Unread
from kubewitness.report.safe import safe

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from kubewitness.managed import Provider

UNREAD_DATA: Final = "unread"
"""Host data of what could not be looked at: ``reason: detail``. A host that has it is UNKNOWN, and nobody is asked."""


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Where clusters can be: ``scope`` is an account, a subscription or a project; ``name`` is what people call it.

    ``location``: one region or zone of it, or one kind of clusters (``connectedClusters``) where a cloud is asked for
    each kind by itself; empty: all of it.
    """

    scope: str
    location: str = ""
    name: str = field(default="", compare=False)

    def overlaps(self, other: Place) -> bool:
        """One lies within the other: all of a project, a region of it, a zone of that region."""
        if self.scope.lower() != other.scope.lower():
            return False
        mine, theirs = self.location.lower(), other.location.lower()
        return not (mine and theirs) or mine == theirs or _in(mine, theirs) or _in(theirs, mine)


def _in(zone: str, region: str) -> bool:
    return zone.startswith(f"{region}-")


@dataclass(frozen=True, slots=True)
class Found:
    """A cluster. ``id``: its provider's name of it, unique everywhere. ``path``: unique too, and for people.

    ``data``: the host data beside ``provider`` and ``id`` with which it is reached. ``state``: the provider's own word.
    ``elsewhere``: it is only shown here, and run elsewhere. ``audit``: its API says that the audit log is on; ``None``:
    the list does not show it, and it was not asked for.
    """

    provider: Provider
    id: str
    name: str
    path: str
    place: Place
    data: Mapping[str, str] = field(default_factory=dict)
    state: str = ""
    elsewhere: str = ""
    audit: bool | Unread | None = None


@dataclass(frozen=True, slots=True)
class Unseen:
    """What could not be looked at: it may hold clusters. ``why`` names the permission that is missing."""

    provider: Provider
    place: Place
    why: Unread


@dataclass(frozen=True, slots=True)
class LeftOut:
    """What nobody can look at, and why that is no gap: an account that is closed."""

    place: Place
    why: str


@dataclass(frozen=True, slots=True)
class Looked:
    """A place was looked at; its clusters are beside this, and what of it could not be looked at too."""

    place: Place


Item: TypeAlias = Found | Unseen | LeftOut | Looked


@dataclass(frozen=True, slots=True)
class Discovery:
    """All that one search brought, sorted. ``looked``: the places that were looked at."""

    clusters: tuple[Found, ...]
    unseen: tuple[Unseen, ...]
    left_out: tuple[LeftOut, ...]
    looked: tuple[Place, ...]

    @property
    def complete(self) -> bool:
        """Everything that was to be looked at was, each cluster too."""
        return not self.unseen and not any(isinstance(cluster.audit, Unread) for cluster in self.clusters)


def gathered(items: Iterable[Item]) -> Discovery:
    """In an order that does not depend on who answered first. What came twice counts once."""
    clusters: dict[str, Found] = {}
    unseen: dict[Place, Unseen] = {}
    left_out: dict[Place, LeftOut] = {}
    looked: set[Place] = set()
    for item in items:
        match item:
            case Found():
                known = clusters.setdefault(item.id.lower(), item)
                clusters[item.id.lower()] = min(known, item, key=lambda one: one.id)
            case Unseen():
                unseen.setdefault(item.place, item)
            case LeftOut():
                left_out.setdefault(item.place, item)
            case Looked():
                looked.add(item.place)
    return Discovery(
        clusters=tuple(sorted(clusters.values(), key=lambda one: (one.place, one.name, one.id))),
        unseen=tuple(unseen[place] for place in sorted(unseen)),
        left_out=tuple(left_out[place] for place in sorted(left_out)),
        looked=tuple(sorted(looked)),
    )


def hosts(found: Discovery) -> list[tuple[str, dict[str, str]]]:
    """Hosts of a pyinfra inventory, ``@managed/NAME`` with their data, each name once.

    What could not be looked at is a host too: its checks are UNKNOWN, with the reason.
    """
    named: dict[str, dict[str, str]] = {}
    for one in found.clusters:
        named[_free(one.path, named)] = {"provider": one.provider.value, "id": one.id, "cluster": one.name, **one.data}
    for gap in found.unseen:
        said = f"{gap.why.reason}: {gap.why.detail}"
        named[_free(path_of(gap.place), named)] = {"provider": gap.provider.value, UNREAD_DATA: said}
    return list(named.items())


def _free(path: str, taken: Mapping[str, object]) -> str:
    """The host's name; with a number behind it where it is taken."""
    name = wanted = f"@managed/{safe(path)}"
    number = 1
    while name in taken:
        number += 1
        name = f"{wanted}~{number}"
    return name


def path_of(place: Place) -> str:
    """A place as part of a host's name."""
    return f"{place.scope}/{place.location}" if place.location else place.scope


def parse_unread(text: str) -> Unread:
    """Host data ``unread``. A reason that there is not is taken as part of the text."""
    reason, _, detail = text.partition(": ")
    if reason in list(Reason):
        return Unread(Reason(reason), detail)
    return Unread(Reason.NOT_OBSERVED, text)
