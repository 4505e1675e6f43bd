"""The script that puts rsyslog's positions back, run for real on a made-up state folder."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from kubewitness.shippers.rsyslog import scripts

LINES = 10


class Node:
    """A log with lines of ten bytes, and rsyslog's state folder."""

    def __init__(self, folder: Path, lines: int = 100) -> None:
        self.state, self.logs = folder / "state", folder / "logs"
        self.state.mkdir()
        self.logs.mkdir()
        self.script = folder / "rewind"
        self.script.write_text(scripts.REWIND_TEXT)
        self.log = self.logs / "audit.log"
        self.log.write_text("".join(f"line {number:04d}\n" for number in range(lines)))
        self.saved = self.state / f"imfile-state:{self.log.stat().st_ino}:0123456789abcdef"

    def save(self, offset: int, **more: str) -> None:
        said = {"filename": str(self.log), "prev_was_nl": 0, "curr_offs": offset, "strt_offs": offset, **more}
        self.saved.write_text(json.dumps(said).replace("/", "\\/"))

    def rewind(self, lines: int = LINES) -> int:
        """Where rsyslog will begin to read."""
        subprocess.run(["sh", self.script, self.state, str(lines), "files", "4096", self.logs], check=True, timeout=60)
        return int(json.loads(self.saved.read_text())["curr_offs"])


@pytest.fixture
def node(tmp_path: Path) -> Node:
    return Node(tmp_path)


def test_a_position_goes_back_by_so_many_whole_lines(node: Node) -> None:
    node.save(500)

    assert node.rewind() == 400
    assert json.loads(node.saved.read_text())["filename"] == str(node.log)


def test_a_position_in_the_middle_of_a_line_goes_to_the_beginning_of_one(node: Node) -> None:
    node.save(505, prev_line_segment="line ")

    assert node.rewind() == 410
    assert "prev_line_segment" not in json.loads(node.saved.read_text())


def test_a_position_never_goes_before_the_beginning(node: Node) -> None:
    node.save(30)

    assert node.rewind() == 0


def test_starting_again_and_again_goes_back_no_further(node: Node) -> None:
    node.save(500)
    first = node.rewind()
    node.save(first + 10)

    assert node.rewind() == first


def test_a_file_that_has_not_grown_is_put_back_to_the_same_place(node: Node) -> None:
    node.save(1000)
    first = node.rewind()
    node.save(1000)

    assert (first, node.rewind()) == (900, 900)


def test_what_was_sent_since_is_put_back_by_no_more_than_the_lines(node: Node) -> None:
    node.save(500)
    node.rewind()
    node.save(900)

    assert node.rewind() == 800


def test_a_renamed_file_is_found_by_its_inode(node: Node) -> None:
    node.save(500)
    node.log.rename(node.logs / "audit-2026-11-22T00-00-00.000.log")

    assert node.rewind() == 400


def test_the_state_of_a_file_that_is_gone_or_cut_is_left_alone(node: Node) -> None:
    node.save(5000)

    assert node.rewind() == 5000


@pytest.mark.parametrize("text", ["", "{}", '{ "curr_offs": "x" }', '{ "curr_offs": 10 }', "\x00\xff"])
def test_a_state_that_is_none_is_left_alone(node: Node, text: str) -> None:
    node.saved.write_text(text)

    subprocess.run(["sh", node.script, node.state, "10", "files", "4096", node.logs], check=True, timeout=60)

    assert node.saved.read_text() == text


def test_a_first_start_without_any_state_works(tmp_path: Path) -> None:
    script = tmp_path / "rewind"
    script.write_text(scripts.REWIND_TEXT)

    subprocess.run(["sh", script, tmp_path, "10", "files", "4096", tmp_path / "none"], check=True, timeout=60)
    subprocess.run(["sh", script, tmp_path, "10", "journal", "_SYSTEMD_UNIT=kubelet.service"], check=True, timeout=60)


class Journal:
    """A made-up journalctl with ten entries, ``c0`` to ``c9``, a second apart; it shows them backwards as asked."""

    def __init__(self, folder: Path) -> None:
        self.state = folder / "imjournal.state"
        self.script = folder / "rewind"
        self.script.write_text(scripts.REWIND_TEXT)
        commands = folder / "bin"
        commands.mkdir()
        program = commands / "journalctl"
        program.write_text("""#!/bin/sh
for word; do
  case $word in --lines=*) lines=${word#*=} ;; --cursor=c*) at=${word#*=c} ;; esac
done
[ -n "$at" ] || exit 1
while [ "$lines" -gt 0 ] && [ "$at" -ge 0 ]; do
  printf '__CURSOR=c%s\\n__REALTIME_TIMESTAMP=%s000000\\n_PID=1\\n\\n' "$at" "$((1000 + at))"
  at=$((at - 1)) lines=$((lines - 1))
done
""")
        program.chmod(0o755)
        self.environment = {"PATH": f"{commands}:/usr/bin:/bin"}

    def rewind(self, cursor: str) -> str:
        self.state.write_text(cursor)
        command = ["sh", str(self.script), str(self.state.parent), "4", "journal", "_SYSTEMD_UNIT=kubelet.service"]
        subprocess.run(command, env=self.environment, check=True, timeout=60)
        return self.state.read_text().strip()


def test_the_journal_goes_back_by_so_many_entries_and_never_further_at_a_second_start(tmp_path: Path) -> None:
    journal = Journal(tmp_path)

    assert journal.rewind("c9") == "c6"
    assert journal.rewind("c7") == "c6"
    assert journal.rewind("c9") == "c6"


def test_a_cursor_that_is_none_is_left_alone(tmp_path: Path) -> None:
    assert Journal(tmp_path).rewind("what") == "what"


@pytest.mark.parametrize("mark", ["", "x", "-5"])
def test_a_mark_that_is_none_does_no_harm(node: Node, mark: str) -> None:
    node.save(500)
    node.rewind()
    (node.state / "rewound" / node.saved.name).write_text(mark)
    node.save(500)

    assert node.rewind() == 400


def test_the_other_script_ends_who_started_it(tmp_path: Path) -> None:
    script = tmp_path / "restart"
    script.write_text(scripts.RESTART_TEXT)
    script.chmod(0o755)

    ended = subprocess.run(
        ["sh", "-c", f"echo disabled | {script}; echo alive"], check=False, capture_output=True, timeout=60
    )

    assert (ended.returncode, ended.stdout) == (-9, b"")


@pytest.mark.parametrize("text", [scripts.REWIND_TEXT, scripts.RESTART_TEXT])
def test_shellcheck_has_nothing_to_say(text: str) -> None:
    program = shutil.which("shellcheck", path=str(Path(__file__).parents[4] / ".venv/bin")) or shutil.which(
        "shellcheck"
    )
    assert program, "make setup installs it"

    said = subprocess.run(
        [program, "-s", "sh", "-"], input=text, capture_output=True, text=True, timeout=60, check=False
    )

    assert said.stdout == ""
