"""The way back from a run of ours."""

from __future__ import annotations

import json
from typing import Any, Final

import pytest

from kubewitness.rollout.outcome import NothingToDo, Plan, Refusal, Restart
from kubewitness.rollout.returning import plan_undo
from kubewitness.rollout.runs import PastRun
from kubewitness.rollout.script import transaction_input
from tests.checks.servers import MANIFEST, METADATA, POLICY, Given, server
from tests.unit.rollout.test_plan import OFF

AUDITED: Final = Given().manifest_text()
PLAIN: Final = Given(**OFF).manifest_text()
RECORD: Final = json.dumps({"run": "r1", "pid": "", "started": "", "policy": POLICY})
BOTH: Final = {
    "record.json": RECORD,
    "manifest.old": PLAIN,
    "manifest.new": AUDITED,
    "policy.new": METADATA,
    "policy.absent": "",
}
"""What a run leaves that switched audit logging on."""
POLICY_ALONE: Final = {"record.json": RECORD, "policy.old": "# older\n" + METADATA, "policy.new": METADATA}


def undo(saved: dict[str, str], *, runs: tuple[PastRun, ...] = (), **changes: Any) -> Plan | Refusal | NothingToDo:
    return plan_undo(server(saved=saved, **changes), "r1", runs)


def past(name: str, *changed: str, undone: str = "", finished: bool = True) -> PastRun:
    return PastRun(name, changed, finished, undone)


def test_a_run_that_wrote_both_is_undone_in_both() -> None:
    found = undo(BOTH)

    assert isinstance(found, Plan)
    assert found.manifest.after == PLAIN
    assert found.policy is not None
    assert (found.policy.path, found.policy.before, found.policy.after) == (POLICY, METADATA, None)
    assert found.restart is Restart.MANIFEST
    assert transaction_input(found)[0] == "policy -"
    assert found.undone == "r1"
    assert found.expect == dict.fromkeys(found.expect_before, ""), "the audit flags have to be gone"
    assert (found.log_path, found.prediction, found.need_mib) == (None, None, None)


def test_a_run_that_wrote_the_policy_alone_leaves_the_manifest() -> None:
    found = undo(POLICY_ALONE)

    assert isinstance(found, Plan)
    assert found.policy is not None
    assert found.written == (found.policy,)
    assert found.policy.after == "# older\n" + METADATA
    assert found.restart is Restart.PROCESS
    assert found.prediction is not None


def test_a_run_that_wrote_the_manifest_alone_leaves_the_policy() -> None:
    old = Given(flags={"audit-log-maxage": "7"}).manifest_text()

    found = undo({"record.json": RECORD, "manifest.old": old, "manifest.new": AUDITED})

    assert isinstance(found, Plan)
    assert found.written == (found.manifest,)
    assert found.expect["audit-log-maxage"] == "7"


def test_undoing_an_undo_brings_the_policy_back() -> None:
    saved = {"record.json": RECORD, "manifest.old": AUDITED, "manifest.new": PLAIN, "policy.old": METADATA}

    found = undo(saved, **OFF)

    assert isinstance(found, Plan)
    assert found.policy is not None
    assert (found.policy.before, found.policy.after) == (None, METADATA)


def test_a_run_without_a_policy_file() -> None:
    record = json.dumps({"run": "r1", "policy": ""})

    found = undo({"record.json": record, "manifest.old": PLAIN, "manifest.new": AUDITED})

    assert isinstance(found, Plan)
    assert found.policy is None


@pytest.mark.parametrize(
    ("changes", "name", "path"),
    [
        ({"flags": {"audit-log-maxage": "90"}}, "manifest", MANIFEST),
        ({"policy": "# mine now\n" + METADATA}, "policy", POLICY),
        ({"policy": None}, "policy", POLICY),
    ],
)
def test_what_was_changed_by_hand_since_is_put_back_by_hand_first(
    changes: dict[str, Any], name: str, path: str
) -> None:
    found = undo(BOTH, runs=(past("r2"), past("r1", "policy", "manifest")), **changes)

    left = f"/var/lib/kubewitness/runs/r1/{name}.new"
    how = f"put back {left} first (cp {left} {path}), then start again"
    assert found == Refusal((f"cp-1:{path}: changed by hand since run r1: {how}",))


