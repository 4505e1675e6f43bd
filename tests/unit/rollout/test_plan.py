"""What the deploy would do to a server, decided without one."""

from __future__ import annotations

from typing import Any, Final

import pytest

from kubewitness.apiserver import parse_flags, read_static_pod
from kubewitness.auditpolicy import Level
from kubewitness.canary import Prediction
from kubewitness.content import policy_text, read_standard, standard_names
from kubewitness.model import View
from kubewitness.rollout.outcome import Plan, Refusal, Restart, WantedPolicy
from kubewitness.rollout.plan import plan_audit
from kubewitness.rollout.script import transaction_script
from tests.checks.servers import LOG, METADATA, POLICY, server
from tests.checks.standards import standard
from tests.unit.apiserver.manifests import KUBEADM

OFF: Final[dict[str, Any]] = {
    "flags": dict.fromkeys(
        ["audit-policy-file", "audit-log-path", "audit-log-maxage", "audit-log-maxbackup", "audit-log-maxsize"]
    ),
    "mounts": {"policy": None, "log": None},
    "policy": None,
    "log": {"inode": None, "last_event": None},
}
"""A server as kubeadm leaves it."""
NOTHING: Final = METADATA.replace("Metadata", "None")
STRONGER: Final = METADATA.replace("- level", "- level: Request\n  verbs: [delete]\n- level")
WEBHOOK: Final = {"audit-webhook-config-file": "/etc/kubernetes/pki/webhook.yaml"}


def outcome(wanted: str = METADATA, *, exact: bool = False, **changes: Any) -> Plan | Refusal:
    return plan_audit(server(**changes), standard(), WantedPolicy(wanted, "mine.yaml", exact=exact))


def plan(wanted: str = METADATA, *, exact: bool = False, **changes: Any) -> Plan:
    found = outcome(wanted, exact=exact, **changes)
    assert isinstance(found, Plan), found
    return found


def flags(text: str | None) -> dict[str, str | None]:
    """The audit flags of a manifest."""
    parsed = parse_flags(read_static_pod(text or "", "manifest").argv)
    return {name: parsed.get(name) for name in parsed.names if name.startswith("audit-")}


class TestNothingToDo:
    @pytest.mark.parametrize("view", ["live", "tree"])
    def test_where_all_is_as_asked(self, view: str) -> None:
        found = plan(view=view)

        assert not found.changes
        assert (found.restart, found.written, found.reasons) == (Restart.NONE, (), ())

    def test_where_the_policy_records_more_than_asked(self) -> None:
        assert not plan(policy=STRONGER).changes

    def test_where_the_team_s_own_policy_is_written_differently(self) -> None:
        same = f"# ours\n\n{STRONGER.replace('[delete]', '  # what is gone' + chr(10) + '  - delete')}"

        assert not plan(same, exact=True, policy=STRONGER).changes

    def test_where_the_manifest_says_the_same_by_other_means(self) -> None:
        found = plan(flags={"audit-log-maxage": None}, args=["--audit_log_maxage", "365", "--audit-log-compress"])

        assert not found.changes

    def test_where_the_log_lies_elsewhere(self) -> None:
        found = plan(
            flags={"audit-log-path": "/srv/audit/k8s.log"},
            mounts={"log": {"host": "/srv/audit"}},
            log_at="/srv/audit/k8s.log",
        )

        assert not found.changes
        assert found.log_path == "/srv/audit/k8s.log"

    def test_where_events_go_to_a_webhook_alone(self) -> None:
        found = plan(flags={"audit-log-path": None, **WEBHOOK}, mounts={"log": None})

        assert not found.changes
        assert (found.log_path, found.prediction) == (None, None)
        assert found.unproved == "the events go to a webhook alone"

    def test_where_a_chmod_made_the_policy_look_newer_than_a_process_that_was_proved(self) -> None:
        assert not plan(policy_changed=60, last_run={"proved": True}).changes


