"""GKE's clusters, as far as their logging goes."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from google.cloud import container_v1

from tests.fakes.gcp.hierarchy import known_project
from tests.fakes.gcp.operations import running_on, start
from tests.fakes.gcp.refusals import Refusal, invalid
from tests.fakes.gcp.untyped import json_format

if TYPE_CHECKING:
    from tests.fakes.gcp.world import Call, World

Cluster: Any = container_v1.Cluster.pb()
Kind: Any = container_v1.Operation.Type
Status: Any = container_v1.Cluster.Status
Component: Any = container_v1.LoggingComponentConfig.Component

_MODERN = "logging.googleapis.com/kubernetes"
_ALWAYS = (Component.SYSTEM_COMPONENTS, Component.WORKLOADS)


@dataclass
class Clusters:
    all: dict[str, Any] = field(default_factory=dict)
    """``projects/P/locations/L/clusters/C`` -> protobuf."""


def list_clusters(call: Call) -> Any:
    """Not in pages. What cannot be reached is named, and its clusters are missing without an error.

    Source: https://cloud.google.com/kubernetes-engine/docs/reference/rest/v1/ListClustersResponse
    """
    known_project(call)
    prefix = f"{call.resource.removesuffix('-')}".removesuffix("/") + "/"
    away = [zone for zone in call.world.settings.missing_zones if call.resource.endswith(("/-", f"/{zone}"))]
    shown = [
        _shown(call.world, name)
        for name, cluster in sorted(call.world.remembered(Clusters).all.items())
        if name.startswith(prefix) and not any(_lies_in(cluster.location, zone) for zone in away)
    ]
    return container_v1.ListClustersResponse.pb()(clusters=shown, missing_zones=away)


def get_cluster(call: Call) -> Any:
    known_project(call)
    _found(call)
    return _shown(call.world, call.resource)


def create_cluster(call: Call) -> Any:
    """RUNNING when its operation is done. Logging is on, for system and workloads, unless it is asked for otherwise."""
    known_project(call)
    made = Cluster()
    made.CopyFrom(call.request.cluster)
    if not re.fullmatch(r"[a-z](?:[a-z0-9-]{0,38}[a-z0-9])?", made.name):
        raise invalid(f'Cluster name "{made.name}" is invalid.')
    name = f"{call.resource}/clusters/{made.name}"
    known = call.world.remembered(Clusters).all
    if name in known:
        raise Refusal("ALREADY_EXISTS", f"Already exists: {name}.")
    made.location = made.zone = call.resource.rpartition("/")[2]
    made.self_link = f"https://container.googleapis.com/v1/{name}"
    made.create_time = call.world.moment().isoformat()
    made.status = Status.PROVISIONING
    made.etag = _etag()
    _with_logging(made)
    if made.autopilot.enabled:
        _check_autopilot(made)
    known[name] = made
    return start(call, name, Kind.CREATE_CLUSTER, lambda: setattr(made, "status", int(Status.RUNNING)))


def _with_logging(cluster: Any) -> None:
    if cluster.logging_service and cluster.HasField("logging_config"):
        # https://github.com/hashicorp/terraform-provider-google/issues/10805
        raise invalid(
            "Cannot specify logging_config or monitoring_config together with logging_service or monitoring_service."
        )
    if cluster.logging_service:
        _set_service(cluster, cluster.logging_service)
    elif cluster.HasField("logging_config"):
        _set_components(cluster, cluster.logging_config)
    else:
        _set_service(cluster, _MODERN)


def delete_cluster(call: Call) -> Any:
    known_project(call)
    _found(call)
    known = call.world.remembered(Clusters).all
    return start(call, call.resource, Kind.DELETE_CLUSTER, lambda: known.pop(call.resource, None))


def update_cluster(call: Call) -> Any:
    """One field a request; the list of components is replaced, an empty one turns all logging off.

    Source: https://cloud.google.com/kubernetes-engine/docs/reference/rest/v1/ClusterUpdate
    """
    known_project(call)
    cluster = _found(call)
    given = [descriptor.name for descriptor, _ in call.request.update.ListFields() if descriptor.name != "etag"]
    if call.request.update.etag not in ("", cluster.etag):
        # https://cloud.google.com/kubernetes-engine/docs/reference/rest/v1/ClusterUpdate (etag); the words are ours
        raise Refusal("ABORTED", f"The etag does not match the current etag of {call.resource}.")
    if not given:
        raise invalid("Must specify a field to update.")
    if len(given) > 1:
        raise invalid(f"Exactly one update can be applied to a cluster with each request: {', '.join(given)}.")
    wanted = Cluster()
    wanted.CopyFrom(cluster)
    if given == ["desired_logging_config"]:
        _set_components(wanted, call.request.update.desired_logging_config)
    elif given == ["desired_logging_service"]:
        _set_service(wanted, call.request.update.desired_logging_service)
    if wanted.autopilot.enabled:
        _check_autopilot(wanted)
    return start(call, call.resource, Kind.UPDATE_CLUSTER, lambda: _take_over(cluster, wanted))


def set_logging_service(call: Call) -> Any:
    """The old way."""
    known_project(call)
    cluster = _found(call)
    wanted = Cluster()
    wanted.CopyFrom(cluster)
    _set_service(wanted, call.request.logging_service)
    return start(call, call.resource, Kind.UPDATE_CLUSTER, lambda: _take_over(cluster, wanted))


def alter_cluster(world: World, name: str, members: dict[str, Any]) -> None:
    """Let GKE say what it cannot be made to say: an old recording, another status, a component from the future.

    Args:
        name: ``projects/P/locations/L/clusters/C``
        members: as in JSON; ``None``: absent.
    """
    cluster = world.remembered(Clusters).all.get(name)
    if cluster is None:
        raise ValueError(f"no cluster {name}")
    for member, value in members.items():
        told = json_format.ParseDict({} if value is None else {member: value}, Cluster())
        field_name = next(one.name for one in Cluster.DESCRIPTOR.fields if member in (one.name, one.json_name))
        cluster.ClearField(field_name)
        cluster.MergeFrom(told)


def _set_components(cluster: Any, config: Any) -> None:
    cluster.logging_config.CopyFrom(config)
    cluster.logging_service = _MODERN if config.component_config.enable_components else "none"


def _set_service(cluster: Any, service: str) -> None:
    if service not in (_MODERN, "logging.googleapis.com", "none"):
        raise invalid(f'Invalid value for field "cluster.loggingService": "{service}".')
    cluster.logging_service = service
    cluster.ClearField("logging_config")
    cluster.logging_config.component_config.enable_components.extend(_ALWAYS if service != "none" else ())


def _check_autopilot(cluster: Any) -> None:
    """Source: https://github.com/GoogleCloudPlatform/cloud-foundation-fabric/pull/1625; the words are ours."""
    components = cluster.logging_config.component_config.enable_components
    if not set(_ALWAYS) <= set(components):
        raise invalid("Autopilot clusters must have SYSTEM_COMPONENTS and WORKLOADS logging enabled.")


