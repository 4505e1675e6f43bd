"""GKE as its API tells it, understood. Pure: the API's own JSON in, with enums as names or as numbers."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from kubewitness.auditpolicy import PROBES
from kubewitness.errors import KubewitnessError
from kubewitness.managed import BlindSpot, FormatLimit, Unrecorded
from kubewitness.model import Reason, Unread
from kubewitness.moments import parse_moment
from kubewitness.providers.gke.auditconfig import DATA_ACCESS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

COMPONENTS: Final = {
    "SYSTEM_COMPONENTS": 1,
    "WORKLOADS": 2,
    "APISERVER": 3,
    "SCHEDULER": 4,
    "CONTROLLER_MANAGER": 5,
    "KCP_SSHD": 7,
    "KCP_CONNECTION": 8,
    "KCP_HPA": 9,
    "KCP_VPA": 10,
}
"""What programs print. APISERVER is what kube-apiserver itself says, and is not the audit log.

Source: https://cloud.google.com/kubernetes-engine/docs/reference/rest/v1/LoggingComponentConfig#Component
"""

ADMIN_ACTIVITY: Final = "ADMIN_ACTIVITY"
"""Requests that change something. Nobody can switch it off.

Source: https://cloud.google.com/kubernetes-engine/docs/how-to/audit-logging
"""

AUDIT_TYPES: Final = frozenset({ADMIN_ACTIVITY, *DATA_ACCESS})
LOG_TYPES: Final = (ADMIN_ACTIVITY, *DATA_ACCESS, *COMPONENTS)

_POLICY: Final = "Google sets the audit policy of GKE, and nobody can change it: it leaves out"
_INSTEAD: Final = (
    "collect the Event objects themselves; a failed login on any other path is recorded; what is recorded can be "
    "copied by a sink and thinned out by an exclusion"
)
BLIND_SPOTS: Final = (
    BlindSpot("events-delete", f"{_POLICY} Event objects", _INSTEAD),
    BlindSpot("failed-login-discovery", f"{_POLICY} /version, /healthz and /swagger", _INSTEAD),
)
"""Found by evaluating that policy, ``create-master-audit-policy`` of the source.

Sources: https://cloud.google.com/kubernetes-engine/docs/concepts/audit-policy,
https://github.com/kubernetes/kubernetes/blob/v1.37.1/cluster/gce/gci/configure-helper.sh
"""

LIMITS: Final = (
    FormatLimit(
        "an event is an AuditLog of Google's, not one of Kubernetes: what was done is its methodName "
        "(io.k8s.core.v1.pods.create), and there is no verb, level or stage",
        "write detections for protoPayload.methodName: those for Kubernetes's own events find nothing",
        "https://cloud.google.com/kubernetes-engine/docs/how-to/audit-logging",
    ),
    FormatLimit(
        "a large event is split into several entries, each with a part of its request and response",
        "put together what has the same split.uid before looking into the objects",
        "https://cloud.google.com/logging/docs/audit/split-logs",
    ),
)

READS: Final = tuple(
    probe.id
    for probe in PROBES
    if probe.attributes.resource_request
    and probe.attributes.verb in ("get", "list", "watch")
    and probe.id not in {spot.probe for spot in BLIND_SPOTS}
)
"""Probes that are a get, a list or a watch: their events go to the Data Access log, all others to Admin Activity.

