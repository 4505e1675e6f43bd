"""``kubewitness policy simulate`` as its user runs it."""

from __future__ import annotations

import gzip
import json
import os
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner

from kubewitness.cli import main
from tests.unit.simulation.recorded import event, line, write_log

if TYPE_CHECKING:
    from click.testing import Result

POLICY = """\
apiVersion: audit.k8s.io/v1
kind: Policy
omitStages: [RequestReceived]
rules:
- level: None
  users: [probe]
- level: Metadata
"""
LATER = "2026-11-20T12:00:00.000000Z"
ISSUE = {"events", "bytes", "unreadable", "levels", "rules", "lost", "noisiest"}
"""What the issue promises to scripts."""


@pytest.fixture
def policy(tmp_path: Path) -> str:
    path = tmp_path / "policy.yaml"
    path.write_text(POLICY)
    return str(path)


@pytest.fixture
def log(tmp_path: Path) -> str:
    """Half a day: two of jane, and one of somebody of whom the policy keeps nothing."""
    return write_log(
        tmp_path / "audit.log",
        [event(), event(stageTimestamp=LATER), event(user={"username": "probe"}, requestURI="/healthz", auditID="x")],
    )


def simulate(*arguments: str, columns: str = "100") -> Result:
    environment = {"COLUMNS": columns, "NO_COLOR": "1"}
    return CliRunner().invoke(main, ["policy", "simulate", *arguments], env=environment)


