"""The transaction, run by a real shell on a node's files in a folder of this machine: when it does nothing."""

from __future__ import annotations

import fcntl
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from kubewitness.rollout.script import transaction_input
from tests.checks.servers import LOG, MANIFEST, METADATA, POLICY
from tests.unit.rollout.trees import STATE, Tree, needs_a_plain_user, plan

if TYPE_CHECKING:
    from collections.abc import Callable

    Tool = Callable[[str, str], str]


def refused(done: subprocess.CompletedProcess[str], *words: str) -> None:
    assert done.returncode == 10, done.stdout + done.stderr
    assert done.stderr.startswith("kubewitness: ")
    assert done.stderr.count("\n") == 1, done.stderr
    for word in words:
        assert word in done.stderr


class TestRefused:
    @pytest.mark.parametrize("path", [MANIFEST, POLICY])
    def test_a_file_that_changed_since_it_was_read(self, tree: Tree, path: str) -> None:
        wanted = plan(policy="old\n")
        tree.holds(wanted).write(path, "somebody else's\n")
        before = tree.files()

        done = tree.run(wanted)

        refused(done, path, "changed since it was read", "start again")
        assert tree.files() == before
        assert tree.text(f"{STATE}/lock") == ""
        assert not tree.at(f"{STATE}/runs/r1").exists(), "nothing of it is worth keeping"

    def test_a_file_that_appeared_since(self, tree: Tree) -> None:
        tree.write(POLICY, "somebody else's\n")
        before = tree.files()

        done = tree.run(plan())

        refused(done, POLICY, "changed since it was read")
        assert tree.files() == before

    def test_a_file_that_went_away_since(self, tree: Tree) -> None:
        wanted = plan()
        tree.at(MANIFEST).unlink()

        done = tree.run(wanted)

        refused(done, MANIFEST, "changed since it was read")
        assert tree.files() == {}

    def test_the_same_run_a_second_time(self, tree: Tree) -> None:
        tree.run(plan())
        before = tree.files()

        done = tree.run(plan(), run="r2")

        refused(done, "changed since it was read")
        assert tree.files() == before

    @pytest.mark.parametrize("share", [0.0, 0.1, 0.5, 0.9, 0.999])
    def test_input_that_was_cut_off(self, tree: Tree, share: float) -> None:
        whole = "".join(f"{line}\n" for line in transaction_input(plan()))
        before = tree.files()

        done = tree.run(plan(), given=whole[: int(len(whole) * share)])

        refused(done, "the connection ended before everything was sent")
        assert tree.files() == before

    def test_input_that_is_no_base64(self, tree: Tree) -> None:
        before = tree.files()

        done = tree.run(plan(), given="manifest !!!!\nend\n")

        assert done.returncode == 10
        assert tree.files() == before

    def test_it_ends_also_where_nobody_can_be_told(self, tree: Tree) -> None:
        tree.write(POLICY, "somebody else's\n")
        before = tree.files()

        with Path("/dev/full").open("w") as nowhere:
            done = tree.run(plan(), stdout=nowhere, stderr=nowhere)

        assert done.returncode == 10
        assert tree.files() == before

    def test_no_room_for_the_backup(self, tree: Tree) -> None:
        before = tree.files()

        done = tree.run(plan(), before="ulimit -f 2\n")  # blocks of 512 bytes: less than the manifest

        assert done.returncode == 10
        assert "is the disk full?" in done.stderr
        assert tree.files() == before
        assert tree.text(f"{STATE}/lock") == ""

    @needs_a_plain_user
    def test_a_manifest_folder_that_cannot_be_written(self, tree: Tree, as_plain_user: tuple[str, ...]) -> None:
        before = tree.files()
        tree.at(MANIFEST).parent.chmod(0o555)

        done = tree.run(plan(), prefix=as_plain_user)

        assert done.returncode == 10
        assert "could not be written: is the disk full or read-only?" in done.stderr
        assert tree.files() == before, "the policy, written before it, is gone again"
        assert not tree.at(POLICY).parent.exists()
        assert not tree.at(LOG).parent.exists()

    @needs_a_plain_user
    def test_a_state_folder_that_cannot_be_written(self, tree: Tree, as_plain_user: tuple[str, ...]) -> None:
        before = tree.files()
        tree.root.chmod(0o555)

        done = tree.run(plan(), prefix=as_plain_user)

        assert done.returncode == 10
        assert "kubewitness: /var/lib/kubewitness: cannot be written" in done.stderr
        assert tree.files() == before

    def test_a_policy_folder_that_cannot_be_made(self, tree: Tree) -> None:
        tree.write("/etc/kubernetes/audit", "a file where the folder has to be\n")
        before = tree.files()

        done = tree.run(plan())

        assert done.returncode == 10
        assert f"{POLICY}: could not be written" in done.stderr
        assert tree.files() == before

    def test_a_log_folder_that_cannot_be_made_leaves_a_policy_that_suffices(self, tree: Tree) -> None:
        wanted = plan(policy=METADATA)
        assert wanted.written == (wanted.manifest,)
        tree.holds(wanted).write("/var/log/kubernetes", "a file where the folder has to be\n")
        before = tree.files()

        done = tree.run(wanted)

        assert done.returncode == 10
        assert "/var/log/kubernetes/audit: could not be made" in done.stderr
        assert tree.files() == before

    def test_a_log_folder_that_cannot_be_made_takes_our_policy_away_again(self, tree: Tree) -> None:
        tree.write("/var/log/kubernetes", "a file where the folder has to be\n")
        before = tree.files()

        done = tree.run(plan())

        assert done.returncode == 10
        assert tree.files() == before

    @pytest.mark.parametrize("path", [f"/{STATE}", "/etc/kubernetes/audit", "/var/log/kubernetes"])
    def test_links_in_a_circle_do_not_lead_out_of_the_root(self, tree: Tree, path: str) -> None:
        tree.at(path).parent.mkdir(parents=True, exist_ok=True)
        tree.at(path).symlink_to(path)
        before = tree.files()

        done = tree.run(plan(), run="kubewitness-test-must-not-appear")

        refused(done, path, "symbolic links that lead in a circle: mend them first")
        assert tree.files() == before
        assert not Path("/runs/kubewitness-test-must-not-appear").exists()


