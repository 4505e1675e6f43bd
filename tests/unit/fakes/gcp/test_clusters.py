"""GKE, by gRPC and by REST."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.unit.fakes.gcp.asking import (
    APISERVER,
    PROD,
    SYSTEM,
    WHERE,
    WORKLOADS,
    components,
    logging,
    make_cluster,
    refused,
)

if TYPE_CHECKING:
    from tests.fakes.gcp import Gcp

RUNNING, DONE = 2, 3


def test_a_new_cluster_logs_its_system_and_its_workloads(gcp: Gcp, transport: str) -> None:
    container = make_cluster(gcp, transport=transport)

    cluster = container.get_cluster(name=PROD)

    assert (cluster.name, cluster.location, cluster.status.name) == ("prod", "europe-west1", "RUNNING")
    assert cluster.logging_service == "logging.googleapis.com/kubernetes"
    assert components(container) == [SYSTEM, WORKLOADS]
    assert [one.name for one in container.list_clusters(parent="projects/shop/locations/-").clusters] == ["prod"]


def test_an_update_replaces_the_components(gcp: Gcp, transport: str) -> None:
    container = make_cluster(gcp, transport=transport)

    operation = container.update_cluster(name=PROD, update=logging(SYSTEM, APISERVER))

    done = container.get_operation(name=f"{WHERE}/operations/{operation.name}")
    assert (operation.status, done.status, done.error.code) == (RUNNING, DONE, 0)
    assert components(container) == [SYSTEM, APISERVER]


def test_an_empty_list_turns_all_logging_off(gcp: Gcp, transport: str) -> None:
    container = make_cluster(gcp, transport=transport)

    container.update_cluster(name=PROD, update=logging())

    assert components(container) == []
    assert container.get_cluster(name=PROD).logging_service == "none"


def test_one_operation_at_a_time_and_the_old_config_until_it_is_done(gcp: Gcp, transport: str) -> None:
    container = make_cluster(gcp, transport=transport)
    gcp.set(operation_seconds=60)

    operation = container.update_cluster(name=PROD, update=logging(SYSTEM))

    cluster = container.get_cluster(name=PROD)
    assert (cluster.status.name, components(container)) == ("RECONCILING", [SYSTEM, WORKLOADS])
    second = refused(container.update_cluster, name=PROD, update=logging(APISERVER))
    assert second.message.endswith(f"Cluster is running incompatible operation {operation.name}.")
    assert second.code == 400
    gcp.advance(60)
    assert components(container) == [SYSTEM]
    assert container.get_cluster(name=PROD).status.name == "RUNNING"


def test_an_operation_can_end_with_an_error_and_change_nothing(gcp: Gcp, transport: str) -> None:
    container = make_cluster(gcp, transport=transport)
    gcp.fail_next_operation("prod", code="RESOURCE_EXHAUSTED", message="out of quota")

    operation = container.update_cluster(name=PROD, update=logging(SYSTEM))

    done = container.get_operation(name=f"{WHERE}/operations/{operation.name}")
    assert (done.status, done.error.code, done.error.message) == (DONE, 8, "out of quota")
    assert components(container) == [SYSTEM, WORKLOADS]


@pytest.mark.parametrize("update", [{}, {**logging(SYSTEM), "desired_node_version": "1.35"}])
def test_exactly_one_thing_is_updated_with_each_request(gcp: Gcp, update: dict[str, Any]) -> None:
    container = make_cluster(gcp)

    assert refused(container.update_cluster, name=PROD, update=update).code == 400


def test_autopilot_keeps_its_logging(gcp: Gcp) -> None:
    container = make_cluster(gcp, autopilot={"enabled": True})

    assert refused(container.update_cluster, name=PROD, update=logging(SYSTEM)).code == 400
    container.update_cluster(name=PROD, update=logging(SYSTEM, WORKLOADS, APISERVER))
    assert components(container) == [SYSTEM, WORKLOADS, APISERVER]


def test_zones_that_cannot_be_reached_are_named_and_their_clusters_are_missing(gcp: Gcp, transport: str) -> None:
    make_cluster(gcp)
    container = make_cluster(gcp, "east", where="projects/shop/locations/us-east1-b", transport=transport)
    gcp.set(missing_zones=["us-east1-b"])

    answer = container.list_clusters(parent="projects/shop/locations/-")

    assert [one.name for one in answer.clusters] == ["prod"]
    assert list(answer.missing_zones) == ["us-east1-b"]


def test_the_old_ways(gcp: Gcp, transport: str) -> None:
    container = make_cluster(gcp, transport=transport, logging_service="none")
    assert components(container) == []

    container.set_logging_service(name=PROD, logging_service="logging.googleapis.com/kubernetes")

    assert components(container) == [SYSTEM, WORKLOADS]
    by_fields = container.get_cluster(request={"project_id": "shop", "zone": "europe-west1", "cluster_id": "prod"})
    assert by_fields.name == "prod"
    both = {"name": "x", "logging_service": "none", "logging_config": {"component_config": {}}}
    assert "Cannot specify logging_config" in refused(container.create_cluster, parent=WHERE, cluster=both).message


def test_old_recordings_and_components_from_the_future(gcp: Gcp, transport: str) -> None:
    container = make_cluster(gcp, transport=transport)

    gcp.alter_cluster(PROD, loggingConfig={"componentConfig": {"enableComponents": [1, 99]}})
    assert components(container) == [1, 99]
    gcp.alter_cluster(PROD, loggingConfig=None, status="DEGRADED")

    cluster = container.get_cluster(name=PROD)
    assert "logging_config" not in cluster
    assert cluster.status.name == "DEGRADED"


def test_what_is_not_there(gcp: Gcp, transport: str) -> None:
    container = gcp.client("container", transport)

    assert refused(container.get_cluster, name=PROD).code == 404
    assert refused(container.get_operation, name=f"{WHERE}/operations/x").code == 404
    stranger = refused(container.list_clusters, parent="projects/other/locations/-")
    assert (stranger.code, stranger.reason) == (403, "CONSUMER_INVALID")


def test_a_deleted_cluster_is_gone_and_a_second_of_its_name_is_refused(gcp: Gcp) -> None:
    container = make_cluster(gcp)
    assert refused(container.create_cluster, parent=WHERE, cluster={"name": "prod"}).code == 409

    container.delete_cluster(name=PROD)

    assert list(container.list_clusters(parent=WHERE).clusters) == []
    assert len(container.list_operations(parent=WHERE).operations) == 2


def test_an_update_with_an_old_etag_is_aborted(gcp: Gcp, transport: str) -> None:
    container = make_cluster(gcp, transport=transport)
    etag = container.get_cluster(name=PROD).etag
    container.update_cluster(name=PROD, update={**logging(SYSTEM), "etag": etag})
    gcp.finish_operations()

    refusal = refused(container.update_cluster, name=PROD, update={**logging(SYSTEM), "etag": etag})

    assert refusal.code == 409
