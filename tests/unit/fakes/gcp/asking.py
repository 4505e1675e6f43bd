"""What the tests of the fake Google Cloud ask again and again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from google.api_core.exceptions import GoogleAPICallError

if TYPE_CHECKING:
    from tests.fakes.gcp import Gcp

WHERE = "projects/shop/locations/europe-west1"
PROD = f"{WHERE}/clusters/prod"
SYSTEM, WORKLOADS, APISERVER = 1, 2, 3


def refused(ask: Any, /, *arguments: Any, **named: Any) -> GoogleAPICallError:
    """How the client is refused: it must be."""
    with pytest.raises(GoogleAPICallError) as raised:
        ask(*arguments, **named)
    return raised.value


def make_cluster(gcp: Gcp, name: str = "prod", *, where: str = WHERE, transport: str = "grpc", **members: Any) -> Any:
    """A client of ClusterManager, and a cluster that runs."""
    container = gcp.client("container", transport)
    container.create_cluster(parent=where, cluster={"name": name, **members})
    gcp.finish_operations()
    return container


def components(container: Any, name: str = PROD) -> list[int]:
    """As numbers, past the SDK's enum: it warns of those that it does not know yet."""
    cluster = container.get_cluster(name=name)
    return list(type(cluster).pb(cluster).logging_config.component_config.enable_components)


def logging(*wanted: int) -> dict[str, Any]:
    return {"desired_logging_config": {"component_config": {"enable_components": list(wanted)}}}
