"""What the transaction keeps on a node, and what of it a later run takes away."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

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


class TestNotOurs:
    @pytest.mark.parametrize(
        "name",
        ["lock", "runs", "last.json", ".last.json", "last-manifest.yaml", ".last-manifest.yaml", ".last-policy.yaml"],
    )
    @pytest.mark.parametrize("to_folder", [True, False])
    def test_no_link_leads_out_of_the_root(self, tree: Tree, tmp_path: Path, name: str, *, to_folder: bool) -> None:
        wanted = plan()
        before = tree.holds(wanted).files()
        mine = tmp_path / "mine"
        if to_folder:
            mine.mkdir()
        else:
            mine.write_text("mine\n")
        tree.at(STATE).mkdir(parents=True)
        (tree.at(STATE) / name).symlink_to(mine)

        done = tree.run(wanted)

        assert done.returncode == 10
        assert "holds a link, or what is not ours" in done.stderr
        assert list(mine.iterdir()) == [] if to_folder else mine.read_text() == "mine\n"
        assert tree.files() == before

    def test_a_lock_that_is_a_pipe_makes_nobody_wait(self, tree: Tree) -> None:
        tree.holds(plan())
        tree.at(STATE).mkdir(parents=True)
        os.mkfifo(tree.at(STATE) / "lock")

        done = tree.run(plan())

        assert done.returncode == 10
        assert "holds a link, or what is not ours" in done.stderr


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