class TestAFreshServer:
    def test_gets_flags_mounts_and_policy(self) -> None:
        found = plan(**OFF)

        assert found.restart is Restart.MANIFEST
        assert found.policy is not None
        assert (found.policy.path, found.policy.before, found.policy.after) == (POLICY, None, METADATA)
        assert flags(found.manifest.after) == {
            "audit-policy-file": POLICY,
            "audit-log-path": LOG,
            "audit-log-maxage": "30",
            "audit-log-maxbackup": "10",
            "audit-log-maxsize": "100",
        }
        pod = read_static_pod(found.manifest.after or "", "manifest")
        policy, log = pod.locate(POLICY), pod.locate(LOG)
        assert policy is not None
        assert log is not None
        assert (policy.host_path, policy.read_only, policy.volume.type) == (POLICY, True, "Directory")
        assert (log.host_path, log.read_only, log.volume.type) == (LOG, False, "DirectoryOrCreate")

    def test_keeps_every_line_of_its_manifest(self) -> None:
        found = plan(**OFF)

        remaining = iter((found.manifest.after or "").splitlines())
        assert all(line in remaining for line in (found.manifest.before or "").splitlines())

    def test_is_expected_to_run_with_them_and_without_them_after_a_way_back(self) -> None:
        found = plan(**OFF)

        assert found.expect == flags(found.manifest.after)
        assert found.expect_before == dict.fromkeys(found.expect, "")

    def test_needs_room_and_proves_itself(self) -> None:
        found = plan(**OFF)

        assert found.need_mib == 11 * 100 - 10  # what the log takes already
        assert found.log_path == LOG
        assert found.prediction == Prediction(forbidden=Level.METADATA, unauthorized=Level.METADATA)

    def test_a_policy_there_that_is_beyond_our_limits_may_be_somebody_s(self) -> None:
        found = outcome(**{**OFF, "policy": METADATA + "#" * 2_000_000})

        assert isinstance(found, Refusal), found
        assert "not judged by kubewitness" in found.reasons[0]

    def test_is_told_why(self) -> None:
        assert any("--audit-log-path" in reason for reason in plan(**OFF).reasons)
        assert any("--audit-policy-file" in reason for reason in plan(**OFF).reasons)


class TestWhomThePolicyExempts:
    """A team may decide so: nothing is refused for it, and nothing is replaced."""

    EXEMPTING: Final = METADATA.replace("- level", "- level: None\n  users: [kubernetes-admin]\n- level")
    SAID: Final = "the policy exempts kubernetes-admin: level None, by rules[0] (line 5): reading a secret by name, "

    @pytest.mark.parametrize("view", ["live", "tree"])
    def test_is_said_where_nothing_has_to_change(self, view: str) -> None:
        found = plan(policy=self.EXEMPTING, view=view)

        assert not found.changes
        (said,) = found.reasons
        assert said.startswith(self.SAID)

    def test_is_said_of_the_policy_to_come(self) -> None:
        coming = plan(self.EXEMPTING, exact=True).reasons
        going = plan(METADATA, exact=True, policy=self.EXEMPTING).reasons

        assert [reason for reason in coming if reason.startswith(self.SAID)] == list(coming)
        assert not any(reason.startswith(self.SAID) for reason in going)

    @pytest.mark.parametrize("name", standard_names())
    def test_is_nobody_in_ours(self, name: str) -> None:
        found = plan(policy_text(name), exact=True)

        assert not any("exempts" in reason for reason in found.reasons)


class TestOnlyWhatFallsShort:
    def test_the_policy(self) -> None:
        found = plan(policy=NOTHING)

        assert found.policy is not None
        assert found.written == (found.policy,)
        assert (found.policy.before, found.policy.after) == (NOTHING, METADATA)
        assert found.restart is Restart.PROCESS
        assert found.need_mib is None, "the rotation is not of this plan"

    def test_the_team_s_own_policy_replaces_another_one(self) -> None:
        found = plan(STRONGER, exact=True, policy=METADATA)

        assert found.policy is not None
        assert found.policy.after == STRONGER

    def test_one_flag_of_the_rotation(self) -> None:
        found = plan(flags={"audit-log-maxage": "7", "audit-log-maxbackup": "99"})

        assert found.written == (found.manifest,)
        assert flags(found.manifest.after) == {**flags(found.manifest.before), "audit-log-maxage": "30"}
        assert found.expect_before["audit-log-maxage"] == "7"
        assert found.need_mib == 100 * 100 - 10

    def test_where_there_is_no_log_yet_a_stronger_value_stays(self) -> None:
        given = {"audit-log-maxage": "0", "audit-log-maxbackup": "20", "audit-log-maxsize": "1"}

        found = plan(**{**OFF, "flags": {**OFF["flags"], **given}})

        after = flags(found.manifest.after)
        assert [after[name] for name in given] == ["0", "20", "100"]

    def test_a_flag_in_args_as_two_items(self) -> None:
        found = plan(flags={"audit-log-maxage": None}, args=["--audit-log-maxage", "7"])

        assert flags(found.manifest.after)["audit-log-maxage"] == "30"

    def test_the_backend_and_stronger_rotation_stays(self) -> None:
        found = plan(**{**OFF, "flags": {**OFF["flags"], "audit-log-path": LOG, "audit-log-maxage": "365"},
                        "mounts": {"policy": None}, "log": {}})  # fmt: skip

        assert flags(found.manifest.after)["audit-log-maxage"] == "365"
        assert flags(found.manifest.after)["audit-log-path"] == LOG
        assert flags(found.manifest.after)["audit-policy-file"] == POLICY

    def test_a_webhook_stays_the_only_backend(self) -> None:
        found = plan(**{**OFF, "flags": {**OFF["flags"], **WEBHOOK}})

        assert flags(found.manifest.after) == {**WEBHOOK, "audit-policy-file": POLICY}
        assert found.prediction is None, "there is no log file to look into"

    def test_the_policy_s_own_place_is_kept(self) -> None:
        own = "/etc/kubernetes/policies/mine.yaml"
        found = plan(
            policy=NOTHING,
            policy_at=own,
            flags={"audit-policy-file": own},
            mounts={"policy": {"host": own, "type": "File"}},
        )

        assert found.policy is not None
        assert found.written == (found.policy,)
        assert found.policy.path == own

    def test_a_process_that_is_older_than_its_policy(self) -> None:
        found = plan(policy_changed=60)

        assert (found.written, found.restart) == ((), Restart.PROCESS)
        assert found.changes
        assert "the process is older than its policy file" in found.reasons

    def test_a_file_tree_has_no_process_that_could_be_older(self) -> None:
        assert not plan(view="tree", policy_changed=60).changes


