"""The transaction's way back on a live node: in which order, over what, and what is told where it fails."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kubewitness.rollout.outcome import FileChange
from tests.checks.servers import MANIFEST, METADATA, POLICY
from tests.unit.shell.live_node import LOST, NOTHING, STATE, LiveNode

RUN = f"{STATE}/runs/r1"


def meanwhile(command: str) -> str:
    """What somebody else does while the canary is awaited, which is not answered."""
    return f"canary_code() {{ case $1 in *-before) echo 403 ;; *) {command}; echo 500 ;; esac; }}\n"


def once_serving(tool: str, pattern: str) -> str:
    """After the new configuration served, a tool of the node fails where its arguments are like ``pattern``."""
    return (
        f'{LOST}{tool}() {{ if [ "$(cat "$world/starts")" != 0 ]; then case "$*" in {pattern}) return 1 ;; esac; fi;'
        f' command {tool} "$@"; }}\n'
    )


class TestOrder:
    """A manifest that names a policy which is not there is an API server that does not start."""

    def test_the_manifest_goes_back_before_the_policy_that_it_may_name(self, bare: LiveNode) -> None:
        seen = (
            f'{LOST}mv() {{ case $2 in *.old) echo "$2: $([ -e "$policy" ] && echo there)" >>"$world/seen" ;; esac;'
            ' command mv "$@"; }\n'
        )

        done = bare.run(seen)

        assert done.code == 20, done
        assert (bare.world / "seen").read_text().endswith(".kube-apiserver.yaml.old: there\n")
        assert not bare.at(POLICY).exists()

    def test_a_manifest_that_cannot_go_back_keeps_the_policy_that_it_names(self, bare: LiveNode) -> None:
        done = bare.run(once_serving("mv", "*kube-apiserver.yaml"))

        assert done.code == 30, done
        assert (bare.text(MANIFEST), bare.text(POLICY)) == (bare.plan.manifest.after, METADATA)
        assert f"copy {RUN}/manifest.old over {MANIFEST}, then remove {POLICY}" in done.stderr
        assert bare.text(f"{STATE}/lock") == ""

    def test_a_policy_that_cannot_go_back_is_told_alone(self, node: LiveNode) -> None:
        done = node.run(once_serving("mv", "*policy.yaml"))

        assert done.code == 30, done
        assert (node.text(MANIFEST), node.text(POLICY)) == (node.plan.manifest.before, METADATA)
        assert f"could not be put back: copy {RUN}/policy.old over {POLICY}" in done.stderr

    @pytest.mark.parametrize("tool", ["cp", "chmod"])
    def test_a_disk_that_is_full_by_then_does_not_hinder_it(self, node: LiveNode, tool: str) -> None:
        before = node.files()

        done = node.run(once_serving(tool, "*.kubewitness.*"))

        assert done.code == 20, done
        assert node.files() == before

    @pytest.mark.parametrize("name", ["kube-apiserver.yaml", "policy.yaml"])
    def test_without_room_for_it_nothing_is_begun(self, node: LiveNode, name: str) -> None:
        before = node.files()

        done = node.run(f'cp() {{ case $2 in *.{name}.old) return 1 ;; esac; command cp "$@"; }}\n')

        assert done.code == 10, done
        assert "could not be written: is the disk full or read-only?" in done.stderr
        assert node.files() == before

    def test_a_manifest_whose_saved_copy_is_lost_is_put_back_all_the_same(self, node: LiveNode) -> None:
        before = node.files()

        done = node.run(f'{LOST}fate() {{ appears; rm -f "$run/manifest.old"; }}\n')

        assert done.code == 20, done
        assert node.files() == before


class TestWhatSomebodyElseWrites:
    """Nothing is put back over it."""

    def test_to_the_manifest(self, node: LiveNode) -> None:
        """The policy that it may name stays too."""
        done = node.run(meanwhile('echo "# mine" >>"$manifest"'))

        assert done.code == 30
        assert f"{MANIFEST}: was changed by somebody else while this run waited, so nothing is put back" in done.stderr
        assert RUN in done.stderr
        assert node.text(MANIFEST).startswith(f"{node.plan.manifest.after}# mine\n")
        assert node.text(POLICY) == METADATA

    def test_to_the_policy(self, audited: LiveNode) -> None:
        done = audited.run(meanwhile('echo "# mine" >>"$policy"'))

        assert done.code == 30
        assert f"{POLICY}: was changed by somebody else while this run waited, so nothing is put back" in done.stderr
        assert RUN in done.stderr
        assert audited.text(POLICY).startswith(f"{METADATA}# mine\n")

    @pytest.mark.parametrize("which", ["node", "bare"])
    def test_to_the_policy_which_keeps_no_manifest_from_going_back(
        self, request: pytest.FixtureRequest, which: str
    ) -> None:
        node: LiveNode = request.getfixturevalue(which)
        before = node.text(MANIFEST)

        done = node.run(meanwhile('echo "# mine" >>"$policy"'))

        assert done.code == 20, done
        assert f"policy left: {POLICY}: was changed by somebody else while this run waited" in done.stdout
        assert node.text(POLICY).startswith(f"{METADATA}# mine\n")
        assert node.text(MANIFEST) == before

    @pytest.mark.parametrize(
        "command",
        ['cp "$run/manifest.old" "$manifest"', 'cp "$run/policy.old" "$policy"'],
        ids=["the manifest", "the policy"],
    )
    def test_what_was_there_before_is_no_loss(self, node: LiveNode, command: str) -> None:
        """Whoever keeps the node's files in order puts back what he knows."""
        before = node.files()

        done = node.run(meanwhile(command))

        assert done.code == 20, done
        assert node.files() == before


def test_where_nothing_was_written_nothing_is_put_back(audited: LiveNode) -> None:
    same = FileChange(POLICY, NOTHING, NOTHING)
    node = replace(audited, plan=replace(audited.plan, policy=same))
    before = node.files()

    done = node.run(LOST)

    assert done.code == 30, done
    assert "nothing was written by this run, so nothing is put back" in done.stderr
    assert done.killed == ["-9 4711"], "and no second time"
    assert node.files() == before


def test_where_the_old_configuration_does_not_serve_either(node: LiveNode) -> None:
    before = node.files()

    done = node.run('health() { [ -e "$world/proc/4711" ] && echo 200 || echo 500; }\n')

    assert done.code == 30, done
    assert "rolled back, but kube-apiserver is not ready (the new process does not get ready)" in done.stderr
    assert node.files() == before


def test_what_a_killed_run_left_beside_the_files_is_taken_away(node: LiveNode) -> None:
    left = [node.at(path).parent / f".kubewitness.{path.rpartition('/')[2]}.{kind}"
            for path in (MANIFEST, POLICY) for kind in ("new", "old")]  # fmt: skip
    for path in left:
        path.write_text("half\n")

    done = node.run()

    assert done.code == 0, done
    assert [path for path in left if path.exists()] == []
