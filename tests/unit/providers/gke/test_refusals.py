"""Each refusal of Google Cloud by its name, over the wire, while a cluster is read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from kubewitness.errors import KubewitnessError
from kubewitness.managed import Destination, ManagedCluster
from kubewitness.model import Reason, Unread
from kubewitness.providers import NotReadError
from kubewitness.providers.gke import connections
from kubewitness.providers.gke.permissions import PERMISSIONS
from tests.unit.providers.gke.fleet import (
    DEFAULT,
    PROD,
    create,
    endpoints,
    reached,
    record_reads,
)

if TYPE_CHECKING:
    from tests.fakes.gcp import Gcp


#: The first is of the cluster itself, the last two are asked for in special cases only.
READING = [item.name for item in PERMISSIONS if not item.enforces and item.calls]


def not_read(**data: str) -> Unread:
    with pytest.raises(NotReadError) as caught:
        reached(**data).observe()
    return caught.value.unread


def of_part(found: ManagedCluster, part: str) -> list[Destination]:
    assert isinstance(found.destinations, tuple)
    return [item for item in found.destinations if item.part == part]


def once(monkeypatch: pytest.MonkeyPatch, seconds: float = 1.5) -> None:
    """Trying again takes a minute."""
    for name in ("TIMEOUT_SECONDS", "_ATTEMPT_SECONDS", "_SEARCH_SECONDS"):
        monkeypatch.setattr(connections, name, seconds)


@pytest.mark.parametrize("permission", [name for name in READING if name != "container.clusters.list"])
def test_a_permission_that_is_missing_is_named_and_hides_nothing_else(gcp: Gcp, permission: str) -> None:
    create(gcp)
    record_reads(gcp, types=("DATA_READ",))
    gcp.deny(permission)

    found = reached().observe()

    default = next((item for item in of_part(found, "Data Access") if item.id == DEFAULT), None)
    last = found.destinations[0].last_event if isinstance(found.destinations, tuple) else None
    admin_read = None if isinstance(found.log_types, Unread) else found.log_types["ADMIN_READ"]
    parts = {
        "container.clusters.get": found.log_types,
        "container.operations.list": found.update,
        "resourcemanager.projects.get": admin_read,
        "resourcemanager.projects.getIamPolicy": admin_read,
        "resourcemanager.folders.get": admin_read,
        "resourcemanager.folders.getIamPolicy": admin_read,
        "resourcemanager.organizations.getIamPolicy": admin_read,
        "logging.sinks.list": next((item.exists for item in of_part(found, "Data Access")), None),
        "logging.buckets.get": default.exists if default else None,
        "logging.logEntries.list": last,
    }
    part = parts[permission]
    assert isinstance(part, Unread)
    assert part.reason is Reason.DENIED
    assert part.detail.startswith(f"{permission}: PERMISSION_DENIED: ")
    denied = {name for name, other in parts.items() if isinstance(other, Unread)}
    assert denied <= {name for name, other in parts.items() if other == part}


def test_reading_asks_for_nothing_that_is_not_declared(gcp: Gcp) -> None:
    create(gcp)
    record_reads(gcp)
    gcp.forget_calls()

    reached().observe()
    with pytest.raises(NotReadError):
        reached("@managed/gone").observe()

    assert set(gcp.calls()) - {"token"} == set(READING)


def test_a_disabled_api_is_not_an_absent_cluster(gcp: Gcp) -> None:
    gcp.disable_api("shop")

    found = not_read()

    assert found.reason is Reason.NOT_OBSERVED
    assert found.detail.startswith("container.clusters.get: SERVICE_DISABLED: ")
    assert "does not mean that there is nothing" in found.detail


def test_a_cluster_that_is_not_there(gcp: Gcp) -> None:
    found = not_read()

    assert found.reason is Reason.NOT_OBSERVED
    assert found.detail.endswith("Are project and location right?")


def test_a_cluster_in_a_zone_that_gke_cannot_reach_is_not_known_to_be_gone(gcp: Gcp) -> None:
    gcp.set(missing_zones=["europe-west1-b"])

    found = not_read(location="europe-west1-b")

    assert found.reason is Reason.UNREACHABLE
    assert "GKE cannot reach europe-west1-b" in found.detail


def test_a_project_that_nobody_knows(gcp: Gcp) -> None:
    assert "CONSUMER_INVALID" in not_read(project="elsewhere").detail


def test_throttling_is_waited_out(gcp: Gcp) -> None:
    create(gcp)
    gcp.throttle("container.clusters.get", times=2)
    gcp.throttle("logging.sinks.list", times=2)

    found = reached().observe()

    assert found.audit_on is True
    assert len(of_part(found, "Data Access")) == 1


def test_throttling_that_does_not_end_is_named(gcp: Gcp, monkeypatch: pytest.MonkeyPatch) -> None:
    once(monkeypatch)
    create(gcp)
    gcp.throttle("container.clusters.get")
    gcp.throttle("logging.sinks.list")

    found = reached().observe()

    for part in (found.log_types, of_part(found, "Data Access")[0].exists):
        assert isinstance(part, Unread)
        assert part.reason is Reason.THROTTLED
        assert "RESOURCE_EXHAUSTED: Quota exceeded" in part.detail


@pytest.mark.parametrize("action", ["container.clusters.get", "logging.sinks.list"])
def test_an_answer_that_does_not_come(gcp: Gcp, monkeypatch: pytest.MonkeyPatch, action: str) -> None:
    once(monkeypatch, 1)
    create(gcp)
    gcp.hang(action, seconds=3)

    if action == "container.clusters.get":
        found: object = not_read()
    else:
        found = of_part(reached().observe(), "Data Access")[0].exists

    assert isinstance(found, Unread)
    assert (found.reason, found.detail.partition(":")[0]) == (Reason.TIMEOUT, action)


def test_nobody_there(gcp: Gcp, monkeypatch: pytest.MonkeyPatch) -> None:
    once(monkeypatch)

    found = not_read(endpoint="https://user:s3cret@127.0.0.1:9")

    assert found.reason is Reason.UNREACHABLE
    assert "s3cret" not in found.detail


def test_a_certificate_that_is_not_trusted(gcp: Gcp, monkeypatch: pytest.MonkeyPatch) -> None:
    once(monkeypatch)
    monkeypatch.delenv("REQUESTS_CA_BUNDLE")

    assert "REQUESTS_CA_BUNDLE" in not_read().detail


def test_credentials_that_give_no_new_token(gcp: Gcp) -> None:
    create(gcp)
    gcp.deny("token")

    found = not_read()

    assert found.reason is Reason.EXPIRED_CREDENTIAL
    assert "gcloud auth application-default login" in found.detail


def test_credentials_that_expire_between_two_calls_are_renewed(gcp: Gcp) -> None:
    create(gcp)
    cluster = reached()
    cluster.observe()
    gcp.expire()

    assert cluster.observe().audit_on is True


def test_credentials_that_end_while_grpc_speaks_are_no_server_that_is_away(gcp: Gcp) -> None:
    gcp.set(token_seconds=60)  # google-auth renews at each call
    create(gcp)
    cluster = reached()
    cluster.observe()
    gcp.deny("token")

    with pytest.raises(NotReadError) as caught:
        cluster.observe()
    listed = cluster.all("config", "list_sinks", parent="projects/shop")

    assert caught.value.unread.reason is Reason.EXPIRED_CREDENTIAL
    assert isinstance(listed, Unread)
    assert listed.reason is Reason.EXPIRED_CREDENTIAL


def test_no_credentials_at_all(gcp: Gcp, monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    monkeypatch.delenv("GOOGLE_APPLICATION_CREDENTIALS")
    monkeypatch.setenv("CLOUDSDK_CONFIG", str(tmp_path))

    found = not_read()

    assert found.reason is Reason.DENIED
    assert "set GOOGLE_APPLICATION_CREDENTIALS" in found.detail


def test_a_sovereign_cloud_is_asked_where_google_auth_s_own_variable_says(
    gcp: Gcp, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GOOGLE_CLOUD_UNIVERSE_DOMAIN", "sovereign.example")
    for name in endpoints(gcp):
        monkeypatch.delenv(name)

    clients = connections.GcpClients()

    asked = [clients._client(kind, "").api_endpoint for kind in ("container", "projects", "logging")]
    services = ("container", "cloudresourcemanager", "logging")
    assert asked == [f"{service}.sovereign.example" for service in services]


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({"id": "A b"}, "neither a cluster's name nor"),
        ({"id": PROD, "project": "other"}, "the id says shop"),
        ({"id": PROD, "location": "us-east1"}, "the id says europe-west1"),
        ({"location": ""}, "set host data location"),
    ],
)
def test_host_data_that_names_no_cluster(gcp: Gcp, data: dict[str, str], message: str) -> None:
    with pytest.raises(KubewitnessError, match=message):
        reached(**data)
