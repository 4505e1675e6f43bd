"""EKS in front of moto: clusters as AWS describes them, connected clusters, and pages. Updates: eksupdates.py."""

from __future__ import annotations

import secrets
import zlib
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from moto.eks.models import eks_backends

from tests.fakes.aws import upstream
from tests.fakes.aws.ekslogging import as_shown, merged, start_logging
from tests.fakes.aws.eksupdates import Updates
from tests.fakes.aws.paging import page
from tests.fakes.aws.refusals import Refusal

if TYPE_CHECKING:
    from tests.fakes.aws.ekslogging import Key
    from tests.fakes.aws.world import Call, World

_KEPT = ("accessConfig", "computeConfig", "deletionProtection", "storageConfig", "upgradePolicy", "zonalShiftConfig")
"""What moto's create_cluster takes and forgets."""


@dataclass
class Clusters:
    """What we know of clusters beside moto."""

    more: dict[Key, dict[str, Any]] = field(default_factory=dict)
    """Members that win over moto's. ``None``: the member is absent."""
    connected: dict[Key, dict[str, Any]] = field(default_factory=dict)


def create_cluster(call: Call) -> dict[str, Any]:
    """ACTIVE at once; AWS takes ten minutes. ``alter_cluster`` gives it another status."""
    answer = upstream.ask(call)
    key = (call.account, call.region, str(call.params["name"]))
    cluster = eks_backends[call.account][call.region].clusters[key[2]]
    cluster.logging = merged(None, call.params.get("logging"))
    call.world.remembered(Clusters).more[key] = {
        "version": call.params.get("version", "1.34"),  # moto's default is 1.19
        **{name: call.params[name] for name in _KEPT if name in call.params},
    }
    start_logging(call.world, key, cluster.logging)
    return {"cluster": _put_right(call, key, answer["cluster"])}


def describe_cluster(call: Call) -> dict[str, Any]:
    key = (call.account, call.region, str(call.params["name"]))
    connected = call.world.remembered(Clusters).connected.get(key)
    if connected is not None:
        return {"cluster": connected}
    return {"cluster": _put_right(call, key, upstream.ask(call)["cluster"])}


def _put_right(call: Call, key: Key, cluster: dict[str, Any]) -> dict[str, Any]:
    shown = call.world.remembered(Updates).shown_logging(key, call.world.now())
    actual = eks_backends[key[0]][key[1]].clusters[key[2]].logging
    network = {"vpcId": f"vpc-{zlib.crc32(key[2].encode()):08x}", **cluster["resourcesVpcConfig"]}
    full = {
        **cluster,
        "logging": as_shown(shown or actual, key[2]),
        "resourcesVpcConfig": network,  # moto's has no vpcId
        **call.world.remembered(Clusters).more.get(key, {}),
    }
    return {name: value for name, value in full.items() if value is not None}


def list_clusters(call: Call) -> dict[str, Any]:
    """Connected clusters only with ``include=['all']``.

    Source: https://docs.aws.amazon.com/eks/latest/APIReference/API_ListClusters.html
    """
    names = list(eks_backends[call.account][call.region].clusters)
    if "all" in call.params.get("include", []):
        names += [
            name
            for account, region, name in call.world.remembered(Clusters).connected
            if (account, region) == (call.account, call.region)
        ]
    return page(call, sorted(names), "clusters", limit="maxResults", token="nextToken", default=100)  # noqa: S106


def delete_cluster(call: Call) -> dict[str, Any]:
    key = (call.account, call.region, str(call.params["name"]))
    known = call.world.remembered(Clusters)
    if known.more.get(key, {}).get("deletionProtection"):
        raise Refusal("InvalidRequestException", f"Cluster {key[2]} has deletion protection enabled", 400)
    answer = upstream.ask(call)
    known.more.pop(key, None)
    return {"cluster": {**answer["cluster"], "status": "DELETING"}}


def register_cluster(call: Call) -> dict[str, Any]:
    """Source: https://docs.aws.amazon.com/eks/latest/APIReference/API_RegisterCluster.html"""
    key = (call.account, call.region, str(call.params["name"]))
    known = call.world.remembered(Clusters).connected
    if key in known or key[2] in eks_backends[key[0]][key[1]].clusters:
        raise Refusal("ResourceInUseException", f"Cluster already exists with name: {key[2]}", 409)
    now = call.world.now()
    known[key] = {
        "name": key[2],
        "arn": f"arn:{call.partition}:eks:{call.region}:{call.account}:cluster/{key[2]}",
        "createdAt": datetime.fromtimestamp(now, UTC),
        "status": "PENDING",
        "connectorConfig": {
            "activationId": str(uuid4()),
            "activationCode": secrets.token_hex(10),
            "activationExpiry": datetime.fromtimestamp(now + 3 * 86400, UTC),
            **call.params["connectorConfig"],
        },
        "tags": call.params.get("tags", {}),
    }
    return {"cluster": known[key]}


def deregister_cluster(call: Call) -> dict[str, Any]:
    known = call.world.remembered(Clusters).connected
    found = known.pop((call.account, call.region, str(call.params["name"])), None)
    if found is None:
        raise Refusal("ResourceNotFoundException", f"No cluster found for name: {call.params['name']}.", 404)
    return {"cluster": {**found, "status": "DELETING"}}


def alter_cluster(world: World, account: str, region: str, name: str, members: dict[str, Any]) -> None:
    """Let DescribeCluster say what the API can not be made to say: an old recording, another status.

    Args:
        members: of the cluster, as on the wire; ``None``: absent.
    """
    known = world.remembered(Clusters)
    key = (account, region, name)
    if key in known.connected:
        known.connected[key].update(members)
    elif name in eks_backends[account][region].clusters:
        known.more.setdefault(key, {}).update(members)
    else:
        raise ValueError(f"no cluster {name} in {account}, {region}")


ACTIONS = {
    "eks:CreateCluster": create_cluster,
    "eks:DeleteCluster": delete_cluster,
    "eks:DeregisterCluster": deregister_cluster,
    "eks:DescribeCluster": describe_cluster,
    "eks:ListClusters": list_clusters,
    "eks:RegisterCluster": register_cluster,
}
