"""Control plane logging of an EKS cluster: what the API says of it, and where the events go."""

from __future__ import annotations

import json
import zlib
from typing import TYPE_CHECKING, Any

from moto.logs.models import logs_backends

if TYPE_CHECKING:
    from tests.fakes.aws.world import World

Key = tuple[str, str, str]
"""account, region, cluster"""

TYPES = ("api", "audit", "authenticator", "controllerManager", "scheduler")

_STREAMS = {
    "api": "kube-apiserver-",
    "audit": "kube-apiserver-audit-",
    "authenticator": "authenticator-",
    "controllerManager": "kube-controller-manager-",
    "scheduler": "kube-scheduler-",
}
"""Source: https://docs.aws.amazon.com/eks/latest/userguide/control-plane-logs.html"""


def enabled(logging: dict[str, Any]) -> frozenset[str]:
    return frozenset(kind for one in logging["clusterLogging"] if one["enabled"] for kind in one["types"])


def merged(before: dict[str, Any] | None, asked: dict[str, Any] | None) -> dict[str, Any]:
    """Types that are not named keep their state; moto replaces the whole list.

    Source: https://docs.aws.amazon.com/eks/latest/APIReference/API_LogSetup.html ("Each individual log type can be
    enabled or disabled independently")
    """
    state = dict.fromkeys(TYPES, False)
    for logging in (before, asked):
        for one in (logging or {}).get("clusterLogging", []):
            state.update(dict.fromkeys(one.get("types", []), bool(one.get("enabled"))))
    setups = [
        {"types": [kind for kind in TYPES if state[kind] is wanted], "enabled": wanted} for wanted in (True, False)
    ]
    return {"clusterLogging": [one for one in setups if one["types"]]}


def as_shown(logging: dict[str, Any], cluster: str) -> dict[str, Any]:
    """No order is promised, neither of the elements nor of their types: each cluster has its own here.

    Source: https://docs.aws.amazon.com/eks/latest/APIReference/API_Logging.html
    """
    order = zlib.crc32(cluster.encode())
    setups = [{**one, "types": one["types"][:: -1 if order & 1 else 1]} for one in logging["clusterLogging"]]
    return {"clusterLogging": setups[:: -1 if order & 2 else 1]}


def group_name(cluster: str) -> str:
    return f"/aws/eks/{cluster}/cluster"


def start_logging(world: World, key: Key, logging: dict[str, Any]) -> None:
    """EKS writes: where there is no group it makes one, that never expires; again after someone deleted it.

    Source: https://github.com/terraform-aws-modules/terraform-aws-eks/issues/920
    """
    account, region, cluster = key
    if enabled(logging):
        logs_backends[account][region].ensure_log_group(group_name(cluster))
        keep_writing(world, key, logging)


def keep_writing(world: World, key: Key, logging: dict[str, Any]) -> None:
    """A cluster is never silent for long: each of its logs has an event of the last half minute."""
    group = logs_backends[key[0]][key[1]].groups.get(group_name(key[2]))
    if group is None or not world.settings.emits:
        return
    stamp = int(world.now() * 1000)
    for kind in sorted(enabled(logging)):
        name = f"{_STREAMS[kind]}{zlib.crc32(key[2].encode()):032x}"
        if name not in group.streams:
            group.create_log_stream(name)
        events = group.streams[name].events
        if not events or events[-1].timestamp < stamp - 30_000:
            group.streams[name].put_log_events([{"timestamp": stamp, "message": _event(kind, stamp)}])


def _event(kind: str, stamp: int) -> str:
    """Made up; the audit one has the members that tell it from the others."""
    if kind != "audit":
        return f"{kind} at {stamp}"
    event = {"kind": "Event", "apiVersion": "audit.k8s.io/v1", "level": "Metadata", "stage": "ResponseComplete"}
    return json.dumps({**event, "auditID": f"{stamp:032x}", "verb": "get", "requestURI": "/readyz"})
