"""What the transaction keeps on a node, and what of it a later run takes away."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from kubewitness.rollout.outcome import FileChange, Plan
from tests.checks.servers import LOG, MANIFEST, METADATA, POLICY
from tests.unit.rollout.trees import STATE, Tree, plan

if TYPE_CHECKING:
    from pathlib import Path


def way_back(there: Plan) -> Plan:
    """Undoes run r1, which made ``there`` so."""
    return replace(
        there,
        manifest=FileChange(MANIFEST, there.manifest.after, there.manifest.before),
        policy=FileChange(POLICY, METADATA, None),
        undone="r1",
    )


class TestFoldersThatARunMade:
    def test_go_with_it_where_they_are_empty(self, tree: Tree) -> None:
        tree.run(plan())

        done = tree.run(way_back(plan()), run="r2")

        assert done.returncode == 0, done.stderr
        assert not tree.at(POLICY).parent.exists()
        assert not tree.at("/var/log").exists()
        assert tree.at("/etc/kubernetes/manifests").is_dir()

    def test_stay_where_something_is_in_them(self, tree: Tree) -> None:
        tree.run(plan())
        tree.write(LOG, "an event\n")

        tree.run(way_back(plan()), run="r2")

        assert tree.text(LOG) == "an event\n"
        assert not tree.at(POLICY).parent.exists()

    def test_stay_where_somebody_else_made_them(self, tree: Tree) -> None:
        tree.at(LOG).parent.mkdir(parents=True)
        tree.run(plan())

        tree.run(way_back(plan()), run="r2")

        assert tree.at(LOG).parent.is_dir()

    def test_no_path_leads_out_of_the_root(self, tree: Tree, tmp_path: Path) -> None:
        (tmp_path / "mine").mkdir()
        tree.run(plan())
        (tree.at(STATE) / "runs/r1/made").write_text("/../mine\n/etc/../../mine\n")

        tree.run(way_back(plan()), run="r2")

        assert (tmp_path / "mine").is_dir()
