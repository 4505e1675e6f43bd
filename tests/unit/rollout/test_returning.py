"""The way back from a run of ours."""

from __future__ import annotations

import json
from typing import Any, Final

import pytest

from kubewitness.rollout.outcome import Plan, Refusal, Restart
from kubewitness.rollout.returning import plan_undo
from kubewitness.rollout.script import transaction_input
from tests.checks.servers import METADATA, POLICY, Given, server
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


def undo(saved: dict[str, str], **changes: Any) -> Plan | Refusal:
    return plan_undo(server(saved=saved, **changes), "r1")


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
    ("changes", "name"),
    [
        ({"flags": {"audit-log-maxage": "90"}}, "manifest"),
        ({"policy": "# mine now\n" + METADATA}, "policy"),
        ({"policy": None}, "policy"),
    ],
)
def test_what_was_changed_since_is_not_written_over(changes: dict[str, Any], name: str) -> None:
    found = undo(BOTH, **changes)

    assert found == Refusal(
        (f"cp-1: run r1: the {name} was changed after it: undo the later change first, or edit it by hand",)
    )


def test_a_policy_that_somebody_wrote_where_we_took_ours_away_is_not_written_over() -> None:
    saved = {"record.json": RECORD, "manifest.old": AUDITED, "manifest.new": PLAIN, "policy.old": METADATA}

    found = undo(saved, **{**OFF, "policy": "# mine now\n" + METADATA})

    assert isinstance(found, Refusal)
    assert "the policy was changed after it" in found.reasons[0]


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
    found = undo(BOTH, **OFF)

    assert isinstance(found, Refusal)
