"""Where Cloud Logging keeps what, and what lies there."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Any

import pytest

from tests.unit.fakes.gcp.asking import make_cluster, refused

if TYPE_CHECKING:
    from tests.fakes.gcp import Gcp

SHOP = "projects/shop"
BUCKETS = f"{SHOP}/locations/global/buckets"


@pytest.fixture
def config(gcp: Gcp) -> Any:
    return gcp.client("config")


def test_each_project_begins_with_two_buckets_and_two_sinks(config: Any) -> None:
    buckets = {one.name.rpartition("/")[2]: one for one in config.list_buckets(parent=f"{SHOP}/locations/-")}

    assert {name: (one.retention_days, one.locked) for name, one in buckets.items()} == {
        "_Required": (400, True),
        "_Default": (30, False),
    }
    sinks = {one.name: one for one in config.list_sinks(parent=SHOP)}
    assert sinks["_Required"].destination == f"logging.googleapis.com/{BUCKETS}/_Required"
    assert not sinks["_Default"].disabled


def test_a_bucket_is_changed_by_its_mask_and_not_at_all_once_it_is_locked(config: Any) -> None:
    def update(mask: list[str], name: str = "_Default", **members: Any) -> Any:
        request = {"name": f"{BUCKETS}/{name}", "bucket": members, "update_mask": {"paths": mask}}
        return config.update_bucket(request=request)

    assert update(["retention_days"], retention_days=400, description="dropped").retention_days == 400
    assert config.get_bucket(request={"name": f"{BUCKETS}/_Default"}).description == ""
    assert refused(update, []).code == 400
    assert refused(update, ["retention_days"], "_Required", retention_days=30).code == 400
    update(["locked"], locked=True)
    assert refused(update, ["retention_days"], retention_days=30).code == 400


def test_buckets_of_ones_own(config: Any) -> None:
    request = {
        "parent": f"{SHOP}/locations/europe-west1",
        "bucket_id": "audit",
        "bucket": {"retention_days": 400, "cmek_settings": {"kms_key_name": "k"}, "restricted_fields": ["jsonPayload"]},
    }

    made = config.create_bucket(request=request)

    assert made.name == f"{SHOP}/locations/europe-west1/buckets/audit"
    assert [one.name for one in config.list_buckets(parent=f"{SHOP}/locations/europe-west1")] == [made.name]
    assert refused(config.create_bucket, request=request).code == 409


def test_sinks_can_be_made_turned_off_and_given_exclusions(config: Any) -> None:
    config.create_sink(parent=SHOP, sink={"name": "audit", "destination": "storage.googleapis.com/b", "filter": "x"})
    off = {"disabled": True, "exclusions": [{"name": "noise", "filter": "y"}]}
    request = {"sink_name": f"{SHOP}/sinks/_Default", "sink": off, "update_mask": {"paths": ["disabled", "exclusions"]}}

    config.update_sink(request=request)

    sinks = {one.name: one for one in config.list_sinks(parent=SHOP)}
    assert sorted(sinks) == ["_Default", "_Required", "audit"]
    assert sinks["_Default"].disabled
    assert [one.name for one in sinks["_Default"].exclusions] == ["noise"]
    assert refused(config.delete_sink, sink_name=f"{SHOP}/sinks/_Default").code == 400
    config.delete_sink(sink_name=f"{SHOP}/sinks/audit")
    assert refused(config.get_sink, sink_name=f"{SHOP}/sinks/audit").code == 404


def test_an_update_without_a_mask_leaves_a_sink_turned_off(config: Any) -> None:
    name = f"{SHOP}/sinks/_Default"
    config.update_sink(request={"sink_name": name, "sink": {"disabled": True}, "update_mask": {"paths": ["disabled"]}})

    config.update_sink(request={"sink_name": name, "sink": {"destination": "d", "disabled": False}})

    assert config.get_sink(sink_name=name).disabled


def test_exclusions_and_settings(gcp: Gcp, config: Any) -> None:
    config.create_exclusion(parent=SHOP, exclusion={"name": "noise", "filter": "x"})
    mask = {"paths": ["disabled"]}
    request = {"name": f"{SHOP}/exclusions/noise", "exclusion": {"disabled": True}, "update_mask": mask}
    config.update_exclusion(request=request)
    (exclusion,) = config.list_exclusions(parent=SHOP)
    assert (exclusion.filter, exclusion.disabled) == ("x", True)

    settings = {"disable_default_sink": True}
    mask = {"paths": ["disable_default_sink"]}
    config.update_settings(request={"name": "organizations/9/settings", "settings": settings, "update_mask": mask})

    assert config.get_settings(request={"name": "organizations/9/settings"}).disable_default_sink
    assert not config.get_settings(request={"name": f"{SHOP}/settings"}).disable_default_sink


def test_entries_that_were_written_are_found_newest_first(gcp: Gcp) -> None:
    gcp.set(emits=False)
    logging = gcp.client("logging")
    now = datetime.datetime.now(datetime.UTC)
    entries = [
        {
            "log_name": f"{SHOP}/logs/cloudaudit.googleapis.com%2Fdata_access",
            "resource": {"type": "k8s_cluster", "labels": {"cluster_name": name}},
            "timestamp": now - datetime.timedelta(hours=age),
        }
        for name, age in (("prod", 3), ("prod", 1), ("test", 2))
    ]
    logging.write_log_entries(entries=entries)

    def ages(*clauses: str) -> list[int]:
        request = {"resource_names": [SHOP], "filter": " AND ".join(clauses), "order_by": "timestamp desc"}
        return [
            round((now - one.timestamp).total_seconds() / 3600) for one in logging.list_log_entries(request=request)
        ]

    assert ages('resource.type="k8s_cluster"') == [1, 2, 3]
    assert ages('resource.labels.cluster_name="prod"', 'log_id("cloudaudit.googleapis.com/data_access")') == [1, 3]
    assert ages(f'timestamp>="{(now - datetime.timedelta(hours=2.5)).isoformat()}"') == [1, 2]
    assert ages('log_id("cloudaudit.googleapis.com/activity")') == []
    assert refused(ages, "protoPayload.authenticationInfo OR x").code == 400


def test_a_running_cluster_writes_admin_activity(gcp: Gcp) -> None:
    make_cluster(gcp)
    request = {"resource_names": [SHOP], "filter": 'log_id("cloudaudit.googleapis.com/activity")'}

    (entry,) = gcp.client("logging").list_log_entries(request=request)

    assert dict(entry.resource.labels)["cluster_name"] == "prod"


def newest_in(gcp: Gcp, bucket: str) -> list[str]:
    """Log names of what one bucket holds."""
    request = {"resource_names": [f"{BUCKETS}/{bucket}/views/_AllLogs"]}
    entries = gcp.client("logging").list_log_entries(request=request)
    return sorted({entry.log_name.rpartition("%2F")[2] for entry in entries})


def record_reads(gcp: Gcp) -> None:
    projects = gcp.client("projects")
    policy = projects.get_iam_policy(request={"resource": SHOP})
    policy.audit_configs.add(service="allServices").audit_log_configs.add(log_type="DATA_READ")
    mask = {"paths": ["audit_configs"]}
    projects.set_iam_policy(request={"resource": SHOP, "policy": policy, "update_mask": mask})


def test_exclusions_of_a_project_are_those_of_its_default_sink(config: Any) -> None:
    exclusion = {"name": "noise", "filter": 'resource.type="gce_instance"'}
    config.create_exclusion(request={"parent": SHOP, "exclusion": exclusion})

    sinks = {sink.name: [one.name for one in sink.exclusions] for sink in config.list_sinks(parent=SHOP)}

    assert sinks == {"_Default": ["noise"], "_Required": []}
    assert [one.name for one in config.get_sink(sink_name=f"{SHOP}/sinks/_Default").exclusions] == ["noise"]


def test_a_bucket_holds_what_sinks_route_there(gcp: Gcp, config: Any) -> None:
    make_cluster(gcp)
    record_reads(gcp)

    before = (newest_in(gcp, "_Required"), newest_in(gcp, "_Default"))
    exclusion = {"name": "reads", "filter": 'log_id("cloudaudit.googleapis.com/data_access")'}
    config.create_exclusion(request={"parent": SHOP, "exclusion": exclusion})

    assert before == (["activity"], ["data_access"])
    assert newest_in(gcp, "_Default") == []
