"""Clusters on the fake AWS, and how our code reaches them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from kubewitness.providers.eks.cluster import Connections, EksCluster

if TYPE_CHECKING:
    from tests.fakes.aws import Aws

ALL: Final = ("api", "audit", "authenticator", "controllerManager", "scheduler")
GROUP: Final = "/aws/eks/prod/cluster"
ACCOUNT: Final = "111111111111"
ARN: Final = f"arn:aws:eks:eu-west-1:{ACCOUNT}:cluster/prod"


def create(aws: Aws, name: str = "prod", *, on: tuple[str, ...] = ALL, account: str = ACCOUNT) -> None:
    logging = {"clusterLogging": [{"types": list(on), "enabled": True}] if on else []}
    role = f"arn:aws:iam::{account}:role/eks"
    aws.client("eks", account=account).create_cluster(name=name, roleArn=role, resourcesVpcConfig={}, logging=logging)


def reached(name: str = "@managed/prod", **data: str) -> EksCluster:
    return Connections().cluster(name, "prod", {"provider": "eks", **data}.get)
