"""GKE's operations: one at a time on a cluster, and what they change holds when they are done.

Source: https://cloud.google.com/kubernetes-engine/docs/reference/rest/v1/projects.locations.operations
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from google.cloud import container_v1

from tests.fakes.gcp.refusals import NUMBER, Refusal

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.fakes.gcp.world import Call, World

Operation: Any = container_v1.Operation.pb()
Status: Any = container_v1.Operation.Status


@dataclass(slots=True)
class Running:
    """One operation, and what it will have done."""

    name: str
    """``projects/P/locations/L/operations/operation-...``"""
    cluster: str
    """``projects/P/locations/L/clusters/C``"""
    kind: int
    started: str
    due: float | None
    apply: Callable[[], None]
    failure: tuple[str, str] | None
    """Code and message, once it fails."""
    status: int = int(Status.RUNNING)
    ended: str = ""

    def wire(self) -> Any:
        _, project, _, location, _, short = self.name.split("/")
        told = Operation(
            name=short,
            operation_type=self.kind,
            status=self.status,
            location=location,
            zone=location,
            start_time=self.started,
            end_time=self.ended,
            self_link=f"https://container.googleapis.com/v1/{self.name}",
            target_link=f"https://container.googleapis.com/v1/{self.cluster}",
            detail=f"of project {project}",
        )
        if self.failure and self.status == Status.DONE:
            told.error.code = NUMBER[self.failure[0]]
            told.error.message = told.status_message = self.failure[1]
        return told


@dataclass
class Operations:
    all: dict[str, Running] = field(default_factory=dict)
    failures: dict[str, list[tuple[str, str]]] = field(default_factory=dict)
    """Cluster's short name -> how its next operations fail."""


def start(call: Call, cluster: str, kind: int, apply: Callable[[], None]) -> Any:
    """Begin one.

    Raises:
        Refusal: another runs on this cluster. Source: https://github.com/rancher/gke-operator/pull/509
    """
    known = call.world.remembered(Operations)
    if other := running_on(call.world, cluster):
        short = other.name.rpartition("/")[2]
        raise Refusal("FAILED_PRECONDITION", f"Cluster is running incompatible operation {short}.")
    stamp = f"{int(call.world.now() * 1000)}-{secrets.token_hex(4)}"
    name = f"{cluster.rpartition('/clusters/')[0]}/operations/operation-{stamp}"
    seconds = call.world.settings.operation_seconds
    due = None if seconds is None else call.world.now() + seconds
    failures = known.failures.get(cluster.rpartition("/")[2])
    failure = failures.pop(0) if failures else None
    known.all[name] = made = Running(name, cluster, kind, call.world.moment().isoformat(), due, apply, failure)
    return made.wire()


def running_on(world: World, cluster: str) -> Running | None:
    of_cluster = (one for one in world.remembered(Operations).all.values() if one.cluster == cluster)
    return next((one for one in of_cluster if one.status != Status.DONE), None)


def settle(world: World, *, all_of_them: bool = False) -> None:
    """Let time work: end the operations that are due."""
    for one in world.remembered(Operations).all.values():
        due = all_of_them or (one.due is not None and world.now() >= one.due)
        if one.status != Status.DONE and due:
            one.status, one.ended = int(Status.DONE), world.moment().isoformat()
            if one.failure is None:
                one.apply()


def fail_next_operation(world: World, cluster: str, code: str, message: str) -> None:
    """The next operation on clusters of this name is begun, and ends with an error."""
    world.remembered(Operations).failures.setdefault(cluster, []).append((code, message))


def get_operation(call: Call) -> Any:
    found = call.world.remembered(Operations).all.get(call.resource)
    if found is None:
        raise Refusal("NOT_FOUND", f"Not found: {call.resource}.")
    return found.wire()


def list_operations(call: Call) -> Any:
    """Not in pages. Of zones that cannot be asked it may lack operations, without an error.

    Source: https://cloud.google.com/kubernetes-engine/docs/reference/rest/v1/ListOperationsResponse
    """
    parent = call.resource.removesuffix("/-")
    found = [one for one in call.world.remembered(Operations).all.values() if one.name.startswith(f"{parent}/")]
    location = parent.rpartition("/")[2]
    away = [zone for zone in call.world.settings.unasked_zones if location in (zone, zone.rpartition("-")[0])]
    return container_v1.ListOperationsResponse.pb()(operations=[one.wire() for one in found], missing_zones=away)


ACTIONS = {
    "ClusterManager.GetOperation": ("container.operations.get", get_operation),
    "ClusterManager.ListOperations": ("container.operations.list", list_operations),
}
