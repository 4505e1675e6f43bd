"""Updates of EKS clusters: one at a time, seen late, and not listed in the order in which they were made."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from moto.eks.models import eks_backends

from tests.fakes.aws.ekslogging import enabled, merged, start_logging
from tests.fakes.aws.paging import page
from tests.fakes.aws.refusals import Refusal

if TYPE_CHECKING:
    from tests.fakes.aws.ekslogging import Key
    from tests.fakes.aws.world import Call, World

KINDS = {
    "logging": "LoggingUpdate",
    "resourcesVpcConfig": "EndpointAccessUpdate",
    "accessConfig": "AccessConfigUpdate",
    "upgradePolicy": "UpgradePolicyUpdate",
    "zonalShiftConfig": "ZonalShiftConfigUpdate",
    "computeConfig": "AutoModeUpdate",
    "kubernetesNetworkConfig": "AutoModeUpdate",
    "storageConfig": "AutoModeUpdate",
    "remoteNetworkConfig": "RemoteNetworkConfigUpdate",
    "deletionProtection": "DeletionProtectionUpdate",
    "controlPlaneScalingConfig": "ControlPlaneScalingConfigUpdate",
    "kubeApiServerConfig": "ControlPlaneComponentConfigUpdate",
}
"""Parameter of UpdateClusterConfig -> type of the update that it makes."""


@dataclass(slots=True)
class Update:
    id: str
    type: str
    params: list[dict[str, str]]
    created: float
    due: float | None
    """World time; ``None``: until a test lets it finish."""
    token: str
    logging: dict[str, Any] | None
    """What holds once it is Successful."""
    failure: dict[str, Any] | None
    status: str = "InProgress"

    def wire(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "status": self.status,
            "type": self.type,
            "params": self.params,
            "createdAt": datetime.fromtimestamp(self.created, UTC),
            "errors": [self.failure] if self.failure and self.status == "Failed" else [],
        }


@dataclass
class Updates:
    of: dict[Key, list[Update]] = field(default_factory=dict)
    failures: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    """Cluster -> how its next updates fail."""
    stale: dict[Key, tuple[dict[str, Any], float]] = field(default_factory=dict)
    """What DescribeCluster still says, and until when."""

    def shown_logging(self, key: Key, now: float) -> dict[str, Any] | None:
        old, until = self.stale.get(key, (None, 0))
        return old if now < until else None


def update_cluster_config(call: Call) -> dict[str, Any]:
    """moto answers without an update, at once, and never refuses.

    Sources, in the order of the refusals:
    https://github.com/aws/aws-cdk/issues/21439 (one type of update),
    https://github.com/aws/aws-cdk/issues/19898 (none),
    https://github.com/aws-controllers-k8s/community/issues/1192 (409, though the cluster says ACTIVE),
    https://github.com/aws-quickstart/quickstart-amazon-eks-cluster-resource-provider/issues/38 (no changes)
    """
    name = str(call.params["name"])
    key = (call.account, call.region, name)
    if name not in eks_backends[call.account][call.region].clusters:
        raise no_cluster(name)
    updates = call.world.remembered(Updates)
    known = updates.of.setdefault(key, [])
    token = call.params.get("clientRequestToken", "")
    if repeated := next((one for one in known if token and one.token == token), None):
        return {"update": repeated.wire()}
    kind = _kind(call, name)
    if running := next((one for one in known if one.status == "InProgress"), None):
        said = f"Cannot {kind} because cluster {name} currently has update {running.id} in progress"
        raise Refusal("ResourceInUseException", said, 409, {"clusterName": name})
    update = _started(call, key, kind, token)
    known.append(update)
    return {"update": update.wire()}


def _kind(call: Call, name: str) -> str:
    given = {KINDS[param] for param in call.params if param in KINDS}
    if len(given) > 1:
        raise _wrong(name, "Only one type of update can be allowed.")
    named = any(one.get("types") for one in call.params.get("logging", {}).get("clusterLogging", []))
    if not given or (given == {"LoggingUpdate"} and not named):
        raise _wrong(name, "The type for cluster update was not provided.")
    return given.pop()


def _started(call: Call, key: Key, kind: str, token: str) -> Update:
    wanted = None
    params = []
    if kind == "LoggingUpdate":
        asked = call.params["logging"]
        before = eks_backends[key[0]][key[1]].clusters[key[2]].logging
        wanted = merged(before, asked)
        if enabled(wanted) == enabled(before):
            raise _wrong(key[2], "No changes needed for the logging config provided")
        params = [{"type": "ClusterLogging", "value": json.dumps(asked)}]
    seconds = call.world.settings.update_seconds
    now = call.world.now()
    failures = call.world.remembered(Updates).failures.get(key[2])
    due = None if seconds is None else now + seconds
    return Update(str(uuid4()), kind, params, now, due, token, wanted, failures.pop(0) if failures else None)


def settle(world: World, *, all_of_them: bool = False) -> None:
    """Let time work: end the updates that are due."""
    updates = world.remembered(Updates)
    for key, ones in updates.of.items():
        for update in ones:
            due = all_of_them or (update.due is not None and world.now() >= update.due)
            if update.status == "InProgress" and due:
                _end(world, key, update)


def _end(world: World, key: Key, update: Update) -> None:
    cluster = eks_backends[key[0]][key[1]].clusters.get(key[2])
    if cluster is None or update.failure:
        update.status = "Failed"
        return
    update.status = "Successful"
    if update.logging is not None:
        world.remembered(Updates).stale[key] = (cluster.logging, world.now() + world.settings.lag_seconds)
        cluster.logging = update.logging
        start_logging(world, key, update.logging)


def describe_update(call: Call) -> dict[str, Any]:
    found = [one for one in _of_cluster(call) if one.id == call.params["updateId"]]
    if not found:
        raise Refusal("ResourceNotFoundException", f"No update found for ID: {call.params['updateId']}", 404)
    return {"update": found[0].wire()}


def list_updates(call: Call) -> dict[str, Any]:
    """By id, which is as good as at random.

    Source: https://github.com/aws/containers-roadmap/issues/1439
    """
    ids = sorted(one.id for one in _of_cluster(call))
    return page(call, ids, "updateIds", limit="maxResults", token="nextToken", default=100)  # noqa: S106


def _of_cluster(call: Call) -> list[Update]:
    name = str(call.params["name"])
    if name not in eks_backends[call.account][call.region].clusters:
        raise no_cluster(name)
    found: list[Update] = call.world.remembered(Updates).of.get((call.account, call.region, name), [])
    return found


def no_cluster(name: str) -> Refusal:
    return Refusal("ResourceNotFoundException", f"No cluster found for name: {name}.", 404, {"clusterName": name})


def fail_next_update(world: World, name: str, code: str, message: str) -> None:
    """The next update of a cluster of this name is taken, and fails."""
    failure = {"errorCode": code, "errorMessage": message, "resourceIds": [name]}
    world.remembered(Updates).failures.setdefault(name, []).append(failure)


def _wrong(cluster: str, message: str) -> Refusal:
    return Refusal("InvalidParameterException", message, 400, {"clusterName": cluster})


ACTIONS = {
    "eks:DescribeUpdate": describe_update,
    "eks:ListUpdates": list_updates,
    "eks:UpdateClusterConfig": update_cluster_config,
}