class TestABackendWithABuffer:
    @pytest.mark.parametrize(
        ("added", "restart"),
        [
            ({}, Restart.PROCESS),
            ({"audit-log-mode": "blocking-strict"}, Restart.PROCESS),
            ({"audit-log-mode": "batch"}, Restart.DRAIN),
            (WEBHOOK, Restart.DRAIN),
            ({**WEBHOOK, "audit-webhook-mode": "blocking"}, Restart.PROCESS),
            ({"audit-webhook-mode": "batch"}, Restart.PROCESS),
        ],
    )
    def test_is_drained_before_its_process_is_replaced(self, added: dict[str, str], restart: Restart) -> None:
        assert plan(policy=NOTHING, flags=added).restart is restart


class TestRefusedByThePlan:
    def test_a_policy_that_could_not_be_read_is_not_written_over(self) -> None:
        found = outcome(unread=["policy"])

        assert found == Refusal((f"cp-1:{POLICY}: may not be read: run as root, or set _sudo in the inventory",))

    def test_a_mount_that_would_show_all_of_kubernetes_configuration(self) -> None:
        own = "/etc/kubernetes/audit-policy.yaml"
        found = outcome(
            view="tree", policy=None, policy_at=own, flags={"audit-policy-file": own}, mounts={"policy": None}
        )

        assert isinstance(found, Refusal)
        assert "all of /etc/kubernetes is mounted" in found.reasons[0]

    @pytest.mark.parametrize("given", [{}, OFF])
    def test_a_log_path_that_is_a_folder(self, given: dict[str, Any]) -> None:
        found = outcome(**{**given, "log": {"folder": True}})

        assert isinstance(found, Refusal)
        assert found.reasons == (
            f"cp-1:{LOG}: is a folder, and --audit-log-path names a file: give it a file's name in there",
        )

    @pytest.mark.parametrize(
        ("last_run", "whose"), [(None, "not ours"), ({"before": {"policy": METADATA}}, "edited since our run r1")]
    )
    def test_a_policy_that_somebody_wrote_is_one_line(self, last_run: dict[str, Any] | None, whose: str) -> None:
        theirs = METADATA.replace("- level: Metadata", "- {level: Metadata, verbs: [get]}")
        found = outcome(policy=theirs, last_run=last_run)

        assert isinstance(found, Refusal)
        (reason,) = found.reasons
        assert reason.startswith(f"cp-1:{POLICY}: {whose}, and falls short: ")
        assert "more (kubewitness check -o json lists all)" in reason
        assert reason.endswith("mend it and name it as audit_policy, or lose it with audit_policy_replace")
        assert len(reason) < 320

    def test_a_manifest_that_cannot_be_changed_without_a_rewrite(self) -> None:
        anchored = KUBEADM.replace("- command:\n", "- command: &arguments\n")

        found = outcome(**{**OFF, "view": "tree", "manifest": anchored})

        assert isinstance(found, Refusal)
        assert len(found.reasons) == 1
        assert found.reasons[0].startswith(
            "cp-1:/etc/kubernetes/manifests/kube-apiserver.yaml:13: written with an anchor"
        )


@pytest.mark.parametrize("name", standard_names())
def test_every_shipped_standard_has_a_policy_that_meets_it(name: str) -> None:
    tier = read_standard(name)
    wanted = WantedPolicy(policy_text(tier.audit.policy), f"policies/audit/{tier.audit.policy}.yaml", exact=False)

    for version in ("1.34.4", "1.37.1"):
        found = plan_audit(server(**{**OFF, "version": version}), tier, wanted)

        assert isinstance(found, Plan), found.reasons


def test_what_the_node_is_told_fits_one_argument() -> None:
    """Linux allows 128 KiB for one argument; sudo and a login shell quote it once more."""
    script = transaction_script(plan(**OFF), view=View.LIVE, root="", run="20261121T130000Z-abcd", owner="anna@laptop")

    assert len(script.encode()) < 48 * 1024
