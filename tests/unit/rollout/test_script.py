"""The transaction, run by a real shell on a node's files in a folder of this machine: what it does."""

from __future__ import annotations

import json
import os
import shutil
import stat
from dataclasses import replace
from pathlib import Path

import pytest

from kubewitness.rollout.outcome import FileChange, Restart
from tests.checks.servers import LOG, MANIFEST, METADATA, POLICY
from tests.unit.rollout.trees import NOBODY, STATE, Tree, needs_a_plain_user, plan


class TestDone:
    def test_both_files_are_written_closed_to_others_and_nothing_else(self, tree: Tree) -> None:
        wanted = plan()

        done = tree.run(wanted)

        assert (done.returncode, done.stderr) == (0, "")
        assert tree.text(MANIFEST) == wanted.manifest.after
        assert tree.text(POLICY) == METADATA
        assert set(tree.files()) == {MANIFEST[1:], POLICY[1:]}, "no temporary file is left"
        assert stat.S_IMODE(tree.at(POLICY).stat().st_mode) == 0o600
        assert stat.S_IMODE(tree.at(LOG).parent.stat().st_mode) == 0o700
        assert "a file tree has no API server" in done.stdout
        assert tree.text(f"{STATE}/lock") == ""

    @pytest.mark.parametrize("mode", [0o600, 0o640, 0o644])
    def test_a_file_that_was_there_keeps_its_mode_and_owner(self, tree: Tree, mode: int) -> None:
        wanted = plan(policy="old\n")
        tree.holds(wanted)
        ids = (NOBODY, NOBODY) if os.geteuid() == 0 else (os.getuid(), os.getgid())
        for path in (MANIFEST, POLICY):
            tree.at(path).chmod(mode)
            os.chown(tree.at(path), *ids)

        tree.run(wanted)

        for path in (MANIFEST, POLICY):
            found = tree.at(path).stat()
            assert (stat.S_IMODE(found.st_mode), found.st_uid, found.st_gid) == (mode, *ids)
        assert tree.text(POLICY) == METADATA

    def test_a_reader_sees_the_old_file_or_the_new_one(self, tree: Tree) -> None:
        before = tree.at(MANIFEST).stat().st_ino
        held = tree.at(MANIFEST).open()

        tree.run(plan())

        assert tree.at(MANIFEST).stat().st_ino != before, "renamed into place, not written in place"
        with held:
            assert held.read() == plan().manifest.before

    def test_what_was_there_is_kept_outside_of_what_the_kubelet_reads(self, tree: Tree) -> None:
        wanted = plan(policy="old\n")
        tree.holds(wanted)

        tree.run(wanted)

        saved = {path.name: path.read_text() for path in tree.at(f"{STATE}/runs/r1").iterdir()}
        assert saved["manifest.old"] == wanted.manifest.before
        assert saved["manifest.new"] == wanted.manifest.after
        assert saved["policy.old"] == "old\n"
        assert saved["policy.new"] == METADATA
        assert "manifest written" in saved["journal"]
        assert all(stat.S_IMODE(path.stat().st_mode) & 0o077 == 0 for path in tree.at(f"{STATE}/runs/r1").glob("*.new"))

    def test_it_leaves_a_record_for_the_next_run(self, tree: Tree) -> None:
        tree.run(plan())

        record = json.loads(tree.text(f"{STATE}/last.json"))
        assert record == {"run": "r1", "pid": "", "started": "", "policy": POLICY, "undone": ""}
        assert tree.text(f"{STATE}/last-manifest.yaml") == plan().manifest.after
        assert tree.text(f"{STATE}/last-policy.yaml") == METADATA

    @pytest.mark.parametrize("name", ["last.json", "last-manifest.yaml", "last-policy.yaml"])
    def test_a_record_that_cannot_be_written_whole_is_not_written_and_said(self, tree: Tree, name: str) -> None:
        for old in ("last.json", "last-manifest.yaml", "last-policy.yaml"):
            tree.write(f"{STATE}/{old}", "the run before\n")
        full = f'cp() {{ case $* in */{name}) return 1 ;; esac; command cp "$@"; }}\n'

        done = tree.run(plan(), before=full)

        assert done.returncode == 0, done.stderr
        assert "this run could not be recorded" in done.stdout
        assert tree.text(f"{STATE}/last.json") == "the run before\n"
        assert tree.text(f"{STATE}/last-manifest.yaml") == "the run before\n"
        assert tree.text(f"{STATE}/last-policy.yaml") == "the run before\n"

    def test_a_second_run_changes_what_the_first_one_left(self, tree: Tree) -> None:
        tree.run(plan())
        second = replace(
            plan(),
            manifest=FileChange(MANIFEST, plan().manifest.after, plan().manifest.after),
            policy=FileChange(POLICY, METADATA, "second\n"),
            restart=Restart.PROCESS,
        )

        done = tree.run(second, run="r2")

        assert done.returncode == 0, done.stderr
        assert tree.text(POLICY) == "second\n"
        assert tree.text(f"{STATE}/runs/r2/policy.old") == METADATA
        assert not tree.at(f"{STATE}/runs/r2/manifest.old").exists()
        assert json.loads(tree.text(f"{STATE}/last.json"))["run"] == "r2"

    def test_a_policy_is_taken_away_on_the_way_back(self, tree: Tree) -> None:
        there = plan()
        tree.run(there)
        assert there.policy is not None
        back = replace(
            there,
            manifest=FileChange(MANIFEST, there.manifest.after, there.manifest.before),
            policy=FileChange(POLICY, METADATA, None),
        )

        done = tree.run(back, run="r2")

        assert done.returncode == 0, done.stderr
        assert tree.text(MANIFEST) == there.manifest.before
        assert not tree.at(POLICY).exists()
        assert tree.text(f"{STATE}/runs/r2/policy.old") == METADATA
        assert not tree.at(f"{STATE}/last-policy.yaml").exists()

    def test_a_policy_that_somebody_edits_meanwhile_is_not_taken_away(self, tree: Tree) -> None:
        there = plan()
        tree.run(there)
        back = replace(
            there,
            manifest=FileChange(MANIFEST, there.manifest.after, there.manifest.before),
            policy=FileChange(POLICY, METADATA, None),
        )
        edit = 'mv() { case $3 in "$manifest") echo "# mine" >>"$policy" ;; esac; command mv "$@"; }\n'

        done = tree.run(back, run="r2", before=edit)

        assert done.returncode == 0, done.stderr
        assert tree.text(POLICY) == f"{METADATA}# mine\n"
        assert f"policy left: {POLICY}: was changed by somebody else" in done.stdout

    @pytest.mark.parametrize(
        "text", ["", "no newline", "a\r\nb\r\n", "caf\udce9 \udcff\n", "#\n" * 40_000, "\ttab \\n %s\n"]
    )
    def test_bytes_arrive_as_they_are(self, tree: Tree, text: str) -> None:
        wanted = replace(plan(), policy=FileChange(POLICY, None, text))

        done = tree.run(wanted)

        assert done.returncode == 0, done.stderr
        assert tree.text(POLICY) == text

    def test_links_are_followed_inside_the_root(self, tree: Tree) -> None:
        tree.at("/srv").mkdir()
        shutil.move(tree.at("/etc/kubernetes"), tree.at("/srv/kubernetes"))
        tree.at("/etc/kubernetes").symlink_to("/srv/kubernetes")

        done = tree.run(plan())

        assert done.returncode == 0, done.stderr
        assert tree.text("/srv/kubernetes/audit/policy.yaml") == METADATA
        assert not Path("/srv/kubernetes").exists()

    def test_nobody_s_name_is_a_command(self, tree: Tree) -> None:
        done = tree.run(plan(), owner="$(touch pwned) `touch pwned` '; touch pwned; '", run="r1")

        assert done.returncode == 0
        assert list(tree.root.rglob("pwned")) == []

    @needs_a_plain_user
    def test_a_plain_user_may_change_a_tree_of_its_own(self, tree: Tree, as_plain_user: tuple[str, ...]) -> None:
        done = tree.run(plan(), prefix=as_plain_user)

        assert (done.returncode, done.stderr) == (0, "")
        assert tree.text(POLICY) == METADATA

    def test_the_end_of_the_connection_does_not_stop_it(self, tree: Tree) -> None:
        with Path("/dev/full").open("w") as nowhere:
            done = tree.run(plan(), stdout=nowhere, stderr=nowhere)

        assert done.returncode == 0
        assert tree.text(POLICY) == METADATA
        assert "done in" in tree.journal()
