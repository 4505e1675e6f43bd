"""GKE's own JSON, understood."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubewitness.auditpolicy import PROBES, Level, Loaded, load, recorded
from kubewitness.content import read_standard
from kubewitness.errors import KubewitnessError
from kubewitness.model import ServerVersion, Unread
from kubewitness.providers.gke import auditconfig, parse


@pytest.mark.parametrize("listed", [["SYSTEM_COMPONENTS", "APISERVER"], [1, 3]])
def test_components_are_names_or_numbers(listed: list[Any]) -> None:
    found = parse.parse_cluster({"loggingConfig": {"componentConfig": {"enableComponents": listed}}})

    assert found.numbers == (1, 3)
    assert {name for name, on in found.components.items() if on} == {"SYSTEM_COMPONENTS", "APISERVER"}


def test_no_components_are_all_off() -> None:
    assert set(parse.parse_cluster({"loggingConfig": {}}).components.values()) == {False}


def test_recorded_clusters_of_2019_do_not_say_which_components_log() -> None:
    found = parse.parse_cluster({"loggingService": "logging.googleapis.com"})

    assert all(isinstance(state, Unread) for state in found.components.values())


@pytest.mark.parametrize(
    "given_id",
    [
        "projects/shop/locations/europe-west1/clusters/prod",
        "projects/shop/zones/europe-west1/clusters/prod",
        "https://container.googleapis.com/v1/projects/shop/locations/europe-west1/clusters/prod",
        "https://container.googleapis.com/v1/projects/shop/zones/europe-west1/clusters/prod",
        "//container.googleapis.com/projects/shop/locations/europe-west1/clusters/prod",
        "prod",
    ],
)
def test_a_cluster_is_named_in_every_way_that_google_names_it(given_id: str) -> None:
    found = parse.cluster_name(given_id, "shop", "europe-west1", "host")

    assert str(found) == "projects/shop/locations/europe-west1/clusters/prod"


@given(st.text(max_size=80))
def test_any_text_is_a_cluster_s_name_or_an_error_of_one_line(text: str) -> None:
    try:
        found = parse.cluster_name(text, "", "", "host").name
    except KubewitnessError as error:
        found = str(error)

    assert found
    assert "\n" not in found


def test_an_operation_that_is_done_may_have_failed() -> None:
    found = parse.parse_operation({"name": "operation-1", "status": "DONE", "error": {"code": 13, "message": "no"}})

    assert (found.done, found.error) == (True, "no")


def test_reads_are_what_google_sends_to_the_data_access_log() -> None:
    known = {probe.id: probe for probe in PROBES}

    assert {known[name].attributes.verb for name in parse.READS} == {"get", "list", "watch"}
    assert {"secrets-get", "secrets-list", "secrets-watch", "logs-get", "exec-get"} <= set(parse.READS)
    assert not {"secrets-create", "exec-create", "failed-login-discovery", "events-delete"} & set(parse.READS)


def test_the_blind_spots_are_what_google_s_policy_leaves_out_of_what_our_standards_name() -> None:
    version = ServerVersion(1, 37, 1)
    loaded = load((Path(__file__).parent / "gce-audit-policy-1.37.1.yaml").read_text("utf-8"), version)
    assert isinstance(loaded, Loaded)
    named = {name for tier in ("essential", "standard", "forensic") for name in read_standard(tier).audit.at_least}

    left_out = {probe.id for probe in PROBES if recorded(loaded.policy, probe, version).level is Level.NONE}

    assert {spot.probe for spot in parse.BLIND_SPOTS} == left_out & named


@pytest.mark.parametrize(
    ("text", "moment"),
    [("2026-11-21T13:00:00.123456789Z", "2026-11-21T13:00:00Z"), ("2026-11-21T14:00:00+01:00", "2026-11-21T13:00:00Z")],
)
def test_times_are_in_seconds_and_utc(text: str, moment: str) -> None:
    assert parse.at(text) == moment


@given(st.text(max_size=30))
def test_a_time_that_is_none_stays_as_it_is(text: str) -> None:
    assert parse.at(text) == text or parse.at(text).endswith("Z")


def test_types_are_the_union_of_all_levels() -> None:
    levels = [
        auditconfig.parse_level(
            name, {"auditConfigs": [{"service": "allServices", "auditLogConfigs": [{"logType": kind}]}]}
        )
        for name, kind in (("projects/shop", "DATA_READ"), ("organizations/9", 1))
    ]

    assert auditconfig.types_on(levels) == {"ADMIN_READ": True, "DATA_READ": True, "DATA_WRITE": False}


def test_merging_keeps_everything_that_is_there() -> None:
    theirs = {"service": "storage.googleapis.com", "auditLogConfigs": [{"logType": "DATA_READ"}]}
    ours = {
        "service": "container.googleapis.com",
        "auditLogConfigs": [{"logType": 3, "exemptedMembers": ["user:ci@example.com"]}],
    }

    found = auditconfig.merged({"auditConfigs": [theirs, ours]}, ["ADMIN_READ", "DATA_READ"])

    logs = [*ours["auditLogConfigs"], {"logType": "ADMIN_READ"}]
    assert found == [theirs, {"service": "container.googleapis.com", "auditLogConfigs": logs}]


def test_merging_into_nothing() -> None:
    logs = [{"logType": "DATA_READ"}]

    assert auditconfig.merged({}, ["DATA_READ"]) == [{"service": auditconfig.SERVICE, "auditLogConfigs": logs}]
