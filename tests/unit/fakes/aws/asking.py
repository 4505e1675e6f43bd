"""What the tests of the fake AWS ask again and again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.fakes.aws import Aws

ROLE = "arn:aws:iam::111111111111:role/eks"
TYPES = {"api", "audit", "authenticator", "controllerManager", "scheduler"}


@dataclass(frozen=True)
class Refused:
    code: str
    message: str
    status: int


def refused(client: Any, action: str, **params: Any) -> Refused:
    """How the client is refused: it must be."""
    with pytest.raises(client.exceptions.ClientError) as raised:
        getattr(client, action)(**params)
    response = raised.value.response
    return Refused(
        response["Error"]["Code"], response["Error"]["Message"], response["ResponseMetadata"]["HTTPStatusCode"]
    )


def make_cluster(aws: Aws, name: str = "prod", *, on: tuple[str, ...] = (), **where: Any) -> Any:
    """An EKS client, and a cluster in its region with these log types on."""
    eks = aws.client("eks", **where)
    logging = {"clusterLogging": [{"types": list(on), "enabled": True}]} if on else {"clusterLogging": []}
    eks.create_cluster(name=name, roleArn=ROLE, resourcesVpcConfig={"subnetIds": ["subnet-1"]}, logging=logging)
    return eks


def types_on(cluster: dict[str, Any]) -> set[str]:
    return {kind for one in cluster["logging"]["clusterLogging"] if one["enabled"] for kind in one["types"]}


def switch(on: bool, *types: str) -> dict[str, Any]:
    return {"clusterLogging": [{"types": list(types), "enabled": on}]}
