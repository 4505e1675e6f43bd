"""Google's gRPC clients in a process that gevent has patched: with the recipe they work, and without it they do not."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.fakes.gcp import Gcp

ROOT = Path(__file__).resolve().parents[4]
#: A call takes a second here; whoever has not come back by then does not come back.
HANGS_SECONDS = 10


@pytest.fixture
def slow(gcp: Gcp) -> None:
    """Each call takes a second, and renews its token, over TLS."""
    gcp.set(token_seconds=60, latency=1)


def child(*arguments: str) -> subprocess.CompletedProcess[str]:
    """The tests' own setting is taken out: it would hide what a user's process lacks."""
    environment = {name: value for name, value in os.environ.items() if name != "GRPC_ENABLE_FORK_SUPPORT"}
    command = [sys.executable, "-m", "tests.unit.providers.gke.patched", *arguments]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=90)


@pytest.mark.usefixtures("slow")
@pytest.mark.parametrize("clusters", ["1", "6"])
def test_with_the_recipe_all_get_their_answer_while_the_loop_turns(clusters: str) -> None:
    done = child(clusters)

    assert done.returncode == 0, done.stderr
    told: dict[str, Any] = json.loads(done.stdout)
    assert told["got"] == [2] * int(clusters)
    assert told["turns"] > 10, "nothing else ran meanwhile"


@pytest.mark.usefixtures("slow")
@pytest.mark.parametrize("clusters", ["1", "6"])
def test_without_it_they_hang_or_crash_or_hold_up_everything_else(clusters: str) -> None:
    """Source: https://github.com/grpc/grpc/blob/v1.76.0/src/python/grpcio/grpc/experimental/gevent.py"""
    try:
        done = child(clusters, "--without", f"--for={HANGS_SECONDS}")
    except subprocess.TimeoutExpired:
        return

    assert done.returncode != 0 or json.loads(done.stdout)["turns"] <= 10


@pytest.mark.usefixtures("gcp")
def test_programs_can_be_started_beside_an_open_channel() -> None:
    """One in twenty ended in SIGABRT before it began: https://github.com/grpc/grpc/issues/43055"""
    done = child("2", "--programs=40")

    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["ended"] == [0] * 40
