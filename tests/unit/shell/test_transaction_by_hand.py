"""The transaction on a live node, where it cannot put back what was there: it says what to do by hand."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from kubewitness.rollout.outcome import FileChange
from tests.checks.servers import MANIFEST, METADATA, POLICY
from tests.unit.shell.live_node import LOST, NOTHING, STATE

if TYPE_CHECKING:
    from tests.unit.shell.live_node import LiveNode


class TestLookAtTheNode:
    def test_what_somebody_else_writes_meanwhile_is_not_lost(self, node: LiveNode) -> None:
        """Nothing is put back over it, and the policy that it may name stays."""
        edit = 'canary_code() { case $1 in *-before) echo 403 ;; *) echo "# mine" >>"$manifest"; echo 500 ;; esac; }\n'

        done = node.run(edit)

        assert done.code == 30
        assert "was changed by somebody else while this run waited, so nothing is put back" in done.stderr
        assert node.text(MANIFEST).startswith(node.plan.manifest.after or "?")
        assert "# mine" in node.text(MANIFEST)
        assert node.text(POLICY) == METADATA

    def test_a_manifest_whose_backup_is_lost_is_left(self, node: LiveNode) -> None:
        done = node.run(f'{LOST}fate() {{ appears; rm -f "$run/manifest.old" "$(staged "$manifest" .back)"; }}\n')

        assert done.code == 30, done
        assert "could not be put back" in done.stderr
        assert node.text(MANIFEST) == node.plan.manifest.after
        assert node.text(POLICY) == METADATA, "the manifest in force may need it"
        assert node.text(f"{STATE}/lock") == ""

    def test_a_policy_that_somebody_else_edits_meanwhile_is_not_lost(self, node: LiveNode) -> None:
        edit = 'canary_code() { case $1 in *-before) echo 403 ;; *) echo "# mine" >>"$policy"; echo 500 ;; esac; }\n'

        done = node.run(edit)

        assert done.code == 30
        assert f"{POLICY}: was changed by somebody else while this run waited" in done.stderr
        assert node.text(POLICY).startswith(METADATA + "# mine\n")
        assert node.text(MANIFEST) == node.plan.manifest.after

    def test_a_policy_stays_where_the_manifest_that_names_it_cannot_go_back(self, bare: LiveNode) -> None:
        """Without it kube-apiserver would not start again."""
        stuck = 'mv() { case $2 in *.back) return 1 ;; esac; command mv "$@"; }\n'

        done = bare.run(f"{LOST}{stuck}")

        assert done.code == 30, done
        assert (bare.text(MANIFEST), bare.text(POLICY)) == (bare.plan.manifest.after, METADATA)
        assert f"copy manifest.old over {MANIFEST}, then remove {POLICY}" in done.stderr

    def test_where_nothing_was_written_nothing_is_put_back(self, audited: LiveNode) -> None:
        same = FileChange(POLICY, NOTHING, NOTHING)
        node = replace(audited, plan=replace(audited.plan, policy=same))
        before = node.files()

        done = node.run(LOST)

        assert done.code == 30, done
        assert "nothing was written by this run, so nothing is put back" in done.stderr
        assert done.killed == ["-9 4711"], "and no second time"
        assert node.files() == before

    def test_where_the_old_configuration_does_not_serve_either(self, node: LiveNode) -> None:
        before = node.files()

        done = node.run('health() { [ -e "$world/proc/4711" ] && echo 200 || echo 500; }\n')

        assert done.code == 30, done
        assert "rolled back, but kube-apiserver is not ready (the new process does not get ready)" in done.stderr
        assert node.files() == before
