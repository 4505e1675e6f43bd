"""Nodes for the transaction, by what changes on them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from kubewitness.rollout.outcome import Restart
from tests.checks.servers import LOG
from tests.unit.shell.live_node import NOTHING, LiveNode, plan

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def node(tmp_path: Path) -> LiveNode:
    """A node that records nothing yet, with a policy that nobody uses: both files change, by the manifest."""
    made = LiveNode.of(tmp_path, plan(policy="old\n"))
    assert made.plan.restart is Restart.MANIFEST
    return made


@pytest.fixture
def bare(tmp_path: Path) -> LiveNode:
    """The same without a policy."""
    return LiveNode.of(tmp_path, plan())


@pytest.fixture
def audited(tmp_path: Path) -> LiveNode:
    """A node whose policy alone changes."""
    made = LiveNode.of(tmp_path, plan(flags={}, mounts={}, log={}, policy=NOTHING))
    made.at(LOG).parent.mkdir(parents=True)
    assert made.plan.restart is Restart.PROCESS
    return made


@pytest.fixture
def buffered(audited: LiveNode) -> LiveNode:
    """The same, where a backend has a buffer."""
    return replace(audited, plan=replace(audited.plan, restart=Restart.DRAIN, buffered_seconds=10))