def as_json(*arguments: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(simulate(*arguments, "-o", "json").stdout)
    return found


def test_what_is_kept_and_what_is_lost(policy: str, log: str) -> None:
    done = simulate(policy, "--log", log)

    assert done.exit_code == 0
    assert "from 2026-11-20 00:00:00 to 2026-11-20 12:00:00 UTC (12 hours, scaled to a day)" in " ".join(
        done.stdout.split()
    )
    assert "   0     5        1     0          0 B  None" in done.stdout
    assert "Lost: 1 event that the recording has" in done.stdout
    assert "     1  rule 0  x            get /healthz by probe" in done.stdout


def test_scripts_find_what_they_are_promised(policy: str, log: str) -> None:
    found = as_json(policy, "--log", log)

    size = len(line(event()))
    assert found["schema"] == "kubewitness/simulation/v1"
    assert set(found) >= ISSUE
    assert (found["events"], found["unreadable"]) == (3, 0)
    assert found["bytes"] == Path(log).stat().st_size
    assert found["levels"]["Metadata"] == {"events": 2, "bytes": 2 * size}
    assert found["levels"]["None"]["events"] == 1
    assert [rule["events"] for rule in found["rules"]] == [1, 2]
    assert [item["user"] for item in found["noisiest"]] == ["jane", "probe"]
    assert [(item["path"], item["user"], item["reason"]) for item in found["lost"]] == [("/healthz", "probe", "level")]


def test_a_day_is_at_the_pace_of_the_recording(policy: str, log: str) -> None:
    found = as_json(policy, "--log", log)

    assert found["span"] == {
        "first": "2026-11-20T00:00:00.000000Z", "last": "2026-11-20T12:00:00.000000Z", "seconds": 43200.0,
    }  # fmt: skip
    assert found["perDay"]["kept"] == {key: 2 * value for key, value in found["kept"].items()}


def test_of_one_moment_nothing_is_said_of_a_day(policy: str, tmp_path: Path) -> None:
    log = write_log(tmp_path / "audit.log", [event()])

    assert as_json(policy, "--log", log)["perDay"] == {"recorded": None, "kept": None}
    assert "too short to say anything of a day" in simulate(policy, "--log", log, columns="300").stdout


def test_the_lists_are_as_long_as_is_asked_for(policy: str, tmp_path: Path) -> None:
    users = [event(user={"username": f"user-{number:02}"}) for number in range(12)]
    log = write_log(tmp_path / "audit.log", users)

    assert "and 2 more: --top 12" in simulate(policy, "--log", log).stdout
    assert "more: --top" not in simulate(policy, "--log", log, "--top", "12").stdout
    assert len(as_json(policy, "--log", log, "--top", "5")["noisiest"]) == 5
    assert as_json(policy, "--log", log, "--top", "5")["groups"]["users"] == 12


def test_a_log_needs_no_option(policy: str, log: str) -> None:
    assert simulate(policy, log).stdout == simulate(policy, "--log", log).stdout


def test_without_a_log_the_usage_is_told(policy: str) -> None:
    done = simulate(policy)

    assert (done.exit_code, done.stdout) == (2, "")
    assert "no log is named" in done.stderr


def test_several_logs_are_one_recording(policy: str, log: str, tmp_path: Path) -> None:
    packed = tmp_path / "audit-1.log.gz"
    packed.write_bytes(gzip.compress(line(event())))
    frame = b"\x28\xb5\x2f\xfd\x00\x58" + (len(line(event())) << 3 | 1).to_bytes(3, "little") + line(event())
    (tmp_path / "audit-2.log.zst").write_bytes(frame)

    assert as_json(policy, "--log", log, "--log", str(packed))["events"] == 4
    assert as_json(policy, "--log", log, str(packed))["events"] == 4
    folder = as_json(policy, "--log", str(tmp_path))
    assert folder["events"] == 5
    assert [Path(item["file"]).name for item in folder["files"]] == ["audit-1.log.gz", "audit-2.log.zst", "audit.log"]


def test_what_was_not_read_is_told_and_ends_with_3(policy: str, tmp_path: Path) -> None:
    log = write_log(tmp_path / "audit.log", [event(), b"{\n"])

    done = simulate(policy, "--log", log, columns="300")

    assert done.exit_code == 3
    assert "1 line not read: no JSON: cut, or written into each other" in done.stdout
    assert f"the first of them: {log}:2 (not-json)" in done.stdout
    assert done.stderr == "kubewitness: 1 line not read\n"


def test_a_policy_that_does_not_load_ends_with_2(tmp_path: Path, log: str) -> None:
    (tmp_path / "bad.yaml").write_text(POLICY.replace("None", "Nothing"))

    done = simulate(str(tmp_path / "bad.yaml"), "--log", log)

    assert done.exit_code == 2
    assert "Nothing" in done.stderr


def test_a_log_without_an_event_ends_with_2(policy: str, tmp_path: Path) -> None:
    done = simulate(policy, "--log", write_log(tmp_path / "audit.log", []))

    assert done.exit_code == 2
    assert done.stderr.endswith("no audit event there: nothing to simulate\n")


def test_standard_input_is_read_once(policy: str) -> None:
    assert simulate("-", "--log", "-").exit_code == 2
    assert simulate(policy, "--log", "-", "-").exit_code == 2


def test_names_in_the_log_do_not_steer_the_terminal(policy: str, tmp_path: Path) -> None:
    hostile = "\x1b]0;x\x07\u202e\r\n"
    log = write_log(tmp_path / "audit.log", [event(user={"username": hostile}, requestURI="/\x1b[2J", verb=hostile)])

    done = simulate(policy, "--log", log, columns="300")

    assert r"\x1b]0;x\x07\u202e\r\n" in done.stdout
    assert not {"\x1b", "\x07", "\u202e", "\r"} & set(done.stdout)
    assert simulate(policy, "--log", log, "-o", "json").stdout.isascii()


# What follows is run in processes of its own: a pipe, signals, a folder.


def command(policy: str, *arguments: str) -> list[str]:
    return [sys.executable, "-m", "kubewitness", "policy", "simulate", policy, *arguments]


def test_standard_input_is_a_log_too(policy: str) -> None:
    arguments = command(policy, "--log", "-", "-o", "json")

    done = subprocess.run(arguments, input=line(event()) * 3, capture_output=True, timeout=60, check=True)

    found = json.loads(done.stdout)
    assert (found["events"], found["files"]) == (3, [{"file": "-", "size": None}])


@pytest.mark.parametrize(
    ("packed", "remedy"), [(gzip.compress(line(event())), "`zcat`"), (b"\x28\xb5\x2f\xfd\x00", "`zstdcat`")]
)
def test_what_is_compressed_is_not_read_through_a_pipe(policy: str, packed: bytes, remedy: str) -> None:
    done = subprocess.run(command(policy, "--log", "-"), input=packed, capture_output=True, timeout=60, check=False)

    assert done.returncode == 2
    assert done.stderr.decode() == (
        f"kubewitness: -: what comes is compressed: pipe it through {remedy}, or give --log the file itself\n"
    )


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_leaves_nothing_behind(policy: str, tmp_path: Path, number: signal.Signals) -> None:
    folder = tmp_path / "tmp"
    folder.mkdir()
    environment = {**os.environ, "TMPDIR": str(folder)}
    with subprocess.Popen(
        command(policy, "--log", "-"), stdin=subprocess.PIPE, stderr=subprocess.PIPE, env=environment
    ) as child:
        private = _appearing(folder)
        mode = stat.S_IMODE(private.stat().st_mode)
        child.send_signal(number)
        _, errors = child.communicate(timeout=60)

    assert mode == 0o700
    assert child.returncode in {128 + number, -number, 130}
    assert list(folder.iterdir()) == []
    assert b"Traceback" not in errors


def _appearing(folder: Path) -> Path:
    """The private folder, once the pipe is in it."""
    for _ in range(600):
        pipes = list(folder.glob("*/*.log"))
        if pipes:
            return pipes[0].parent
        time.sleep(0.1)
    raise AssertionError(list(folder.iterdir()))


def test_what_a_crash_left_behind_is_removed(policy: str, log: str, tmp_path: Path) -> None:
    left = tmp_path / "tmp" / "kubewitness-simulate-left"
    left.mkdir(parents=True)
    (left / "lock").write_text("")

    subprocess.run(
        command(policy, "--log", log), env={**os.environ, "TMPDIR": str(left.parent)}, timeout=60, check=True
    )

    assert not left.exists()
