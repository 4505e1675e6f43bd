"""A server lives as long as whoever started it, and no longer."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.fakes.aws import aws_server

ROOT = Path(__file__).resolve().parents[4]


def alive(pid: int) -> bool:
    """A zombie does not count."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_it_starts_in_time_and_leaves_nothing_behind() -> None:
    began = time.monotonic()

    with aws_server() as aws:
        started = time.monotonic() - began
        pid = aws.pid
        assert aws.client("eks").list_clusters()["clusters"] == []

    assert started < 10  # two seconds on a quiet machine
    assert not alive(pid)


def test_it_ends_though_a_call_still_hangs() -> None:
    with aws_server() as aws:
        aws.hang("eks:*", seconds=60)
        with pytest.raises(Exception, match="Read timeout"):
            aws.client("eks", read_timeout=0.2).list_clusters()
        pid = aws.pid

    assert not alive(pid)


def test_it_ends_when_its_starter_is_killed() -> None:
    script = "import time\nfrom tests.fakes.aws import aws_server\nprint(aws_server().pid, flush=True)\ntime.sleep(60)"
    starter = subprocess.Popen([sys.executable, "-c", script], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    with starter:
        assert starter.stdout
        pid = int(starter.stdout.readline())

        os.kill(starter.pid, signal.SIGKILL)
        starter.wait()

    deadline = time.monotonic() + 10
    while alive(pid) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not alive(pid)


def test_a_reset_forgets_everything() -> None:
    with aws_server() as aws:
        logs = aws.client("logs")
        logs.create_log_group(logGroupName="g")
        aws.deny("eks:*")
        aws.set(latency=5)

        aws.reset()

        assert logs.describe_log_groups()["logGroups"] == []
        assert aws.client("eks").list_clusters()["clusters"] == []
        assert aws.calls()["eks:ListClusters"] == 1


def test_a_mistake_in_a_setting_is_said() -> None:
    with aws_server() as aws, pytest.raises(ValueError, match="no setting latence"):
        aws.set(latence=1)
