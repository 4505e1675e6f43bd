"""Every AKS cluster, and every cluster that Azure Arc connects, in all subscriptions that the credentials are shown.

Resource Graph answers for all subscriptions at once, and leaves out what may not be read without a word. So each
subscription is asked itself too, which refuses aloud; and those that ought to be there are named.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from kubewitness.discovery.fanout import Pace, Task
from kubewitness.discovery.found import Found, Item, LeftOut, Looked, Place, Unseen
from kubewitness.managed import Provider
from kubewitness.model import Reason, Unread
from kubewitness.providers import NotReadError
from kubewitness.providers.aks.connections import ArmClients
from kubewitness.providers.aks.errors import RefusedError
from kubewitness.providers.paging import Trail, pages

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

CLUSTERS: Final = "Microsoft.ContainerService/managedClusters"
CONNECTED: Final = "connectedClusters"
_RESOURCES: Final = "/providers/Microsoft.ResourceGraph/resources"
_SUBSCRIPTIONS: Final = "Microsoft.Resources/subscriptions/read"
_GRAPH: Final = "Microsoft.ResourceGraph/resources/read"
_QUERY: Final = (
    "resources"
    " | where type in~ ('microsoft.containerservice/managedclusters', 'microsoft.kubernetes/connectedclusters')"
    " | project id, name, location, state = tostring(properties.provisioningState),"
    " distribution = tostring(properties.distribution) | order by id asc"
)
#: Resource Graph takes 15 questions in 5 seconds, a subscription 25 readings a second, in bursts of 250.
_PACE: Final = (3, 15)
_SUBSCRIPTIONS_A_QUESTION: Final = 1000
_ID: Final = re.compile(
    r"/subscriptions/(?P<subscription>[^/]+)/resourcegroups/(?P<group>[^/]+)/providers/(?P<kind>[^/]+/[^/]+)/(?P<name>[^/]+)",
    re.IGNORECASE,
)

Step: TypeAlias = "Item | Task[Item]"


@dataclass(frozen=True, slots=True)
class AzureSearch:
    """Where to look. ``subscriptions``: these; empty: all that the credentials are shown.

    ``expected``: subscriptions that ought to be there: one that is not shown is ``Unseen``.
    """

    subscriptions: tuple[str, ...] = ()
    expected: tuple[str, ...] = ()

    @property
    def provider(self) -> Provider:
        return Provider.AKS

    def tasks(self) -> Iterator[Task[Item]]:
        """What to begin with."""
        yield Task("", _Azure(self).start)


class _Azure:
    def __init__(self, search: AzureSearch) -> None:
        self._search = search
        self._arm = ArmClients().client("")
        self._pace = Pace(*_PACE)

    def start(self) -> Iterator[Step]:
        """Which subscriptions there are; then each, and all of them by Resource Graph."""
        try:
            shown = {str(one["subscriptionId"]).lower(): one for one in self._arm.pages("/subscriptions", "2022-12-01")}
        except RefusedError as error:
            yield Unseen(Provider.AKS, Place("azure"), error.unread)
            return
        wanted = {one.lower() for one in self._search.subscriptions}
        yield from self._not_shown(shown, wanted)
        places = []
        for key, one in sorted(shown.items()):
            place = Place(key, name=str(one.get("displayName") or ""))
            if wanted and key not in wanted:
                continue
            if one.get("state") == "Deleted":
                yield LeftOut(place, "the subscription is Deleted")
                continue
            places.append(place)
            yield Task(key, lambda place=place: self._subscription(place))  # type: ignore[misc]
        for at in range(0, len(places), _SUBSCRIPTIONS_A_QUESTION):
            batch = places[at : at + _SUBSCRIPTIONS_A_QUESTION]
            yield Task("graph", lambda batch=batch: self._graph(batch))  # type: ignore[misc]

    def _not_shown(self, shown: Mapping[str, Any], wanted: set[str]) -> Iterator[Step]:
        ought = wanted or {one.lower() for one in self._search.expected}
        said = f"{_SUBSCRIPTIONS}: these credentials are not shown this subscription"
        for subscription in sorted(ought - shown.keys()):
            yield Unseen(Provider.AKS, Place(subscription), Unread(Reason.DENIED, said))
        if not shown and not ought:
            said = f"{_SUBSCRIPTIONS}: these credentials are shown no subscription: grant them Reader on one"
            yield Unseen(Provider.AKS, Place("azure"), Unread(Reason.DENIED, said))

    def _subscription(self, place: Place) -> Iterator[Step]:
        """One that is not registered for AKS cannot have a cluster."""
        try:
            for raw in self._arm.pages(f"/subscriptions/{place.scope}/providers/{CLUSTERS}", "2025-05-01"):
                yield _found(raw, place, _state(raw))
        except RefusedError as error:
            if error.code != "MissingSubscriptionRegistration":
                yield Unseen(Provider.AKS, place, error.unread)
                return
        yield Looked(place)

    def _graph(self, places: Sequence[Place]) -> Iterator[Step]:
        of = {place.scope: place for place in places}
        last: Mapping[str, Any] = {}
        try:
            for last in pages(lambda mark: self._rows(of, mark), lambda told: told.get("$skipToken"), Trail(_GRAPH)):
                for raw in last.get("data") or ():
                    match = _ID.fullmatch(str(raw.get("id")))
                    if match and (place := of.get(match["subscription"].lower())):
                        yield _found(raw, place, str(raw.get("state") or ""), str(raw.get("distribution") or ""))
        except (RefusedError, NotReadError) as error:
            yield from _not_seen(places, error.unread)
            return
        if str(last.get("resultTruncated")).lower() == "true":
            said = f"{_GRAPH}: the answer is truncated, and nothing leads to its rest"
            yield from _not_seen(places, Unread(Reason.PARSE, said))

    def _rows(self, subscriptions: Iterable[str], mark: str) -> Mapping[str, Any]:
        options = {"resultFormat": "objectArray", "$top": 1000, **({"$skipToken": mark} if mark else {})}
        body = {"subscriptions": list(subscriptions), "query": _QUERY, "options": options}
        self._pace.wait("graph")
        found: Mapping[str, Any] = self._arm.question(_RESOURCES, "2022-10-01", body)
        return found


def _not_seen(places: Iterable[Place], why: Unread) -> Iterator[Unseen]:
    """Of each subscription the connected clusters alone: for those of AKS it was asked itself."""
    return (Unseen(Provider.AKS, replace(place, location=CONNECTED), why) for place in places)


def _state(raw: Mapping[str, Any]) -> str:
    return str((raw.get("properties") or {}).get("provisioningState") or "")


def _found(raw: Mapping[str, Any], place: Place, state: str, distribution: str = "") -> Found:
    """Of a row of Resource Graph, or of a resource. Azure writes one id in several cases; ``path`` is in one."""
    given = str(raw["id"])
    match = _ID.fullmatch(given)
    if match is None:
        said = f"{CLUSTERS}/read: an id that is none: {given[:120]!r}"
        return Found(
            Provider.AKS, given, str(raw.get("name")), given, place, state=state, audit=Unread(Reason.PARSE, said)
        )
    connected = match["kind"].lower() == "microsoft.kubernetes/connectedclusters"
    kind = f"Microsoft.Kubernetes/{CONNECTED}" if connected else CLUSTERS
    name = f"{match['group']}/{match['name']}"
    return Found(
        Provider.AKS,
        f"/subscriptions/{place.scope}/resourceGroups/{match['group']}/providers/{kind}/{match['name']}",
        name,
        f"{place.scope}/{name}".lower(),
        Place(place.scope, str(raw.get("location") or ""), place.name),
        state=state,
        elsewhere=f"connected by Azure Arc, runs elsewhere ({distribution or 'unknown'})" if connected else "",
    )