Source: https://cloud.google.com/kubernetes-engine/docs/concepts/audit-policy#gke_audit_policy
"""

READ_TYPES: Final = ("ADMIN_READ", "DATA_READ")
"""Google tells them apart as "metadata about resources" and "data in resources", and not resource by resource."""

LEGACY_OFF: Final = "none"

_ID: Final = re.compile(
    r"(?:(?:https?:)?//[\w.-]+/(?:v1/|v1beta1/)?)?projects/([a-z][a-z0-9:.-]{2,60}|\d{1,20})/(?:locations|zones)/([a-z0-9-]{3,40})/clusters/([a-z][a-z0-9-]{0,39})"
)
_NAME: Final = re.compile(r"[a-z][a-z0-9-]{0,39}")
_PROVISIONING: Final = 1
_STOPPING: Final = 4
_STATUS: Final = {"PROVISIONING": _PROVISIONING, "STOPPING": _STOPPING}
_DONE: Final = 3
_CHANGES: Final = frozenset({1, 6, "CREATE_CLUSTER", "UPDATE_CLUSTER"})
_BY_NUMBER: Final = {number: name for name, number in COMPONENTS.items()}


@dataclass(frozen=True, slots=True)
class ClusterName:
    """Which cluster. ``project``, ``location`` are empty where nobody said them."""

    project: str
    location: str
    name: str

    @property
    def parent(self) -> str:
        return f"projects/{self.project}/locations/{self.location}"

    def __str__(self) -> str:
        return f"{self.parent}/clusters/{self.name}"


@dataclass(frozen=True, slots=True)
class Cluster:
    """What GetCluster says.

    ``components``: name -> on, or why that is not shown. ``numbers``: those that are on, as GKE numbers them, also what
    we have no name for. ``etag``: of this state. ``made``: RFC 3339, ``None``: not said.
    """

    components: dict[str, bool | Unread]
    numbers: tuple[int, ...]
    etag: str
    made: str | None
    not_loggable: str


@dataclass(frozen=True, slots=True)
class Operation:
    """An operation of GKE. ``error`` empty: none."""

    name: str
    cluster: str
    done: bool
    of_logging: bool
    started: str
    ended: str
    error: str


@dataclass(frozen=True, slots=True)
class Listing:
    """What ListClusters says. ``missing_zones`` not empty: the list is a part of what there is."""

    clusters: tuple[Mapping[str, Any], ...]
    missing_zones: tuple[str, ...]


def cluster_name(given: str, project: str, location: str, where: str) -> ClusterName:
    """``projects/P/locations/L/clusters/C``, its selfLink, or a name beside project and location.

    Raises KubewitnessError.
    """
    if match := _ID.fullmatch(given):
        for said, stated, what in ((project, match[1], "project"), (location, match[2], "location")):
            if said and said != stated:
                raise KubewitnessError(f"{where}: {what} {said!r}, and the id says {stated}: take one of them out")
        return ClusterName(match[1], match[2], match[3])
    if not _NAME.fullmatch(given):
        raise KubewitnessError(
            f"{where}: id {given[:120]!r} is neither a cluster's name nor projects/…/locations/…/clusters/…"
        )
    return ClusterName(project, location, given)


def parse_cluster(raw: Mapping[str, Any]) -> Cluster:
    """A cluster of GetCluster or ListClusters.

    The old way, ``loggingService``, still counts: ``none`` is off whatever components are listed, and without a list
    of components (clusters of 2019) it is not said which of them log.

    Source: https://cloud.google.com/kubernetes-engine/docs/reference/rest/v1/projects.locations.clusters
    """
    config = raw.get("loggingConfig")
    listed = ((config or {}).get("componentConfig") or {}).get("enableComponents") or ()
    numbers = tuple(dict.fromkeys(COMPONENTS.get(one, 0) if isinstance(one, str) else int(one) for one in listed))
    service = str(raw.get("loggingService") or "")
    components: dict[str, bool | Unread] = dict.fromkeys(COMPONENTS, False)
    if service != LEGACY_OFF and config is None:
        why = f"only the legacy loggingService ({service or 'not set'}) is shown, not which components log"
        components = dict.fromkeys(COMPONENTS, Unread(Reason.UNSUPPORTED, f"container.clusters.get: {why}"))
    elif service != LEGACY_OFF:
        components |= {_BY_NUMBER.get(number, f"component {number}"): True for number in numbers}
    status = raw.get("status")
    number = _STATUS.get(status, 0) if isinstance(status, str) else status
    return Cluster(
        components=components,
        numbers=numbers,
        etag=str(raw.get("etag") or ""),
        made=at(raw["createTime"]) if raw.get("createTime") else None,
        not_loggable="being deleted" if number == _STOPPING else "",
    )


def parse_listing(raw: Mapping[str, Any]) -> Listing:
    """``missingZones``: GKE could not ask there; what lies there is missing without an error.

    Source: https://cloud.google.com/kubernetes-engine/docs/reference/rest/v1/ListClustersResponse
    """
    return Listing(tuple(raw.get("clusters") or ()), tuple(map(str, raw.get("missingZones") or ())))


def parse_operation(raw: Mapping[str, Any]) -> Operation:
    """An operation. One that is done may have failed: then it has an ``error``.

    Source: https://cloud.google.com/kubernetes-engine/docs/reference/rest/v1/projects.locations.operations
    """
    error = raw.get("error") or {}
    kind = raw.get("operationType")
    return Operation(
        name=str(raw.get("name", "")),
        cluster=str(raw.get("targetLink", "")).rpartition("/clusters/")[2].partition("/")[0],
        done=raw.get("status") in (_DONE, "DONE"),
        of_logging=kind in _CHANGES,
        started=at(raw.get("startTime", "")),
        ended=at(raw.get("endTime", "")),
        error=str(error.get("message") or raw.get("statusMessage") or error.get("code") or "") if error else "",
    )


def at(text: object) -> str:
    """A time of Google's as RFC 3339, UTC, in seconds; what is none stays as it is."""
    return parse_moment(text) or str(text)


def running(operations: Iterable[Operation], cluster: str) -> str | None:
    """The change of the cluster that is under way, which may be one of its logging; ``None``: none."""
    for one in operations:
        if one.cluster == cluster and one.of_logging and not one.done:
            return f"operation {one.name}, started {one.started}"
    return None


def unrecorded(types: Mapping[str, bool | Unread], project: str) -> tuple[Unrecorded, ...] | Unread:
    """What the audit configs leave out: reads, unless both types of them are on."""
    for kind in READ_TYPES:
        state = types[kind]
        if isinstance(state, Unread):
            return state
    off = tuple(kind for kind in READ_TYPES if not types[kind])
    names = " and ".join(off)
    why = f"reads are recorded by the Data Access log alone, and {names} is off"
    remedy = f"run the managed deploy: it switches {names} on for Kubernetes in {project}, which costs by volume"
    return tuple(Unrecorded(probe, why, remedy, off) for probe in READS if off)
