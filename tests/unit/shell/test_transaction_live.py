"""The transaction on a live node: restart, readiness, canary and the way back, run by a real shell (see live_node)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from kubewitness.rollout.outcome import Restart
from tests.checks.servers import LOG, MANIFEST, METADATA, POLICY
from tests.unit.shell.live_node import LOST, STATE, Ended, LiveNode

if TYPE_CHECKING:
    pass


def refused(done: Ended, *words: str) -> None:
    assert done.code == 10, done
    assert done.stderr.count("\n") == 1, done.stderr
    assert done.killed == []
    for word in words:
        assert word in done.stderr


def rolled_back(done: Ended, *words: str) -> None:
    assert done.code == 20, done
    assert "rolled back: the old configuration serves again" in done.stderr
    for word in words:
        assert word in done.stderr
        assert word in done.journal


class TestDone:
    def test_by_the_manifest(self, node: LiveNode) -> None:
        done = node.run()

        assert (done.code, done.stderr, done.killed) == (0, "", [])
        assert node.text(MANIFEST) == node.plan.manifest.after
        assert node.files()[POLICY[1:]] == (METADATA, 0o604)
        assert "canary kubewitness-r1: answered 403, found in" in done.stdout
        assert "ready after" in done.journal
        assert '"pid": "5001"' in node.text(f"{STATE}/last.json")
        assert node.text(f"{STATE}/lock") == ""

    def test_without_a_log_it_is_said_that_nothing_is_proved(self, node: LiveNode) -> None:
        done = replace(node, plan=replace(node.plan, log_path=None)).run()

        assert done.code == 0, done
        assert "nothing is proved" in done.stdout

    def test_by_a_kubelet_that_first_has_to_be_started_anew(self, node: LiveNode) -> None:
        node.freeze_kubelet()

        done = node.run(wait_seconds=140)

        assert (done.code, done.stderr, done.killed) == (0, "", [])
        assert node.asked_of_systemd() == ["--no-block restart kubelet"]
        assert "the kubelet has not acted on the manifest for 60 s: starting the kubelet anew" in done.journal
        assert node.text(MANIFEST) == node.plan.manifest.after

    @pytest.mark.parametrize("how", [Restart.PROCESS, Restart.DRAIN])
    def test_by_a_kubelet_that_leaves_the_node_without_a_process(self, audited: LiveNode, how: Restart) -> None:
        """The old one is ended by us, and nobody starts the next."""
        node = replace(audited, plan=replace(audited.plan, restart=how))
        node.freeze_kubelet()

        done = node.run(wait_seconds=140)

        assert (done.code, done.stderr) == (0, "")
        assert node.asked_of_systemd() == ["--no-block restart kubelet"]
        assert "the kubelet has started no kube-apiserver for 60 s: starting the kubelet anew" in done.journal

    def test_on_the_way_back_too_a_kubelet_is_started_anew(self, audited: LiveNode) -> None:
        again = 'health() { if [ "$k_pid" = 5001 ]; then echo 500; : >"$world/frozen"; else echo 200; fi; }\n'

        done = audited.run(again, wait_seconds=140)

        rolled_back(done, "the new process does not get ready")
        assert audited.asked_of_systemd() == ["--no-block restart kubelet"]

    def test_by_a_kubelet_that_takes_its_time_with_an_old_process_that_ends(self, node: LiveNode) -> None:
        """It was told to end, so it is not ready any more: a kubelet that acts is left alone."""
        node.freeze_kubelet()
        ending = (
            'health() { if [ -e "$world/frozen" ] && [ "$(clock)" -gt 1005 ]; then echo 500; else echo 200; fi; }\n'
        )
        late = (
            'pass() { k_clock=$(($(clock) + $1)); echo "$k_clock.00 1.00" >"$world/proc/uptime";'
            ' [ "$k_clock" -lt 1100 ] || rm -f "$world/frozen"; }\n'
        )

        done = node.run(ending + late, wait_seconds=200)

        assert (done.code, node.asked_of_systemd()) == (0, []), done

    def test_by_a_new_process(self, audited: LiveNode) -> None:
        done = audited.run()

        assert (done.code, done.stderr, done.killed) == (0, "", ["-9 4711"])
        assert audited.text(POLICY) == METADATA
        assert '"pid": "5001"' in audited.text(f"{STATE}/last.json")

    def test_by_a_process_that_ends_when_it_has_written_all(self, buffered: LiveNode) -> None:
        done = buffered.run()

        assert (done.code, done.stderr, done.killed) == (0, "", ["-TERM 4711"])

    def test_by_a_process_that_does_not_end_when_told(self, buffered: LiveNode) -> None:
        (buffered.world / "stubborn").write_text("4711")

        done = buffered.run()

        assert (done.code, done.stderr, done.killed) == (0, "", ["-TERM 4711", "-9 4711"])

    def test_others_called_kube_apiserver_are_left_alone(self, audited: LiveNode) -> None:
        argv = '"$world/argv/$MANIFEST_SHA256"'
        decoys = f"began 9001 {argv} user.slice 1\nbegan 9002 {argv} kubepods 2\nbegan 12 {argv} user.slice 1\n"

        done = audited.run(decoys=decoys)

        assert (done.code, done.stderr, done.killed) == (0, "", ["-9 4711"])

    def test_after_an_api_server_that_was_too_busy_at_first(self, node: LiveNode) -> None:
        done = node.run(
            'canary_code() {\n  case $1 in *-before) echo 403; return ;; esac\n  printf x >>"$world/tries"\n'
            '  if [ "$(wc -c <"$world/tries")" -le 3 ]; then echo 429; else echo 403; fi\n}\n'
        )

        assert (done.code, done.stderr) == (0, "")
        assert (node.world / "tries").read_text() == "xxxx"
        assert "answered 403" in done.stdout


class TestRolledBack:
    @pytest.mark.parametrize(
        ("scenario", "why"),
        [
            ("kubelet() { :; }", "no new kube-apiserver process appeared"),
            ("fate() { case $1 in [12]) exits no audit policy ;; *) appears ;; esac; }", "exits again and again"),
            ("fate() { case $1 in [123]) exits bad luck ;; *) appears ;; esac; }", "exits again and again"),
            ("fate() { case $1 in 1) appears_until 10 ;; *) appears ;; esac; }", "the new process ended again"),
            (
                'fate() { case $1 in 1) appears "$world/argv/$MANIFEST_SHA256" ;; *) appears ;; esac; }',
                "the new process has other arguments than the manifest",
            ),
            ('health() { [ "$k_pid" = 5001 ] && echo 500 || echo 200; }', "the new process does not get ready"),
            (LOST, "the canary was answered with 500"),
            ("canary_uri() { echo /api/v1/pods; }", "is not in /var/log/kubernetes/audit/audit.log"),
        ],
        ids=["none", "audit error", "exits", "ends", "other arguments", "not ready", "canary 500", "spoofed"],
    )  # fmt: skip
    def test_both_files_are_as_they_were(self, node: LiveNode, scenario: str, why: str) -> None:
        before = node.files()

        done = node.run(f"{scenario}\n")

        rolled_back(done, why)
        assert node.files() == before, "text and mode"
        assert done.killed == [], "the kubelet replaces the process"
        assert not node.at(f"{STATE}/last.json").exists()
        assert node.text(f"{STATE}/lock") == ""

    def test_where_no_kubelet_acts_the_old_process_never_goes_away(self, node: LiveNode) -> None:
        before = node.files()
        node.freeze_kubelet(for_good=True)

        done = node.run(wait_seconds=140)

        rolled_back(done, "no new kube-apiserver process appeared, not even after the kubelet was started anew")
        assert node.files() == before
        assert (done.killed, len(node.asked_of_systemd())) == ([], 1)

    def test_what_the_api_server_said_is_told(self, node: LiveNode) -> None:
        done = node.run("fate() { case $1 in [123]) exits unknown flag: --audit-x ;; *) appears ;; esac; }\n")

        rolled_back(done, "kube-apiserver said: Error: unknown flag: --audit-x")

    def test_a_pod_that_was_restarted_often_before_is_no_crash_loop(self, node: LiveNode) -> None:
        node.restarted(7)

        done = node.run(LOST)

        rolled_back(done)

    def test_a_policy_alone_takes_a_second_new_process(self, audited: LiveNode) -> None:
        before = audited.files()

        done = audited.run(LOST)

        rolled_back(done, "the canary was answered with 500")
        assert (done.killed, audited.files()) == (["-9 4711", "-9 5001"], before)

    @pytest.mark.parametrize("restart", [Restart.PROCESS, Restart.DRAIN])
    def test_where_no_process_is_left_none_is_killed(self, audited: LiveNode, restart: Restart) -> None:
        node = replace(audited, plan=replace(audited.plan, restart=restart))
        (node.world / "stubborn").write_text("4711")

        done = node.run("fate() { case $1 in [1-3]) exits bad luck ;; *) appears ;; esac; }\n")

        rolled_back(done, "exits again and again")
        assert done.killed[-1] == "-9 4711"

    def test_where_a_backend_has_a_buffer_it_is_written_first(self, buffered: LiveNode) -> None:
        done = buffered.run(LOST)

        rolled_back(done)
        assert done.killed == ["-TERM 4711", "-TERM 5001"]

    def test_a_folder_that_the_run_made_goes_away(self, bare: LiveNode) -> None:
        done = bare.run("fate() { case $1 in [123]) exits bad luck ;; *) appears ;; esac; }\n")

        rolled_back(done)
        assert [path.name for path in bare.at("/etc/kubernetes").iterdir()] == ["manifests"]
        assert not bare.at("/var/log").exists()

    def test_a_folder_that_a_container_had_mounted_goes_away_too(self, bare: LiveNode) -> None:
        """The kubelet makes it again as long as the new manifest counts."""
        done = bare.run(
            "fate() { case $1 in [123]) exits bad luck ;; *) appears ;; esac; }\n"
            'sleep() { [ ! -e "$policy" ] || mkdir -p "${log%/*}"; pass 7 && kubelet; }\n'
        )

        rolled_back(done)
        assert not bare.at("/var/log").exists()

    def test_a_folder_that_was_there_stays(self, bare: LiveNode) -> None:
        bare.at(POLICY).parent.mkdir(parents=True)

        done = bare.run(LOST)

        rolled_back(done)
        assert list(bare.at(POLICY).parent.iterdir()) == []


class TestRefused:
    def test_where_the_kubelet_would_not_act(self, audited: LiveNode) -> None:
        done = audited.run("idle_kubelet() { printf 'is stopped by a signal (pid 7)'; }\n")

        refused(done, "the kubelet is stopped by a signal (pid 7), so it would not start kube-apiserver again")

    def test_where_anybody_may_read_the_canary(self, node: LiveNode) -> None:
        before = node.files()

        done = node.run("canary_code() { echo 200; }\n")

        refused(done, "neither with 403 nor with 401")
        assert node.files() == before
        assert not node.at(f"{STATE}/runs/r1").exists()

    def test_where_the_rotation_does_not_fit(self, node: LiveNode) -> None:
        before = node.files()

        done = node.run("df() { printf 'Filesystem\\nx 1 1 2048 1%% /\\n'; }\n")

        refused(done, LOG, "2 MiB are free")
        assert node.files() == before

    @pytest.mark.parametrize("name", ["manifest.old", "policy.old"])
    def test_where_no_backup_can_be_written(self, node: LiveNode, name: str) -> None:
        before = node.files()

        done = node.run(f'cp() {{ case $3 in */{name}) return 1 ;; esac; command cp "$@"; }}\n')

        refused(done, "no backup could be written")
        assert node.files() == before

    def test_where_it_cannot_be_noted_that_there_was_no_policy(self, bare: LiveNode) -> None:
        before = bare.files()

        done = bare.run('df() { mkdir "$run/policy.absent"; printf "x\\nx 1 1 99999999\\n"; }\n')

        assert done.code == 10, done
        assert "no backup could be written" in done.stderr
        assert bare.files() == before

    def test_also_where_the_lock_cannot_be_emptied(self, node: LiveNode) -> None:
        before = node.files()

        done = node.run('canary_code() { echo 200; rm -rf "$state/lock"; mkdir "$state/lock"; }\n')

        refused(done, "neither with 403 nor with 401")
        assert node.files() == before

    def test_where_the_lock_cannot_be_opened(self, node: LiveNode) -> None:
        before = node.files()
        node.at(f"{STATE}/lock").mkdir(parents=True)

        done = node.run()

        refused(done, f"{STATE}/lock: is a link or a special file")
        assert node.files() == before

    @pytest.mark.parametrize(
        "moment",
        [
            'df() { printf "theirs\\n" >"$manifest"; printf "x\\nx 1 1 99999999\\n"; }',
            'date() { [ "$1" != +%s ] || printf "theirs\\n" >"$manifest"; command date "$@"; }',
            'mv() { case $3 in "$policy") printf "theirs\\n" >"$manifest" ;; esac; command mv "$@"; }',
        ],
        ids=["after the second look", "after the backup", "after the policy"],
    )
    def test_where_somebody_edits_the_manifest_meanwhile(self, node: LiveNode, moment: str) -> None:
        before = node.files()

        done = node.run(f"{moment}\n")

        refused(done, "start again")
        assert node.files() == {**before, MANIFEST[1:]: ("theirs\n", 0o640)}