def once(path: Path) -> str:
    """Shell text that adds a line to a file, if it is not there yet."""
    return f"grep -q later '{path}' || echo later >>'{path}'"


class TestAtTheWorstMoment:
    """A tool of the node that does something else first, or fails: each step may be the one at which it happens."""

    @pytest.fixture
    def tool(self, tmp_path: Path) -> Tool:
        """Puts ``text`` in front of a tool; returns the line that lets a script find it."""

        def wrap(name: str, text: str) -> str:
            found = shutil.which(name)
            (tmp_path / "bin").mkdir(exist_ok=True)
            (tmp_path / "bin" / name).write_text(f'#!/bin/sh\n{text}\nexec {found} "$@"\n')
            (tmp_path / "bin" / name).chmod(0o755)
            return f"PATH={tmp_path}/bin:$PATH\n"

        return wrap

    @pytest.mark.parametrize("path", [MANIFEST, POLICY])
    def test_a_file_that_changes_while_it_is_saved(self, tree: Tree, tool: Tool, path: str) -> None:
        wanted = plan(policy="old\n")
        tree.holds(wanted)
        late = tool("cp", once(tree.at(path)))

        done = tree.run(wanted, before=late)

        assert done.returncode == 10
        assert tree.text(MANIFEST).removesuffix("later\n") == wanted.manifest.before
        assert tree.text(POLICY).removesuffix("later\n") == "old\n"
        assert tree.text(path).endswith("later\n"), "what somebody else wrote stays"

    def test_a_manifest_that_changes_between_its_backup_and_the_new_one(self, tree: Tree, tool: Tool) -> None:
        wanted = plan(policy="old\n")
        tree.holds(wanted)
        late = tool("mv", f"case $* in *policy.yaml) {once(tree.at(MANIFEST))} ;; esac")

        done = tree.run(wanted, before=late)

        assert done.returncode == 10
        assert tree.text(MANIFEST) == f"{wanted.manifest.before}later\n"
        assert tree.text(POLICY) == "old\n", "put back"
        assert tree.text(f"{STATE}/runs/r1/policy.old") == "old\n", "a backup outlives what it may be needed for"

    @pytest.mark.parametrize("policy", [None, "old\n"])
    def test_a_rename_that_fails(self, tree: Tree, tool: Tool, policy: str | None) -> None:
        wanted = plan(policy=policy)
        before = tree.holds(wanted).files()
        broken = tool("mv", "case $* in *kube-apiserver.yaml) exit 1 ;; esac")

        done = tree.run(wanted, before=broken)

        assert done.returncode == 10
        assert tree.files() == before

    def test_a_way_back_that_fails_too_is_said_and_the_backup_is_kept(self, tree: Tree, tool: Tool) -> None:
        wanted = plan(policy="old\n")
        tree.holds(wanted)
        broken = tool("mv", "case $* in *kube-apiserver.yaml | *policy.yaml.old*) exit 1 ;; esac")

        done = tree.run(wanted, before=broken)

        assert done.returncode == 30
        assert f"could not be put back: copy /{STATE}/runs/r1/policy.old over {POLICY}" in done.stderr
        assert tree.text(f"{STATE}/runs/r1/policy.old") == "old\n"
        assert tree.text(MANIFEST) == wanted.manifest.before


class TestLock:
    def test_of_a_live_process_is_respected_and_its_owner_named(self, tree: Tree) -> None:
        tree.write(f"{STATE}/lock", "ben@desk (process 7), run r0\n")
        before = tree.files()
        with tree.at(f"{STATE}/lock").open("a") as held:
            fcntl.flock(held, fcntl.LOCK_EX)
            done = tree.run(plan())

        refused(done, "is being changed by ben@desk (process 7), run r0")
        assert tree.files() == before
        assert not tree.at(f"{STATE}/runs/r1").exists()

    def test_of_a_run_that_was_killed_is_free_and_named(self, tree: Tree) -> None:
        tree.write(f"{STATE}/lock", "ben@desk (process 7), run r0\n")

        done = tree.run(plan())

        assert done.returncode == 0, done.stderr
        assert "the last run was ended before it was done: ben@desk (process 7), run r0" in done.stdout
        assert tree.text(POLICY) == METADATA
        assert tree.text(f"{STATE}/lock") == ""

    def test_two_at_once_are_one_after_the_other_or_one_alone(self, tree: Tree) -> None:
        """Started together: each that ends well did its work alone, the other is refused and has changed nothing."""
        runs = [tree.start(plan(), run=f"r{number}") for number in range(4)]

        codes = sorted(run.wait(timeout=60) for run in runs)

        assert codes[0] == 0
        assert set(codes) <= {0, 10}
        assert tree.text(POLICY) == METADATA
        assert tree.text(f"{STATE}/lock") == ""
