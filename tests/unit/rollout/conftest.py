"""Fixtures of the transaction's tests."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.unit.rollout.trees import NOBODY, Tree, plan


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
