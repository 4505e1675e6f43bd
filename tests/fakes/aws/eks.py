"""EKS in front of moto: clusters as AWS describes them, connected clusters, and pages. Updates: eksupdates.py."""

from __future__ import annotations

import re
import secrets
import zlib
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from moto.eks.models import Cluster, eks_backends

from tests.fakes.aws import upstream
from tests.fakes.aws.ekslogging import as_shown, merged, start_logging
from tests.fakes.aws.eksupdates import Updates, no_cluster
from tests.fakes.aws.paging import page
from tests.fakes.aws.refusals import Refusal

if TYPE_CHECKING:
    from tests.fakes.aws.ekslogging import Key
    from tests.fakes.aws.world import Call, World

_TAKEN = {
    "resourcesVpcConfig": "resources_vpc_config",
    "kubernetesNetworkConfig": "kubernetes_network_config",
    "tags": "tags",
    "encryptionConfig": "encryption_config",
    "remoteNetworkConfig": "remote_network_config",
}
"""Parameter -> what moto calls it."""

_KEPT = ("accessConfig", "computeConfig", "deletionProtection", "storageConfig", "upgradePolicy", "zonalShiftConfig")
"""What moto takes and forgets."""

_VERSION = "1.34"
"""Of who asks for none. moto's is 1.19."""


@dataclass
class Clusters:
    """What we know of clusters beside moto."""

    more: dict[Key, dict[str, Any]] = field(default_factory=dict)
    """Members that win over moto's. ``None``: the member is absent."""
    connected: dict[Key, dict[str, Any]] = field(default_factory=dict)


def create_cluster(call: Call) -> dict[str, Any]:
    """ACTIVE at once; AWS takes ten minutes. ``alter_cluster`` gives it another status.

    Past moto's own, which reads all of botocore's endpoints to look at the role.
    """
    key = _key(call)
    clusters = eks_backends[call.account][call.region].clusters
    if key[2] in clusters or key in call.world.remembered(Clusters).connected:
        raise Refusal("ResourceInUseException", f"Cluster already exists with name: {key[2]}", 409)
    role = str(call.params["roleArn"])
    if not re.fullmatch(r"arn:[\w-]+:iam::\d{12}:role/.+", role):
        raise Refusal("InvalidParameterException", f"Invalid Role Arn: '{role}'", 400, {"clusterName": key[2]})
    given: dict[str, Any] = {name: call.params.get(wire) for wire, name in _TAKEN.items()}
    made = Cluster(
        name=key[2],
        role_arn=role,
        account_id=call.account,
        region_name=call.region,
        aws_partition=call.partition,
        **given,
    )
    made.version = call.params.get("version", _VERSION)
    made.logging = merged(None, call.params.get("logging"))
    clusters[key[2]] = made
    call.world.remembered(Clusters).more[key] = {name: call.params[name] for name in _KEPT if name in call.params}
    start_logging(call.world, key, made.logging)
    return {"cluster": _told(call.world, key)}


def describe_cluster(call: Call) -> dict[str, Any]:
    return {"cluster": _told(call.world, _key(call))}


def _told(world: World, key: Key) -> dict[str, Any]:
    """Raises: Refusal: there is no such cluster."""
    known = world.remembered(Clusters)
    if key in known.connected:
        return dict(known.connected[key])
    cluster = eks_backends[key[0]][key[1]].clusters.get(key[2])
    if cluster is None:
        raise no_cluster(key[2])
    shown = world.remembered(Updates).shown_logging(key, world.now())
    full = {
        "name": cluster.name,
        "arn": cluster.arn,
        "createdAt": cluster.created_at,
        "version": cluster.version,
        "endpoint": cluster.endpoint,
        "roleArn": cluster.role_arn,
        "resourcesVpcConfig": {"vpcId": f"vpc-{zlib.crc32(key[2].encode()):08x}", **cluster.resources_vpc_config},
        "kubernetesNetworkConfig": cluster.kubernetes_network_config,
        "logging": as_shown(shown or cluster.logging, key[2]),
        "identity": cluster.identity,
        "status": cluster.status,
        "certificateAuthority": {"data": "LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0t"},
        "platformVersion": cluster.platformVersion,
        "tags": cluster.tags,
        "health": {"issues": []},
        **known.more.get(key, {}),
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
    key = _key(call)
    known = call.world.remembered(Clusters)
    if known.more.get(key, {}).get("deletionProtection"):
        raise Refusal("InvalidRequestException", f"Cluster {key[2]} has deletion protection enabled", 400)
    told = _told(call.world, key)
    upstream.ask(call)
    known.more.pop(key, None)
    return {"cluster": {**told, "status": "DELETING"}}


def register_cluster(call: Call) -> dict[str, Any]:
    """Source: https://docs.aws.amazon.com/eks/latest/APIReference/API_RegisterCluster.html"""
    key = _key(call)
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
    found = known.pop(_key(call), None)
    if found is None:
        raise no_cluster(_key(call)[2])
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


def list_addons(call: Call) -> dict[str, Any]:
    """Nobody here makes any; moto does not know the question."""
    _told(call.world, _key_of(call, "clusterName"))
    return {"addons": []}


def _key(call: Call) -> Key:
    return _key_of(call, "name")


def _key_of(call: Call, member: str) -> Key:
    return call.account, call.region, str(call.params[member])


ACTIONS = {
    "eks:CreateCluster": create_cluster,
    "eks:DeleteCluster": delete_cluster,
    "eks:DeregisterCluster": deregister_cluster,
    "eks:DescribeCluster": describe_cluster,
    "eks:ListAddons": list_addons,
    "eks:ListClusters": list_clusters,
    "eks:RegisterCluster": register_cluster,
}