def _take_over(cluster: Any, wanted: Any) -> None:
    cluster.logging_service = wanted.logging_service
    cluster.logging_config.CopyFrom(wanted.logging_config)
    cluster.etag = _etag()


def _etag() -> str:
    return secrets.token_hex(8)


def _shown(world: World, name: str) -> Any:
    shown = Cluster()
    shown.CopyFrom(world.remembered(Clusters).all[name])
    if shown.status == Status.RUNNING and running_on(world, name):
        shown.status = Status.RECONCILING
    return shown


def _found(call: Call) -> Any:
    cluster = call.world.remembered(Clusters).all.get(call.resource)
    if cluster is None:
        raise Refusal("NOT_FOUND", f"Not found: {call.resource}.")
    return cluster


def _lies_in(location: str, zone: str) -> bool:
    """A regional cluster is missing with any of its region's zones."""
    return location in (zone, zone.rpartition("-")[0])


ACTIONS = {
    "ClusterManager.CreateCluster": ("container.clusters.create", create_cluster),
    "ClusterManager.DeleteCluster": ("container.clusters.delete", delete_cluster),
    "ClusterManager.GetCluster": ("container.clusters.get", get_cluster),
    "ClusterManager.ListClusters": ("container.clusters.list", list_clusters),
    "ClusterManager.SetLoggingService": ("container.clusters.update", set_logging_service),
    "ClusterManager.UpdateCluster": ("container.clusters.update", update_cluster),
}
