"""One GKE cluster, through Google's SDKs: thin, all that is understood of the answers is in ``parse`` and beside it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final, cast

from google.protobuf.json_format import MessageToDict  # type: ignore[import-untyped]

from kubewitness.errors import KubewitnessError
from kubewitness.managed import Destination, ManagedCluster, Provider, latest
from kubewitness.model import Reason, Unread
from kubewitness.moments import rfc3339
from kubewitness.providers import NotReadError
from kubewitness.providers.gke import auditconfig, parse
from kubewitness.providers.gke.connections import GcpClients
from kubewitness.providers.gke.destinations import (
    DATA_ACCESS,
    Look,
    destinations,
    required_bucket,
    stored_twice,
    where_set,
)
from kubewitness.providers.gke.enable import Gcp, carry_out
from kubewitness.providers.gke.errors import ERRORS, code_of, unread
from kubewitness.providers.gke.hierarchy import Ancestors, Place, read_place
from kubewitness.providers.gke.permissions import ACTIONS
from kubewitness.providers.gke.routing import ACTIVITY, POLICY_CHANGED, Bucket, Sink, newest_filter, parse_bucket

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from kubewitness.enabling import Deadline
    from kubewitness.managedplan import Step

_PART_ALONE: Final = frozenset({Reason.DENIED, Reason.THROTTLED})
_LONGEST_RETENTION_DAYS: Final = 3650
_PAGES_SEARCHED: Final = 40
"""Cloud Logging answers with empty pages while it searches; what is not found by then is not known."""


class Connections:
    """The Google clients of one run, and what lies above its projects."""

    def __init__(self) -> None:
        self._clients = GcpClients()
        self._ancestors: dict[str, Ancestors] = {}

    def cluster(self, name: str, cluster: str, data: Callable[[str], object]) -> GkeCluster:
        """The cluster of a host. Host data: ``id`` (``projects/…/clusters/…``, or name), ``project``, ``location``,
        ``endpoint``. Raises KubewitnessError, NotReadError.
        """  # noqa: D205  the list is one sentence
        project, location, endpoint = (str(data(key) or "") for key in ("project", "location", "endpoint"))
        given = str(data("id") or name.removeprefix("@managed/"))
        which = parse.cluster_name(given, project, location, name)
        if not which.location:
            raise KubewitnessError(f"{name}: no location: set host data location, its zone or region")
        if not which.project:
            which = replace(which, project=self._clients.project)
        if not which.project:
            raise KubewitnessError(f"{name}: no project: set host data project, or GOOGLE_CLOUD_PROJECT")
        ancestors = self._ancestors.setdefault(endpoint, Ancestors())
        return GkeCluster(name, cluster, which, endpoint=endpoint, clients=self._clients, ancestors=ancestors)


class GkeCluster:
    """Reads a cluster, what holds for its project, and where its audit log goes."""

    def __init__(
        self,
        name: str,
        cluster: str,
        which: parse.ClusterName,
        *,
        endpoint: str,
        clients: GcpClients,
        ancestors: Ancestors,
    ) -> None:
        self.name = name
        self.which = which
        self._cluster = cluster
        self._endpoint = endpoint
        self._clients = clients
        self._ancestors = ancestors

    def observe(self) -> ManagedCluster:
        """Ten calls or so. Raises NotReadError: there is no such cluster, or nobody answers."""
        now = datetime.now(UTC)
        found = self._described()
        known = found if isinstance(found, parse.Cluster) else None
        idle = known.not_loggable if known else ""
        places = [] if idle else self._places()
        levels = [place.level if isinstance(place, Place) else place for place in places]
        types = auditconfig.types_on(levels)
        components = {} if known is None else known.components
        project = f"projects/{self.which.project}"
        update, changed = (None, None) if idle else self._operations()
        sinks, not_looked_at = self._sinks(places)
        look = Look(self._bucket, self._newest)
        reached = () if idle else destinations(self.which, sinks, not_looked_at, look)
        recorded = self._recorded_since(reached) if types["DATA_READ"] is True else None
        made = known.made if known else found if isinstance(found, Unread) else None
        return ManagedCluster(
            name=self.name,
            cluster=self._cluster,
            provider=Provider.GKE,
            id=str(self.which),
            read_at=rfc3339(now),
            log_types=found if isinstance(found, Unread) else {parse.ADMIN_ACTIVITY: True, **types, **components},
            audit_types=parse.AUDIT_TYPES,
            destinations=reached,
            update=update,
            changed=latest(changed, made, recorded),
            not_loggable=idle,
            blind_spots=parse.BLIND_SPOTS,
            unrecorded=parse.unrecorded(types, project),
            exempted=auditconfig.exemptions(levels),
            doubles=not_looked_at[0] if not_looked_at else stored_twice(self.which, sinks),
            set_at=dict.fromkeys(auditconfig.DATA_ACCESS, where_set(project, reached)),
        )

    def retention_at_least(self, days: int) -> int:
        """Log buckets take any number of days, up to ten years. Raises KubewitnessError.

        Source: https://cloud.google.com/logging/docs/buckets#custom-retention
        """
        if days > _LONGEST_RETENTION_DAYS:
            limit = f"more than a log bucket can be told ({_LONGEST_RETENTION_DAYS})"
            raise KubewitnessError(f"retention_days: {days} is {limit}")
        return max(days, 1)

    def key(self, given: str) -> str:
        """None is ever set: the owner of a place does that."""
        return given

    def carry_out(self, step: Step, deadline: Deadline, tell: Callable[[str], None]) -> None:
        """One step of a plan, to its end. Raises KubewitnessError, NotReadError."""
        carry_out(step, Gcp(self.which, self.call, deadline, tell))

    def call(self, client: str, method: str, **request: Any) -> dict[str, Any]:
        """One call, answered as JSON with enums as numbers. Raises what the SDK raises, with the permission that it
        needs as ``action``.
        """  # noqa: D205  one sentence
        try:
            return _json(self._clients.call(client, method, self._endpoint, **request))
        except ERRORS as error:
            cast("Any", error).action = ACTIONS[f"{client}.{method}"]
            raise

    def one(self, client: str, method: str, **request: Any) -> dict[str, Any] | Unread:
        """The same, or why it could not be read."""
        try:
            return self.call(client, method, **request)
        except ERRORS as error:
            return unread(error, ACTIONS[f"{client}.{method}"])

    def all(self, client: str, method: str, **request: Any) -> list[dict[str, Any]] | Unread:
        """The items of all pages; an empty one may lead on."""
        try:
            return list(self._each(client, method, **request))
        except ERRORS as error:
            return unread(error, ACTIONS[f"{client}.{method}"])
        except NotReadError as error:
            return error.unread

    def _each(self, client: str, method: str, **request: Any) -> Iterator[dict[str, Any]]:
        return map(_json, self._clients.each(client, method, self._endpoint, **request))

    def _described(self) -> parse.Cluster | Unread:
        """Refused by itself it hides nothing else; where nobody answers, or knows us, there is nothing else to ask."""
        try:
            return parse.parse_cluster(self.call("container", "get_cluster", name=str(self.which)))
        except ERRORS as error:
            why = unread(error, ACTIONS["container.get_cluster"])
            if code_of(error) == "NOT_FOUND":
                why = self._away() or why
            if code_of(error) and why.reason in _PART_ALONE:
                return why
            raise NotReadError(why) from error

    def _away(self) -> Unread | None:
        """Not found may mean that GKE cannot reach the zone just now: then it is not gone, it is not known."""
        told = self.one("container", "list_clusters", parent=self.which.parent)
        if isinstance(told, Unread):
            return None
        missing = parse.parse_listing(told).missing_zones
        said = (
            f"container.clusters.list: GKE cannot reach {', '.join(missing)}: whether the cluster is there is not known"
        )
        return Unread(Reason.UNREACHABLE, said) if missing else None

    def _operations(self) -> tuple[str | Unread | None, str | Unread | None]:
        """The change of the cluster that is under way, and when the last one ended.

        Zones that GKE cannot ask are missing from the list, without an error.

        Source: https://cloud.google.com/kubernetes-engine/docs/reference/rest/v1/ListOperationsResponse
        """
        told = self.one("container", "list_operations", parent=self.which.parent)
        if isinstance(told, Unread):
            return told, told
        found = [parse.parse_operation(raw) for raw in told.get("operations") or ()]
        ours = [one for one in found if one.cluster == self.which.name and one.of_logging and one.done]
        running, missing = parse.running(found, self.which.name), tuple(map(str, told.get("missingZones") or ()))
        if missing:
            said = (
                f"container.operations.list: GKE cannot reach {', '.join(missing)}: what is changed there is not known"
            )
            return running or Unread(Reason.UNREACHABLE, said), Unread(Reason.UNREACHABLE, said)
        return running, max((one.ended for one in ours if one.ended), default=None)

    def _places(self) -> list[Place | Unread]:
        """The project and what lies above it. From here on the project goes by its id, never by its number."""
        project = read_place(f"projects/{self.which.project}", self)
        if project.project:
            self.which = replace(self.which, project=project.project)
        return [project, *self._ancestors.above(project.parent, self)]

    def _sinks(self, places: Sequence[Place | Unread]) -> tuple[list[Sink], list[Unread]]:
        """The sinks that the cluster's log comes by, and why further ones are not known."""
        sinks: list[Sink] = []
        not_looked_at: list[Unread] = []
        for number, place in enumerate(places):
            told = place.sinks if isinstance(place, Place) else place
            if isinstance(told, Unread):
                not_looked_at.append(told)
            else:
                sinks += [sink for sink in told if number == 0 or sink.include_children]
        return sinks, not_looked_at

    def _bucket(self, name: str) -> Bucket | Unread | None:
        try:
            return parse_bucket(self.call("config", "get_bucket", name=name))
        except ERRORS as error:
            return None if code_of(error) == "NOT_FOUND" else unread(error, ACTIONS["config.get_bucket"])

    def _newest(self, bucket: str, log: str) -> str | Unread | None:
        """When the newest entry of the cluster in this very bucket was; the first page that holds one ends the search.

        Source: https://cloud.google.com/logging/docs/reference/v2/rest/v2/entries/list
        """
        try:
            return self._time_of(bucket, newest_filter(self.which, log))
        except ERRORS as error:
            seen = "logging.logEntries.list" if log == ACTIVITY else "logging.privateLogEntries.list"
            return unread(error, seen)
        except NotReadError as error:
            return error.unread

    def _recorded_since(self, found: Sequence[Destination]) -> str | Unread | None:
        """Where no read has been recorded yet: when the project's IAM policy was changed last, which may be why."""
        if all(item.last_event is not None or item.part != DATA_ACCESS.name for item in found):
            return None
        try:
            return self._time_of(required_bucket(self.which), POLICY_CHANGED)
        except ERRORS as error:
            return unread(error, "logging.logEntries.list")
        except NotReadError as error:
            return error.unread

    def _time_of(self, bucket: str, text: str) -> str | None:
        request = {
            "resource_names": [f"{bucket}/views/_AllLogs"],
            "filter": text,
            "order_by": "timestamp desc",
            "page_size": 1,
        }
        newest = next(self._each("logging", "list_log_entries", most_pages=_PAGES_SEARCHED, **request), None)
        return None if newest is None else parse.at(newest["timestamp"])


def _json(message: Any) -> dict[str, Any]:
    """proto-plus's messages, and those of IAM, as JSON; enums as numbers, as our clients ask for them."""
    plain = type(message).pb(message) if hasattr(type(message), "pb") else message
    return dict(MessageToDict(plain, use_integers_for_enums=True))
