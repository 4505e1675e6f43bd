from __future__ import annotations

from collections import Counter

import pytest

from kubewitness.auditpolicy import (
    PROBES,
    GroupResources,
    Level,
    Policy,
    Probe,
    Recorded,
    Rule,
    Stage,
    canary_attributes,
    excesses,
    recorded,
    shortfalls,
)
from kubewitness.errors import KubewitnessError
from kubewitness.model import ServerVersion

NEWEST = ServerVersion(1, 37)
PROBE = {probe.id: probe for probe in PROBES}
EVERYTHING = Policy((Rule(Level.METADATA),), (Stage.REQUEST_RECEIVED,))


def omitting(*stages: Stage) -> Policy:
    return Policy((Rule(Level.METADATA, omit_stages=stages),))


def test_ids_and_titles_are_unique() -> None:
    assert set(Counter(probe.id for probe in PROBES).values()) == {1}
    assert set(Counter(probe.title for probe in PROBES).values()) == {1}


@pytest.mark.parametrize("probe", PROBES, ids=lambda probe: str(probe.id))
def test_a_probe_is_what_the_server_makes_of_its_path(probe: Probe) -> None:
    asked = probe.attributes

    parts = asked.path.strip("/").split("/")

    assert asked.resource_request == (len(parts) >= 3)
    if asked.resource_request:
        assert parts[: 3 if asked.api_group else 2] == [
            *(["apis", asked.api_group] if asked.api_group else ["api"]),
            "v1",
        ]
        assert parts[-1] == (asked.subresource or asked.name or asked.resource)
        assert (asked.name == "") == (
            asked.verb in {"list", "watch", "create", "deletecollection"} and not asked.subresource
        )
    assert asked.user is not None or asked.groups == ()


def test_everything_at_metadata_records_every_probe() -> None:
    assert all(recorded(EVERYTHING, probe, NEWEST) == Recorded(Level.METADATA, 0) for probe in PROBES)


def test_get_alone_misses_list_and_watch() -> None:
    policy = Policy((Rule(Level.METADATA, verbs=("get",), resources=(GroupResources("", ("secrets",)),)),))
    wanted = dict.fromkeys(("secrets-get", "secrets-list", "secrets-watch"), Level.METADATA)

    missing = shortfalls(policy, wanted, NEWEST)

    assert [(short.probe.id, short.got, short.rule) for short in missing] == [
        ("secrets-list", Level.NONE, -1),
        ("secrets-watch", Level.NONE, -1),
    ]


def test_exec_over_websocket_is_a_get() -> None:
    policy = Policy((Rule(Level.METADATA, verbs=("create",), resources=(GroupResources("", ("pods/exec",)),)),))

    assert recorded(policy, PROBE["exec-create"], NEWEST).level is Level.METADATA
    assert recorded(policy, PROBE["exec-get"], NEWEST).level is Level.NONE


def test_a_failed_login_is_lost_with_response_started() -> None:
    assert recorded(omitting(Stage.RESPONSE_STARTED), PROBE["failed-login"], NEWEST) == Recorded(
        Level.NONE, 0, omitted=True
    )
    assert recorded(omitting(Stage.RESPONSE_COMPLETE), PROBE["failed-login"], NEWEST).level is Level.METADATA


def test_a_failed_login_is_lost_to_rules_that_ask_who() -> None:
    policy = Policy((Rule(Level.METADATA, user_groups=("system:authenticated", "system:unauthenticated")),))

    assert recorded(policy, PROBE["failed-login"], NEWEST).level is Level.NONE
    assert recorded(policy, PROBE["anonymous-get"], NEWEST).level is Level.METADATA


def test_an_event_without_the_outcome_does_not_count() -> None:
    assert recorded(omitting(Stage.RESPONSE_COMPLETE), PROBE["secrets-get"], NEWEST).level is Level.NONE


@pytest.mark.parametrize("stage", [Stage.RESPONSE_STARTED, Stage.RESPONSE_COMPLETE])
@pytest.mark.parametrize("probe_id", ["secrets-watch", "exec-get", "nodes-proxy-get"])
def test_one_stage_suffices_for_a_long_running_request(probe_id: str, stage: Stage) -> None:
    assert recorded(omitting(stage), PROBE[probe_id], NEWEST).level is Level.METADATA
    assert recorded(omitting(Stage.RESPONSE_STARTED, Stage.RESPONSE_COMPLETE), PROBE[probe_id], NEWEST).omitted


def test_a_level_of_none_is_not_an_omitted_stage() -> None:
    policy = Policy((Rule(Level.NONE, omit_stages=tuple(Stage)),))

    assert recorded(policy, PROBE["secrets-get"], NEWEST) == Recorded(Level.NONE, 0)


def test_the_body_of_a_secret_is_too_much() -> None:
    policy = Policy((Rule(Level.METADATA, users=("joe",)), Rule(Level.REQUEST)))
    allowed = {"secrets-create": Level.METADATA, "secrets-get": Level.REQUEST}

    found = excesses(policy, allowed, NEWEST)

    assert [(excess.probe.id, excess.wanted, excess.got, excess.rule) for excess in found] == [
        ("secrets-create", Level.METADATA, Level.REQUEST, 1)
    ]


def test_more_than_wanted_is_no_shortfall_and_less_no_excess() -> None:
    policy = Policy((Rule(Level.REQUEST),))

    assert shortfalls(policy, {"secrets-get": Level.METADATA}, NEWEST) == ()
    assert excesses(policy, {"secrets-get": Level.REQUEST_RESPONSE}, NEWEST) == ()


def test_an_unknown_probe_is_named() -> None:
    with pytest.raises(KubewitnessError, match='"secret-get" is no probe request: use one of secrets-get, '):
        shortfalls(EVERYTHING, {"secret-get": Level.METADATA}, NEWEST)


def test_the_canary_is_a_probe() -> None:
    anonymous = canary_attributes("x", anonymous=True)
    refused = canary_attributes("x", anonymous=False)

    assert (anonymous.user, anonymous.groups) == ("system:anonymous", ("system:unauthenticated",))
    assert (refused.user, refused.groups) == (None, ())
    assert anonymous.path == refused.path == "/api/v1/namespaces/kube-system/configmaps/x"


def test_the_first_stage_is_where_an_event_comes_first() -> None:
    assert PROBE["secrets-watch"].stage is Stage.RESPONSE_STARTED
    assert PROBE["secrets-get"].stage is Stage.RESPONSE_COMPLETE
