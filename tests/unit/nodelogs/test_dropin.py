"""From a node to the drop-ins that end the difference to its standard."""

from __future__ import annotations

from typing import Any

from kubewitness.nodelogs.dropin import JournalPlan, plan_journal, plan_removal, unit_drop_in
from kubewitness.nodelogs.journald import DROP_IN
from kubewitness.rollout.outcome import Refusal
from tests.checks.nodes import node
from tests.checks.standards import standard

WEAK = {"/etc/systemd/journald.conf.d/50-weak.conf": "[Journal]\nStorage=volatile\nSystemMaxUse=16M\n"}
LIMITS = dict.fromkeys(("kubelet.service", "ssh.service"))
OURS = "[Journal]\nStorage=persistent\nSystemMaxUse=1024M\n"


def planned(**changes: Any) -> JournalPlan:
    found = plan_journal(node(**changes), standard())
    assert isinstance(found, JournalPlan)
    return found


def texts(plan: JournalPlan) -> dict[str, str | None]:
    """The drop-ins without their first line."""
    return {item.path: item.after and item.after.split("\n", 1)[1] for item in plan.files}


def test_a_node_that_keeps_enough_is_left_alone() -> None:
    plan = planned(units=dict.fromkeys(("kubelet.service", "ssh.service", "containerd.service"), ""))

    assert (plan.restart, plan.units, plan.left) == (False, (), ())
    assert DROP_IN not in texts(plan)


def test_only_what_falls_short_is_written_and_journald_is_started_anew_once() -> None:
    plan = planned(drop_ins=WEAK, journal={"stores": ["/run/log/journal"]})

    assert texts(plan)[DROP_IN] == OURS
    assert (plan.restart, plan.flush, plan.left) == (True, True, ())
    assert "SystemMaxUse: 16 MiB (/etc/systemd/journald.conf.d/50-weak.conf:3), should be 1 GiB" in plan.reasons


def test_the_second_run_changes_nothing() -> None:
    first = planned(drop_ins=WEAK)

    written = {item.path: item.after for item in first.files if item.path == DROP_IN and item.after}
    second = planned(drop_ins={**WEAK, **written})

    assert DROP_IN not in texts(second)
    assert not second.restart


def test_a_stronger_value_of_the_team_is_not_overridden_by_ours() -> None:
    stronger = {"/etc/systemd/journald.conf.d/50-team.conf": "[Journal]\nSystemMaxUse=8G\n", DROP_IN: OURS}

    plan = planned(drop_ins=stronger)

    assert texts(plan)[DROP_IN] is None


def test_who_has_the_last_word_is_said_and_not_fought() -> None:
    late = "/run/systemd/journald.conf.d/95-late.conf"

    plan = planned(drop_ins={late: "[Journal]\nSystemMaxUse=16M\n"})

    assert plan.left == (f"SystemMaxUse: 16 MiB ({late}:2), should be 1 GiB: that file has the last word",)


def test_a_service_gets_a_drop_in_and_its_limit_counts_from_its_start() -> None:
    plan = planned(units={"kubelet.service": "", "ssh.service": ""}, limits=LIMITS)

    assert texts(plan)[unit_drop_in("kubelet.service")] == (
        "[Service]\nLogRateLimitIntervalSec=1s\nLogRateLimitBurst=100000000\n"
    )
    assert plan.units == ("kubelet.service", "ssh.service")
    assert not plan.restart


def test_a_journald_older_than_its_files_is_started_anew() -> None:
    assert planned(changed=60).restart


def test_in_a_file_tree_nothing_is_started_anew() -> None:
    plan = planned(view="tree", drop_ins=WEAK)

    assert texts(plan)[DROP_IN] == OURS
    assert (plan.restart, plan.units) == (False, ())


def test_a_node_without_systemd_is_refused_in_one_line() -> None:
    found = plan_journal(node(systemd=False), standard())

    assert isinstance(found, Refusal)
    assert len(found.reasons) == 1
    assert "no systemd here" in found.reasons[0]


def test_what_could_not_be_read_is_not_written() -> None:
    assert isinstance(plan_journal(node(unread=["journald"]), standard()), Refusal)
    assert isinstance(plan_journal(node(journal=None), standard()), Refusal)


def test_the_way_back_takes_every_drop_in_of_ours_away() -> None:
    plan = plan_removal(node(drop_ins={DROP_IN: OURS}))

    assert isinstance(plan, JournalPlan)
    assert set(texts(plan).values()) == {None}
    assert DROP_IN in texts(plan)
    assert (plan.restart, "kubelet.service" in plan.units) == (True, True)