@pytest.mark.parametrize(
    ("later", "first"),
    [
        ([past("r2", "policy")], "r2"),
        ([past("r2", "policy (taken away)")], "r2"),
        ([past("r3"), past("r2", "policy")], "r2"),
        ([past("r3", "policy"), past("r2", "policy")], "r3"),
        ([past("r3", "manifest"), past("r2", "policy")], "r2"),
        ([past("r4", "policy", undone="r3"), past("r3", "policy"), past("r2", "policy")], "r2"),
        ([past("r4", "policy", undone="r3"), past("r3", "policy", undone="r2"), past("r2", "policy")], "r2"),
    ],
)
def test_a_later_run_that_changed_the_same_file_is_to_be_undone_first(later: list[PastRun], first: str) -> None:
    found = undo(BOTH, runs=(*later, past("r1", "policy")), policy="# later\n" + METADATA)

    assert found == Refusal((f"cp-1: run r1: the policy was changed after it: undo run {first} first",))


@pytest.mark.parametrize(
    "others",
    [
        [past("r2")],
        [past("r2", "manifest")],
        [past("r2", "policy", finished=False)],
        [past("r3", "policy", undone="r2"), past("r2", "policy")],
        [past("r0", "policy")],
    ],
    ids=["changed no file", "the other file", "not finished", "undone since", "before it"],
)
def test_a_run_that_did_not_change_the_file_after_it_is_not_named(others: list[PastRun]) -> None:
    found = undo(BOTH, runs=tuple(others), policy="# mine now\n" + METADATA)

    assert isinstance(found, Refusal)
    assert f"{POLICY}: changed by hand since run r1: put back " in found.reasons[0]


def test_a_run_that_changed_no_file_has_nothing_to_undo() -> None:
    assert undo({"record.json": RECORD}) == NothingToDo("run r1: it changed no file: nothing to undo")


def test_a_policy_that_somebody_wrote_where_we_took_ours_away_is_not_written_over() -> None:
    saved = {"record.json": RECORD, "manifest.old": AUDITED, "manifest.new": PLAIN, "policy.old": METADATA}

    found = undo(saved, **{**OFF, "policy": "# mine now\n" + METADATA})

    assert found == Refusal(
        (f"cp-1:{POLICY}: written by hand since run r1 took it away: remove it first, then start again",)
    )


@pytest.mark.parametrize(
    ("saved", "reason"),
    [
        ({}, "nothing of it is on this node: is the id right?"),
        ({"manifest.new": AUDITED}, "nothing of it is on this node: is the id right?"),
        ({**BOTH, "record.json": ""}, "its record cannot be read: put its files back by hand"),
        ({**BOTH, "record.json": "[]"}, "its record cannot be read: put its files back by hand"),
        ({**BOTH, "record.json": "{}"}, "its record cannot be read: put its files back by hand"),
        ({**BOTH, "record.json": "[" * 100_000}, "its record cannot be read: put its files back by hand"),
    ],
    ids=["nothing", "no record", "empty", "a list", "no policy", "deep"],
)
def test_a_run_that_is_not_known_is_refused(saved: dict[str, str], reason: str) -> None:
    assert undo(saved) == Refusal((f"cp-1: run r1: {reason}",))


def test_a_saved_manifest_that_is_none_is_refused() -> None:
    found = undo({**BOTH, "manifest.old": "spec: ["})

    assert isinstance(found, Refusal)
    assert found.reasons[0].startswith("cp-1: the saved manifest: ")


def test_a_node_that_is_not_well_is_not_touched() -> None:
    found = undo(BOTH, kubelet="inactive")

    assert found == Refusal(("cp-1: the kubelet is inactive: it would not act: start it first",))


def test_a_run_that_is_undone_already_is_refused() -> None:
    found = undo(BOTH, runs=(past("r2", "manifest", undone="r1"), past("r1", "policy", "manifest")), **OFF)

    assert found == Refusal(("cp-1: run r1: run r2 undid it already: undo that run to have it again",))
