"""The transaction, run by a real shell on a node's files in a folder of this machine."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import stat
import subprocess
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO, Final

import pytest

from kubewitness.model import View
from kubewitness.rollout.outcome import FileChange, Plan, Restart, WantedPolicy
from kubewitness.rollout.plan import plan_audit
from kubewitness.rollout.script import transaction_input, transaction_script
from tests.checks.servers import LOG, MANIFEST, METADATA, POLICY, server
from tests.checks.standards import standard

OFF: Final = {
    "view": "tree",
    "flags": dict.fromkeys(
        ["audit-policy-file", "audit-log-path", "audit-log-maxage", "audit-log-maxbackup", "audit-log-maxsize"]
    ),
    "mounts": {"policy": None, "log": None},
    "policy": None,
}
"""A kubeadm node as kubeadm leaves it."""
STATE: Final = "var/lib/kubewitness"
NOBODY: Final = 65534
needs_a_plain_user = pytest.mark.skipif(
    os.geteuid() == 0 and shutil.which("setpriv") is None, reason="root may write everything, and there is no setpriv"
)


def plan(**changes: object) -> Plan:
    """The plan for a node without auditing, with ``changes``."""
    found = plan_audit(server(**{**OFF, **changes}), standard(), WantedPolicy(METADATA, "policy.yaml", exact=False))
    assert isinstance(found, Plan)
    return found


@dataclass
class Tree:
    """A node's files below ``root``, and the transaction on them."""

    root: Path

    def holds(self, of: Plan) -> Tree:
        """Write what ``of`` expects to find."""
        for change in (of.manifest, of.policy):
            if change is not None and change.before is not None:
                self.write(change.path, change.before)
        return self

    def at(self, path: str) -> Path:
        return self.root / path.lstrip("/")

    def write(self, path: str, text: str) -> None:
        self.at(path).parent.mkdir(parents=True, exist_ok=True)
        self.at(path).write_bytes(text.encode("utf-8", "surrogateescape"))

    def text(self, path: str) -> str:
        return self.at(path).read_bytes().decode("utf-8", "surrogateescape")

    def files(self) -> dict[str, tuple[str, int]]:
        """Path -> hash and mode of everything but our own state."""
        return {
            name: (hashlib.sha256(path.read_bytes()).hexdigest(), stat.S_IMODE(path.stat().st_mode))
            for path in sorted(self.root.rglob("*"))
            if path.is_file() and not (name := str(path.relative_to(self.root))).startswith(STATE)
        }

    def run(
        self,
        of: Plan,
        *,
        run: str = "r1",
        owner: str = "anna@laptop (process 1)",
        given: str | None = None,
        prefix: tuple[str, ...] = (),
        before: str = "",
        stderr: int | IO[str] = subprocess.PIPE,
        stdout: int | IO[str] = subprocess.PIPE,
    ) -> subprocess.CompletedProcess[str]:
        script = before + transaction_script(of, view=View.TREE, root=str(self.root), run=run, owner=owner)
        lines = "".join(f"{line}\n" for line in transaction_input(of)) if given is None else given
        return subprocess.run(
            [*prefix, "sh", "-c", script],
            input=lines, stdout=stdout, stderr=stderr, text=True, check=False, timeout=60, cwd=self.root,
        )  # fmt: skip

    def start(self, of: Plan, *, run: str) -> subprocess.Popen[str]:
        """The same without waiting for its end."""
        script = transaction_script(of, view=View.TREE, root=str(self.root), run=run, owner="anna@laptop (process 1)")
        started = subprocess.Popen(
            ["sh", "-c", script], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, text=True
        )
        if started.stdin is not None:
            started.stdin.write("".join(f"{line}\n" for line in transaction_input(of)))
            started.stdin.close()
        return started

    def journal(self, run: str = "r1") -> str:
        return self.text(f"{STATE}/runs/{run}/journal")


@pytest.fixture
def tree(tmp_path: Path) -> Tree:
    return Tree(tmp_path / "root with space").holds(plan())


@pytest.fixture
def as_plain_user(tree: Tree) -> tuple[str, ...]:
    """Words in front of a command that run it as a user without rights, to whom the tree belongs."""
    if os.geteuid() != 0:
        return ()
    for folder in list(tree.root.parents)[:3]:  # pytest closes its own folders to others
        folder.chmod(0o755)
    for path in [tree.root, *tree.root.rglob("*")]:
        os.chown(path, NOBODY, NOBODY)
    return ("setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups")


def refused(done: subprocess.CompletedProcess[str], *words: str) -> None:
    assert done.returncode == 10, done.stdout + done.stderr
    assert done.stderr.startswith("kubewitness: ")
    assert done.stderr.count("\n") == 1, done.stderr
    for word in words:
        assert word in done.stderr


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
        assert record == {"run": "r1", "pid": "", "started": "", "policy": POLICY}
        assert tree.text(f"{STATE}/last-manifest.yaml") == plan().manifest.after
        assert tree.text(f"{STATE}/last-policy.yaml") == METADATA

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


class TestLock:
    def test_of_a_live_process_is_respected_and_its_owner_named(self, tree: Tree) -> None:
        tree.write(f"{STATE}/lock", "ben@desk (process 7), run r0\n")
        before = tree.files()
        holder = subprocess.Popen(["flock", str(tree.at(f"{STATE}/lock")), "sleep", "30"])
        try:
            wait_until_held(tree.at(f"{STATE}/lock"))
            done = tree.run(plan())
        finally:
            holder.kill()
            holder.wait()
            subprocess.run(["pkill", "-P", str(holder.pid)], check=False)

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


def wait_until_held(path: Path) -> None:
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        if subprocess.run(["flock", "-n", str(path), "true"], check=False).returncode:
            return
        time.sleep(0.05)
    raise AssertionError("nobody took the lock")
