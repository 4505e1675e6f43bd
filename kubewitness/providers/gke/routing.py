"""Which sinks take the audit log of a cluster, and what the buckets are that they write to. Pure.

Source: https://cloud.google.com/logging/docs/routing/overview
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

from kubewitness.providers.gke.logfilter import takes

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kubewitness.providers.gke.parse import ClusterName

ACTIVITY: Final = "cloudaudit.googleapis.com/activity"
DATA_ACCESS_LOG: Final = "cloudaudit.googleapis.com/data_access"
"""Source: https://cloud.google.com/logging/docs/audit#viewing_audit_logs"""

POLICY_CHANGED: Final = f'log_id("{ACTIVITY}") AND resource.type="project" AND protoPayload.methodName="SetIamPolicy"'

_BUCKETS: Final = "logging.googleapis.com/"
_DELETED: Final = ("DELETE_REQUESTED", 2)


@dataclass(frozen=True, slots=True)
class Sink:
    """``name``: with the resource that it belongs to. ``exclusions``: (name, filter) of those that are not disabled."""

    name: str
    destination: str
    filter: str
    disabled: bool
    exclusions: tuple[tuple[str, str], ...]
    include_children: bool

    @property
    def bucket(self) -> str:
        """``projects/P/locations/L/buckets/B``; empty where it writes to something else."""
        path = self.destination.removeprefix(_BUCKETS)
        return path if self.destination.startswith(_BUCKETS) and "/buckets/" in path else ""

    @property
    def to_project(self) -> bool:
        """It hands on to another project, whose own sinks decide: how organizations gather their logs.

        Source: https://cloud.google.com/logging/docs/export/configure_export_v2#destination-project
        """
        return self.destination.startswith(f"{_BUCKETS}projects/") and not self.bucket


@dataclass(frozen=True, slots=True)
class Route:
    """``takes`` ``None``: it is not known. ``why``: it does not, or it is not known."""

    takes: bool | None
    why: str


@dataclass(frozen=True, slots=True)
class Bucket:
    """``key`` "": Google's own. ``going``: its deletion was asked for, seven days before it ends."""

    name: str
    retention_days: int
    locked: bool
    key: str
    going: bool


def parse_sink(parent: str, raw: Mapping[str, Any]) -> Sink:
    """A sink of ``parent`` (``projects/shop``), as JSON.

    Source: https://cloud.google.com/logging/docs/reference/v2/rest/v2/projects.sinks#LogSink
    """
    exclusions = tuple(
        (str(one.get("name", "")), str(one.get("filter", "")))
        for one in raw.get("exclusions") or ()
        if not one.get("disabled")
    )
    return Sink(
        name=f"{parent}/sinks/{raw.get('name', '')}",
        destination=str(raw.get("destination", "")),
        filter=str(raw.get("filter", "")),
        disabled=bool(raw.get("disabled")),
        exclusions=exclusions,
        include_children=bool(raw.get("includeChildren")),
    )


def parse_bucket(raw: Mapping[str, Any]) -> Bucket:
    """A log bucket, as JSON.

    Source: https://cloud.google.com/logging/docs/reference/v2/rest/v2/projects.locations.buckets#LogBucket
    """
    return Bucket(
        name=str(raw.get("name", "")),
        retention_days=int(raw.get("retentionDays") or 30),
        locked=bool(raw.get("locked")),
        key=str((raw.get("cmekSettings") or {}).get("kmsKeyName") or ""),
        going=raw.get("lifecycleState") in _DELETED,
    )


def entry(cluster: ClusterName, log: str) -> dict[str, str]:
    """What all entries of this log of the cluster's API server have in common.

    Source: https://cloud.google.com/kubernetes-engine/docs/how-to/audit-logging
    """
    return {
        "logName": f"projects/{cluster.project}/logs/{quote(log, safe='')}",
        "resource.type": "k8s_cluster",
        "resource.labels.project_id": cluster.project,
        "resource.labels.location": cluster.location,
        "resource.labels.cluster_name": cluster.name,
        "protoPayload.@type": "type.googleapis.com/google.cloud.audit.AuditLog",
        "protoPayload.serviceName": "k8s.io",
    }


def newest_filter(cluster: ClusterName, log: str) -> str:
    """The filter that finds these entries and no other."""
    labels = {"project_id": cluster.project, "location": cluster.location, "cluster_name": cluster.name}
    named = " AND ".join(f'resource.labels.{name}="{value}"' for name, value in labels.items())
    return f'log_id("{log}") AND resource.type="k8s_cluster" AND {named}'


def route(sink: Sink, of: Mapping[str, str]) -> Route:
    """Whether the sink takes all such entries, none, or some of them, which is not known."""
    if sink.disabled:
        return Route(False, f"{sink.name} is disabled")
    wanted = takes(sink.filter, of)
    if wanted is False:
        return Route(False, f"the filter of {sink.name} leaves it out")
    dropped = {name: takes(text, of) for name, text in sink.exclusions}
    for name, drops in dropped.items():
        if drops:
            return Route(False, f"exclusion {name} of {sink.name} drops it")
    unclear = [f"exclusion {name}" for name, drops in dropped.items() if drops is None]
    if wanted is None:
        unclear.append("the filter")
    if unclear:
        return Route(None, f"{' and '.join(unclear)} of {sink.name} may leave out a part of it: look at it yourself")
    return Route(True, "")
