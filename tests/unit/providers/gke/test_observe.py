"""A GKE cluster as it is read, over the wire: its logging, and what holds for its project and above."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from google.api_core.exceptions import ResourceExhausted, ServiceUnavailable

from kubewitness.managed import Destination, ManagedCluster
from kubewitness.model import Reason, Unread
from kubewitness.providers import NotReadError
from kubewitness.providers.gke import cluster, connections
from kubewitness.providers.gke.parse import COMPONENTS
from kubewitness.providers.gke.permissions import PERMISSIONS
from tests.unit.providers.gke.fleet import (
    APISERVER,
    DEFAULT,
    PROD,
    REQUIRED,
    create,
    make_bucket,
    make_sink,
    reached,
    record_reads,
    update_bucket,
    update_default_sink,
)

if TYPE_CHECKING:
    from tests.fakes.gcp import Gcp

#: The first is of the cluster itself, the last two are asked for in special cases only.
READING = [item.name for item in PERMISSIONS if not item.enforces and item.calls]


def not_read(**data: str) -> Unread:
    with pytest.raises(NotReadError) as caught:
        reached(**data).observe()
    return caught.value.unread


def types(found: ManagedCluster) -> dict[str, Any]:
    assert not isinstance(found.log_types, Unread)
    return dict(found.log_types)


def of_part(found: ManagedCluster, part: str) -> list[Destination]:
    assert isinstance(found.destinations, tuple)
    return [item for item in found.destinations if item.part == part]


def once(monkeypatch: pytest.MonkeyPatch, seconds: float = 1.5) -> None:
    """Trying again takes a minute."""
    for name in ("TIMEOUT_SECONDS", "_ATTEMPT_SECONDS", "_SEARCH_SECONDS"):
        monkeypatch.setattr(connections, name, seconds)


def test_a_new_cluster_records_its_changes_and_nobody_s_reads(gcp: Gcp) -> None:
    create(gcp)

    found = reached().observe()

    assert found.id == PROD
    on = {name for name, state in types(found).items() if state}
    assert on == {"ADMIN_ACTIVITY", "SYSTEM_COMPONENTS", "WORKLOADS"}
    assert isinstance(found.unrecorded, tuple)
    assert {item.log_types for item in found.unrecorded} == {("ADMIN_READ", "DATA_READ")}
    assert "secrets-get" in {item.probe for item in found.unrecorded}
    assert "pods-delete" not in {item.probe for item in found.unrecorded}
    (required,) = of_part(found, "Admin Activity")
    assert (required.id, required.retention_days, required.undeletable, required.key) == (REQUIRED, 400, True, "")
    assert isinstance(required.last_event, str)


def test_each_call_is_made_once(gcp: Gcp) -> None:
    create(gcp)
    gcp.forget_calls()

    reached().observe()

    calls = gcp.calls(outcome="ok")
    of_two = {"logging.buckets.get", "logging.logEntries.list"}  # _Required and _Default
    expected = {name: 2 if name in of_two else 1 for name in READING if name != "container.clusters.list"}
    expected["logging.sinks.list"] = 3  # of the project, the folder, the organization
    expected["logging.logEntries.list"] = 2
    calls.pop("token")
    assert calls == expected


def test_what_lies_above_is_asked_once_for_all_clusters_of_a_run(gcp: Gcp) -> None:
    create(gcp)
    create(gcp, "blog")
    prod = reached()
    prod.observe()
    gcp.forget_calls()

    prod.observe()

    assert "resourcemanager.folders.getIamPolicy" not in gcp.calls()
    assert gcp.calls()["resourcemanager.projects.getIamPolicy"] == 1


def test_the_log_of_the_api_server_s_process_is_not_the_audit_log(gcp: Gcp) -> None:
    create(gcp, on=(APISERVER,))

    found = reached().observe()

    assert types(found)["APISERVER"] is True
    assert "APISERVER" not in found.audit_types


def test_a_component_that_nobody_knows_yet_is_not_lost(gcp: Gcp) -> None:
    create(gcp)
    gcp.alter_cluster(PROD, loggingConfig={"componentConfig": {"enableComponents": [1, 99]}})

    assert types(reached().observe())["component 99"] is True


@pytest.mark.parametrize(("service", "on"), [("none", False), ("logging.googleapis.com", None)])
def test_the_legacy_setting_is_off_or_says_nothing_of_components(gcp: Gcp, service: str, on: bool | None) -> None:
    create(gcp)
    gcp.alter_cluster(PROD, loggingConfig=None, loggingService=service)

    found = types(reached().observe())

    states = {type(found[name]) if on is None else found[name] for name in COMPONENTS}
    assert states == ({Unread} if on is None else {False})
    assert found["ADMIN_ACTIVITY"] is True


def test_components_beside_a_legacy_none_are_off(gcp: Gcp) -> None:
    create(gcp)
    gcp.alter_cluster(PROD, loggingService="none")

    assert types(reached().observe())["SYSTEM_COMPONENTS"] is False


@pytest.mark.parametrize("where", ["projects/shop", "folders/1", "organizations/9"])
@pytest.mark.parametrize("service", ["container.googleapis.com", "allServices"])
def test_reads_are_recorded_wherever_above_it_is_set(gcp: Gcp, where: str, service: str) -> None:
    create(gcp)
    record_reads(gcp, where, service=service)

    found = reached().observe()

    assert (types(found)["ADMIN_READ"], types(found)["DATA_READ"], types(found)["DATA_WRITE"]) == (True, True, False)
    assert found.unrecorded == ()


def test_another_service_s_reads_are_not_the_cluster_s(gcp: Gcp) -> None:
    create(gcp)
    record_reads(gcp, service="storage.googleapis.com")

    assert types(reached().observe())["DATA_READ"] is False


def test_one_half_of_the_reads_is_not_enough(gcp: Gcp) -> None:
    create(gcp)
    record_reads(gcp, types=("DATA_READ",))

    found = reached().observe().unrecorded

    assert isinstance(found, tuple)
    assert {item.log_types for item in found} == {("ADMIN_READ",)}


def test_who_is_exempted_anywhere_is_named_with_where(gcp: Gcp) -> None:
    create(gcp)
    record_reads(gcp)
    record_reads(gcp, "folders/1", types=("DATA_READ",), exempted=("user:ci@example.com",))

    assert reached().observe().exempted == ("user:ci@example.com: DATA_READ (folders/1)",)


def test_a_level_that_may_not_be_read_leaves_unknown_only_what_no_other_level_sets(gcp: Gcp) -> None:
    create(gcp)
    record_reads(gcp, types=("DATA_READ",))
    gcp.deny("resourcemanager.organizations.getIamPolicy")

    found = reached().observe()

    assert types(found)["DATA_READ"] is True
    admin_read = types(found)["ADMIN_READ"]
    assert isinstance(admin_read, Unread)
    assert admin_read.reason is Reason.DENIED
    assert found.unrecorded == admin_read
    assert found.exempted == admin_read


def test_reads_go_to_the_default_bucket(gcp: Gcp) -> None:
    create(gcp)
    record_reads(gcp)
    update_bucket(gcp, retention_days=90)

    (default,) = of_part(reached().observe(), "Data Access")

    assert (default.id, default.retention_days, default.undeletable) == (DEFAULT, 90, False)
    assert isinstance(default.last_event, str)


def test_right_after_reads_were_switched_on_the_change_is_known_and_no_event_yet(gcp: Gcp) -> None:
    create(gcp)
    gcp.advance(3600)
    record_reads(gcp)
    gcp.set(emits=False)

    found = reached().observe()

    (default,) = of_part(found, "Data Access")
    assert default.last_event is None
    assert isinstance(found.changed, str)
    assert found.changed > found.read_at  # of the server's time, an hour on


@pytest.mark.parametrize("permission", ["container.operations.list", "container.clusters.get"])
def test_where_it_is_not_known_when_it_was_changed_nothing_is_said_of_it(gcp: Gcp, permission: str) -> None:
    create(gcp)
    record_reads(gcp)
    gcp.set(emits=False)
    gcp.deny(permission)

    changed = reached().observe().changed

    assert isinstance(changed, Unread)
    assert changed.detail.startswith(permission)


def test_zones_whose_operations_gke_does_not_show_leave_it_open_whether_one_runs(gcp: Gcp) -> None:
    create(gcp)
    gcp.set(unasked_zones=["europe-west1-b"])

    found = reached().observe()

    assert isinstance(found.update, Unread)
    assert found.update.reason is Reason.UNREACHABLE
    assert "europe-west1-b" in found.update.detail
    assert found.changed == found.update


def test_a_search_of_the_log_that_does_not_end_is_given_up(gcp: Gcp, monkeypatch: pytest.MonkeyPatch) -> None:
    create(gcp)
    gcp.truncate("logging.logEntries.list", size=0)
    monkeypatch.setattr(cluster, "_PAGES_SEARCHED", 1)

    (required,) = of_part(reached().observe(), "Admin Activity")

    assert required.last_event == Unread(Reason.TIMEOUT, "logging.logEntries.list: no end of the list after 1 pages")


def test_nobody_there_is_asked_a_few_times_and_a_limit_for_as_long_as_it_takes() -> None:
    full, away = ResourceExhausted("full"), ServiceUnavailable("away")  # type: ignore[no-untyped-call]
    lasting = connections.Again()

    assert [lasting(away) for _ in range(5)] == [True, True, True, False, False]
    assert [lasting(full) for _ in range(5)] == [True] * 5


@pytest.mark.parametrize("size", [1, 0])
def test_pages_are_followed_and_empty_ones_too(gcp: Gcp, size: int) -> None:
    create(gcp)
    record_reads(gcp)
    gcp.truncate("*", size=size)

    (default,) = of_part(reached().observe(), "Data Access")

    assert isinstance(default.last_event, str)


def test_an_operation_under_way_is_named(gcp: Gcp) -> None:
    create(gcp)
    create(gcp, "blog")
    gcp.set(operation_seconds=None)
    update = {"desired_logging_config": {"component_config": {"enable_components": [1]}}}
    began = gcp.client("container").update_cluster(name=PROD, update=update)

    prod, blog = reached().observe().update, reached("@managed/blog").observe().update

    assert isinstance(prod, str)
    assert began.name in prod
    assert blog is None


def test_a_cluster_being_deleted_is_asked_nothing_more(gcp: Gcp) -> None:
    create(gcp)
    gcp.alter_cluster(PROD, status="STOPPING")
    gcp.forget_calls()

    found = reached().observe()

    assert found.not_loggable == "being deleted"
    assert set(gcp.calls(outcome="ok")) <= {"container.clusters.get", "token"}


def test_a_cluster_by_its_self_link(gcp: Gcp) -> None:
    create(gcp)

    assert reached(id=f"https://container.googleapis.com/v1/{PROD}").observe().id == PROD


def test_a_sink_elsewhere_is_who_gets_a_copy(gcp: Gcp) -> None:
    create(gcp)
    make_sink(gcp, "siem", "pubsub.googleapis.com/projects/shop/topics/siem")

    (required,) = of_part(reached().observe(), "Admin Activity")

    assert required.readers == ("projects/shop/sinks/siem -> pubsub.googleapis.com/projects/shop/topics/siem",)


def test_a_bucket_above_that_takes_all_children_is_a_destination_and_not_ours(gcp: Gcp) -> None:
    gcp.add("projects/central", parent="organizations/9")
    central = make_bucket(gcp, parent="projects/central/locations/eu", retention_days=800, locked=True)
    make_sink(gcp, "all", central, parent="organizations/9", include_children=True)
    make_sink(gcp, "own", central, parent="folders/1")
    create(gcp)
    record_reads(gcp)
    update_default_sink(gcp, disabled=True)

    (there,) = of_part(reached().observe(), "Data Access")

    assert (there.id, there.retention_days, there.undeletable) == (central, 800, True)
    assert isinstance(there.last_event, str)
    assert there.leave["retention"] == "it belongs to another project: change it there"
