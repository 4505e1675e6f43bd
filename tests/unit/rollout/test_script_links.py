"""The transaction on a tree that somebody else made: nothing in it leads out of its root, or never ends."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.checks.servers import MANIFEST, POLICY
from tests.unit.rollout.trees import STATE, Tree, plan

OURS = ["lock", "last.json", "last-manifest.yaml", "last-policy.yaml"]


@pytest.fixture
def outside(tmp_path: Path) -> Path:
    """A folder beside the tree, with a file each that a link may name."""
    folder = tmp_path / "outside"
    folder.mkdir()
    for name in [*OURS, "policy.yaml"]:
        (folder / name).write_text("mine\n")
    return folder


def held(folder: Path) -> dict[str, str]:
    return {path.name: path.read_text() for path in folder.iterdir()}


@pytest.mark.parametrize("name", [*OURS, "runs"])
@pytest.mark.parametrize("there", [True, False])
def test_a_link_in_our_folder_is_refused(tree: Tree, outside: Path, name: str, there: bool) -> None:
    target = outside if name == "runs" else outside / name
    tree.at(STATE).mkdir(parents=True)
    tree.at(f"{STATE}/{name}").symlink_to(target if there else outside / "absent")
    before, mine = tree.files(), held(outside)

    done = tree.run(plan())

    assert done.returncode == 10, done
    assert done.stderr.count("\n") == 1, done.stderr
    assert f"kubewitness: /{STATE}/{name}: is a link or a special file: no run of ours made it" in done.stderr
    assert (tree.files(), held(outside)) == (before, mine)


@pytest.mark.parametrize("name", [*OURS, "runs"])
def test_a_pipe_in_our_folder_is_refused_and_not_waited_for(tree: Tree, name: str) -> None:
    tree.at(STATE).mkdir(parents=True)
    os.mkfifo(tree.at(f"{STATE}/{name}"))
    before = tree.files()

    done = tree.run(plan())

    assert done.returncode == 10, done
    assert f"/{STATE}/{name}: is a link or a special file" in done.stderr
    assert tree.files() == before


@pytest.mark.parametrize("path", [MANIFEST, POLICY])
@pytest.mark.parametrize("kind", ["new", "old"])
def test_a_link_where_a_file_is_staged_is_taken_away(tree: Tree, outside: Path, path: str, kind: str) -> None:
    tree.holds(plan(policy="old\n"))
    staged = tree.at(path).parent / f".kubewitness.{tree.at(path).name}.{kind}"
    staged.symlink_to(outside / "policy.yaml")
    mine = held(outside)

    done = tree.run(plan(policy="old\n"))

    assert done.returncode == 0, done
    assert held(outside) == mine
    assert not staged.is_symlink()


@pytest.mark.parametrize("path", [MANIFEST, POLICY])
@pytest.mark.parametrize("kind", ["new", "old"])
def test_a_folder_where_a_file_is_staged_is_refused(tree: Tree, path: str, kind: str) -> None:
    tree.holds(plan(policy="old\n"))
    (tree.at(path).parent / f".kubewitness.{tree.at(path).name}.{kind}").mkdir()
    before = tree.files()

    done = tree.run(plan(policy="old\n"))

    assert done.returncode == 10, done
    assert f"{path}: could not be written" in done.stderr
    assert tree.files() == before


@pytest.mark.parametrize("path", [MANIFEST, POLICY])
def test_a_pipe_in_the_place_of_a_file_is_refused_and_not_waited_for(tree: Tree, path: str) -> None:
    wanted = plan(policy="old\n")
    tree.holds(wanted).at(path).unlink()
    os.mkfifo(tree.at(path))

    done = tree.run(wanted)

    assert done.returncode == 10, done
    assert f"{path}: changed since it was read" in done.stderr


def test_a_run_of_that_name_is_not_written_over(tree: Tree) -> None:
    tree.write(f"{STATE}/runs/r1/manifest.old", "the first backup\n")
    before = tree.files()

    done = tree.run(plan())

    assert done.returncode == 10, done
    assert tree.files() == before
    assert tree.text(f"{STATE}/runs/r1/manifest.old") == "the first backup\n"


def test_a_lock_file_without_an_end_of_line_is_not_shown_whole(tree: Tree) -> None:
    tree.write(f"{STATE}/lock", "x" * 100_000)

    done = tree.run(plan())

    assert done.returncode == 0, done
    assert len(done.stdout) < 2000
