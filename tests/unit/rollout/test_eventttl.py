"""How long Kubernetes events are kept is a part of the same change of the manifest."""

from __future__ import annotations

from typing import Any

from kubewitness.apiserver import parse_flags, read_static_pod
from kubewitness.rollout.diff import diff
from kubewitness.rollout.outcome import Plan, Restart, WantedPolicy
from kubewitness.rollout.plan import plan_audit
from tests.checks.servers import METADATA, server
from tests.checks.standards import standard
from tests.unit.rollout.after import after

ASKED = standard(event_ttl_hours=3)
POLICY = WantedPolicy(METADATA, "mine.yaml", exact=False)


def planned(**changes: Any) -> Plan:
    found = plan_audit(server(**changes), ASKED, POLICY)
    assert isinstance(found, Plan), found
    return found


def test_the_flag_is_set_and_has_to_be_in_force_afterwards() -> None:
    found = planned()

    argv = read_static_pod(found.manifest.after or "", "manifest").argv
    assert parse_flags(argv).get("event-ttl") == "3h"
    assert (found.restart, found.expect["event-ttl"], found.expect_before["event-ttl"]) == (Restart.MANIFEST, "3h", "")
    assert "--event-ttl: 1h0m0s (by default), should be 3h" in found.reasons


def test_the_difference_shows_its_value() -> None:
    assert "+    - --event-ttl=3h" in list(diff(planned().manifest, is_manifest=True))


def test_the_second_run_changes_nothing() -> None:
    before = server()
    first = plan_audit(before, ASKED, POLICY)
    assert isinstance(first, Plan)

    second = plan_audit(after(before, first), ASKED, POLICY)

    assert isinstance(second, Plan)
    assert not second.changes


def test_what_is_kept_longer_stays_and_is_none_of_our_business() -> None:
    found = planned(flags={"event-ttl": "72h"})

    assert not found.changes
    assert "event-ttl" not in found.expect


def test_a_value_from_the_environment_is_left_alone() -> None:
    assert not planned(flags={"event-ttl": "$(TTL)"}).changes
