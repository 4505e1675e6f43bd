"""What a deploy would change on a managed cluster."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubewitness.catalogue import load_catalogue
from kubewitness.ladder import assess
from kubewitness.managed import Destination, ManagedCluster, Route, Unrecorded
from kubewitness.managedplan import LengthenRetention, ManagedPlan, ManagedRefusal, SwitchOn, plan_managed
from kubewitness.model import Reason, Status, Unread
from kubewitness.providers.eks.parse import LOG_TYPES, retention_at_least
from tests.checks.clusters import GROUP, cluster
from tests.checks.standards import standard


def plan(changes: dict[str, Any] | None = None, **of: Any) -> ManagedPlan | ManagedRefusal:
    demanded = standard(managed=changes or {})
    return plan_managed(cluster(**of), demanded, key="", retention_at_least=retention_at_least)


def test_nothing_where_nothing_falls_short() -> None:
    assert plan() == ManagedPlan(())


def test_the_audit_log_is_switched_on_whatever_the_standard_names() -> None:
    assert plan({"log_types": {"eks": []}}, without="all") == ManagedPlan((SwitchOn(("audit",)),))


def test_an_account_policy_is_a_note_and_no_change() -> None:
    found = plan(group={"retention_days": 30, "retention_owner": "keep-30"})

    assert isinstance(found, ManagedPlan)
    assert found.steps == ()
    assert "account-level policy keep-30" in found.notes[0]


@pytest.mark.parametrize("of", [{"log_types": "denied"}, {"group": "denied"}])
def test_what_was_not_read_is_refused(of: dict[str, Any]) -> None:
    found = plan(**of)

    assert isinstance(found, ManagedRefusal)
    assert "not changed, as it could not be read" in found.reason


def test_what_is_not_needed_to_decide_may_be_unread() -> None:
    assert plan(last_event="denied", update="denied") == ManagedPlan(())


def test_the_next_longer_retention_that_is_on_offer() -> None:
    found = plan({"retention_days": 100}, group={"retention_days": 90})

    assert found == ManagedPlan((LengthenRetention(GROUP, 90, 120),))


def test_what_records_the_requests_that_the_standard_names_is_switched_on() -> None:
    found = plan({"log_types": {"eks": ["audit"]}}, without=("api",), unrecorded=("secrets-get", "secrets-list"))

    assert found == ManagedPlan((SwitchOn(("api",)),))


def test_what_is_left_out_and_was_not_asked_for_is_left_alone() -> None:
    assert plan({"log_types": {"eks": ["audit"]}}, without=("api",), unrecorded=("pods-get",)) == ManagedPlan(())


def test_what_no_log_type_would_record_is_a_note_for_each_remedy() -> None:
    left_out = tuple(Unrecorded(name, "why", "do this") for name in ("secrets-get", "secrets-list", "pods-get"))

    found = plan_managed(
        replace(cluster(), unrecorded=left_out), standard(), key="", retention_at_least=retention_at_least
    )

    assert found == ManagedPlan((), ("secrets-get, secrets-list: why: do this",))


def test_settings_that_were_not_read_are_a_note() -> None:
    found = plan(unrecorded="denied")

    assert isinstance(found, ManagedPlan)
    assert "getIamPolicy" in found.notes[0]


def test_what_is_to_be_left_alone_is_a_note_and_no_change() -> None:
    leave = {"retention": "it is locked", "existence": "make it yourself", "deletion protection": "lock it"}
    short = plan(group={"retention_days": 30, "undeletable": False, "leave": leave})
    gone = plan(group={"exists": False, "leave": leave})

    assert isinstance(short, ManagedPlan)
    assert isinstance(gone, ManagedPlan)
    assert (short.steps, gone.steps) == ((), ())
    assert [note.rpartition(": ")[2] for note in short.notes] == ["it is locked", "lock it"]
    assert gone.notes == (f"{GROUP}: make it yourself",)


def test_what_is_left_alone_may_be_unread() -> None:
    why = Unread(Reason.DENIED, "logging.buckets.get: denied")
    found = plan(group={"exists": why, "leave": {"existence": "it belongs to another project"}})

    assert found == ManagedPlan((), ("logging.buckets.get: denied",))


def test_what_is_set_elsewhere_is_a_step_of_its_own_that_says_where() -> None:
    of = replace(cluster(without=("api", "scheduler")), set_at={"api": "projects/shop, for all its clusters"})
    demanded = standard(managed={"log_types": {"eks": ["api", "audit", "scheduler"]}})

    found = plan_managed(of, demanded, key="", retention_at_least=retention_at_least)

    assert isinstance(found, ManagedPlan)
    steps = ["switch on api in projects/shop, for all its clusters", "switch on scheduler"]
    assert list(map(str, found.steps)) == steps


def test_a_log_type_of_which_it_is_not_known_whether_it_is_on_is_left_alone_and_said() -> None:
    good = cluster()
    assert not isinstance(good.log_types, Unread)
    of = replace(good, log_types={**good.log_types, "api": Unread(Reason.UNSUPPORTED, "not shown")})

    found = plan_managed(of, standard(), key="", retention_at_least=retention_at_least)

    assert found == ManagedPlan((), ("api: not shown",))


LEFT: dict[str, str] = {"existence": "send it elsewhere", "encryption key": "a key", "deletion protection": "a lock"}
"""What is left to the owner of a place whose retention is ours to lengthen."""


def planned(of: ManagedCluster) -> ManagedPlan | ManagedRefusal:
    return plan_managed(of, standard(), key="", retention_at_least=retention_at_least)


def routed(obstacle: str = "", **of: Any) -> ManagedCluster:
    """A cluster that has to be told where to send: to a place named ``there``, which keeps 30 days."""
    there = Destination("place", "there", frozenset(LOG_TYPES), True, None, retention_days=30, leave=LEFT)
    return replace(cluster(**of), route=Route("to there", there, obstacle))


def test_what_is_switched_on_goes_where_host_data_says_and_is_kept_there() -> None:
    found = planned(replace(routed(without="all"), destinations=()))

    assert isinstance(found, ManagedPlan)
    assert [str(step) for step in found.steps] == [
        "keep there 90 days instead of 30",
        "switch on api, audit, authenticator to there",
    ]


def test_a_place_that_is_gone_is_left_for_the_one_that_is_named() -> None:
    found = planned(routed(group={"exists": False, "leave": LEFT}))

    assert found == ManagedPlan(
        (LengthenRetention("there", 30, 90), SwitchOn(("audit",), route="to there")), (f"{GROUP}: send it elsewhere",)
    )


def test_an_obstacle_is_a_refusal_only_where_something_is_to_be_switched_on() -> None:
    assert planned(routed("no place", without="all")) == ManagedRefusal("no place")
    assert planned(routed("no place")) == ManagedPlan(())


@pytest.mark.parametrize(("days", "steps"), [(365, ()), (30, (LengthenRetention(GROUP, 30, 90),))])
def test_one_place_that_keeps_long_enough_is_enough(days: int, steps: tuple[object, ...]) -> None:
    of = cluster(group={"retention_days": 30})
    (short,) = of.destinations if not isinstance(of.destinations, Unread) else ()
    other = replace(short, id="other", retention_days=days, leave={"retention": "theirs"})

    found = planned(replace(of, destinations=(short, other)))

    assert isinstance(found, ManagedPlan)
    assert found.steps == steps
    assert (found.notes == ()) == (days == 365)


def test_what_is_stored_twice_is_said() -> None:
    assert planned(cluster(doubles=("twice",))) == ManagedPlan((), ("twice",))


@given(
    st.frozensets(st.sampled_from(LOG_TYPES)),
    st.none() | st.integers(1, 400),
    st.booleans(),
)
def test_there_is_a_plan_exactly_where_a_check_fails(off: frozenset[str], days: int | None, safe: bool) -> None:
    """Both ask the same question; but for what the provider leaves out, which nobody can change."""
    of: dict[str, Any] = {"without": tuple(off), "group": {"retention_days": days, "undeletable": safe}}
    catalogue = [check for check in load_catalogue() if check.id not in ("audit-policy-limits", "audit-log-format")]

    found = plan(**of)
    _, findings = assess(cluster(**of), standard(), catalogue)

    failed = any(finding.status is Status.FAIL for finding in findings)
    assert isinstance(found, ManagedPlan)
    if "audit" not in off:
        assert bool(found.steps) == failed
    else:  # the checks of the destination do not apply yet, and it is brought to the standard all the same
        assert found.steps
