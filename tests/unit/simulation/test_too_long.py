"""Lines that are longer than DuckDB's buffers: it passes over many of them without a word, and we do not."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from kubewitness.auditpolicy import Level, Policy, Rule
from kubewitness.model import ServerVersion
from kubewitness.simulation import events
from kubewitness.simulation.model import Place, Simulation, Unreadable, Why
from kubewitness.simulation.replay import simulate
from tests.unit.simulation.recorded import event, line

ALL = Policy((Rule(Level.METADATA),))
SHORT = line(event()) * 1000
BLOCK = 1 << 17


def replayed(*logs: Path) -> Simulation:
    return simulate(ALL, ServerVersion(1, 37), [str(log) for log in logs], top=10, look=lambda _: None)


def long_lines(*sizes: int) -> bytes:
    """Of so many MiB: 33 is beyond one buffer, 65 beyond two."""
    return b"".join(line(event(level="Request", requestObject={"data": "x" * (size << 20)})) for size in sizes)


def written(path: Path, text: bytes) -> Path:
    path.write_bytes(text)
    return path


def test_what_is_too_long() -> None:
    assert events.LONGEST_LINE == 32 << 20


@pytest.mark.parametrize("compressed", [False, True])
def test_a_line_that_is_too_long_is_never_passed_over(tmp_path: Path, *, compressed: bool) -> None:
    text = SHORT + long_lines(33, 40, 65) + SHORT
    log = written(tmp_path / "audit.log", gzip.compress(text, 1) if compressed else text)

    found = replayed(log)

    assert found.recorded.events == 2000
    assert found.unreadable == Unreadable({Why.TOO_LONG: 3}, Place(str(log), 1001, Why.TOO_LONG))


def test_nor_in_one_of_the_gzip_files_that_were_put_together(tmp_path: Path) -> None:
    parts = (SHORT + long_lines(33, 40, 65), SHORT + line(event()))
    log = written(tmp_path / "audit.log.gz", b"".join(gzip.compress(part, 1) for part in parts))

    found = replayed(log)

    assert found.recorded.events == 2001
    assert found.unreadable.lines == {Why.TOO_LONG: 3}


def test_nor_where_the_last_gzip_file_is_all_that_was_seen(tmp_path: Path) -> None:
    log = written(tmp_path / "audit.log.gz", gzip.compress(long_lines(65), 1) + gzip.compress(SHORT))

    assert replayed(log).unreadable.lines == {Why.TOO_LONG: 1}


def test_what_one_file_has_more_does_not_hide_what_another_has_less(tmp_path: Path) -> None:
    more = written(tmp_path / "a.log.gz", gzip.compress(long_lines(2) * 20, 1) + gzip.compress(SHORT))
    less = written(tmp_path / "b.log", SHORT + long_lines(33) + SHORT)

    found = replayed(more, less)

    assert found.recorded.events == 3020
    assert found.unreadable == Unreadable({Why.TOO_LONG: 1}, Place(str(less), 1001, Why.TOO_LONG))


def test_a_last_line_without_a_newline_is_not_a_byte_too_many(tmp_path: Path) -> None:
    less = written(tmp_path / "b.log", SHORT + long_lines(33)[:-1])
    whole = written(tmp_path / "c.log", SHORT[:-1])

    assert replayed(less, whole).unreadable.lines == {Why.TOO_LONG: 1}


@pytest.mark.parametrize("sizes", [(65,), (33, 40, 65)])
def test_through_a_pipe_they_are_counted_as_well(tmp_path: Path, sizes: tuple[int, ...]) -> None:
    found = through_a_pipe(SHORT + long_lines(*sizes) + SHORT, tmp_path)

    assert found["events"] == 2000
    assert found["unreadable"] == len(sizes)
    assert found["unread"]["lines"] == {"too-long": len(sizes)}
    assert found["unread"]["atLeast"] is False


def through_a_pipe(text: bytes, folder: Path) -> dict[str, Any]:
    """In a process of its own: what is copied into the pipe is copied beside DuckDB."""
    policy = written(folder / "policy.yaml", b"apiVersion: audit.k8s.io/v1\nkind: Policy\nrules: [{level: Metadata}]\n")
    command = [sys.executable, "-m", "kubewitness", "policy", "simulate", str(policy), "--log", "-", "-o", "json"]
    done = subprocess.run(command, input=text, capture_output=True, timeout=100, check=False)
    assert done.returncode == 3
    document: dict[str, Any] = json.loads(done.stdout)
    return document


def compressed(text: bytes, *, told: bool) -> bytes:
    """A zstd frame that tells how large its text is, or not, as where a pipe was compressed. Its blocks are raw."""
    head = b"\xc0\x58" + len(text).to_bytes(8, "little") if told else b"\x00\x58"
    blocks = [text[at : at + BLOCK] for at in range(0, len(text), BLOCK)]
    last = len(blocks) - 1
    framed = ((len(block) << 3 | (number == last)).to_bytes(3, "little") + block for number, block in enumerate(blocks))
    return b"\x28\xb5\x2f\xfd" + head + b"".join(framed)


@pytest.mark.parametrize(("sizes", "least"), [((65,), 1), ((33, 40, 65), 2)])
def test_of_a_zstd_file_it_is_known_that_there_are_some(tmp_path: Path, sizes: tuple[int, ...], least: int) -> None:
    log = written(tmp_path / "audit.log.zst", compressed(SHORT + long_lines(*sizes) + SHORT, told=True))

    found = replayed(log)

    assert found.recorded.events == 2000
    assert found.unreadable == Unreadable({Why.TOO_LONG: least}, Place(str(log), None, Why.TOO_LONG), at_least=True)


def test_a_zstd_file_with_nothing_too_long_is_read_whole(tmp_path: Path) -> None:
    skipped = b"\x5a\x2a\x4d\x18\x02\x00\x00\x00ab"
    log = written(tmp_path / "audit.log.zst", compressed(SHORT, told=True) + skipped + compressed(SHORT, told=True))

    found = replayed(log)

    assert found.recorded.events == 2000
    assert found.unreadable == Unreadable({}, None)


def test_of_a_zstd_file_that_does_not_tell_its_size_it_is_said(tmp_path: Path) -> None:
    log = written(tmp_path / "audit.log.zst", compressed(SHORT + long_lines(65) + SHORT, told=False))

    assert replayed(log).unreadable == Unreadable({}, None, at_least=True)
