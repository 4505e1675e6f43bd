"""The runs that a node remembers: listed by a real shell in a folder of this machine, read and told."""

from __future__ import annotations

import base64
import json
import subprocess
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubewitness.errors import KubewitnessError
from kubewitness.rollout.outcome import FileChange
from kubewitness.rollout.runs import PastRun, describe_runs, parse_runs
from kubewitness.shell import render
from tests.checks.servers import METADATA, POLICY
from tests.unit.rollout.trees import STATE, Tree, plan

if TYPE_CHECKING:
    from pathlib import Path

FIRST = "20261121T141943Z-a18d"
SECOND = "20261121T151943Z-0001"


def listed(root: Path) -> tuple[PastRun, ...]:
    done = subprocess.run(
        ["sh", "-c", render("runs", {"ROOT": str(root)})], capture_output=True, text=True, check=True, timeout=60
    )
    return parse_runs(done.stdout.splitlines())


def test_what_each_run_changed_is_remembered_the_newest_first(tree: Tree) -> None:
    tree.run(plan(), run=FIRST)
    back = replace(plan(), policy=FileChange(POLICY, METADATA, None), undone=FIRST)
    back = replace(back, manifest=replace(back.manifest, before=back.manifest.after))
    tree.run(back, run=SECOND)

    assert listed(tree.root) == (
        PastRun(SECOND, ("policy (taken away)",), finished=True, undone=FIRST),
        PastRun(FIRST, ("policy", "manifest"), finished=True, undone=""),
    )


def test_a_run_that_was_killed_is_not_finished(tree: Tree) -> None:
    tree.write(f"{STATE}/runs/{FIRST}/manifest.new", "")

    assert listed(tree.root) == (PastRun(FIRST, ("manifest",), finished=False, undone=""),)


def test_where_nothing_is_remembered_the_list_is_empty(tree: Tree) -> None:
    assert listed(tree.root) == ()


def test_what_is_not_ours_is_no_run(tree: Tree, tmp_path: Path) -> None:
    tree.write(f"{STATE}/runs/a file", "")
    tree.at(f"{STATE}/runs/evil\tname").mkdir()
    tree.at(f"{STATE}/runs/linked").symlink_to(tmp_path)

    assert listed(tree.root) == ()


def test_runs_are_told_with_date_and_change_and_how_to_undo_them() -> None:
    undone = PastRun(FIRST, ("policy", "manifest"), finished=True, undone="")
    undo = PastRun(SECOND, ("manifest",), finished=True, undone=FIRST)

    assert list(describe_runs([undo, undone], "pyinfra … run=RUN")) == [
        f"{SECOND}  2026-11-21 15:19:43 UTC  changed manifest, undoing run {FIRST}",
        f"{FIRST}  2026-11-21 14:19:43 UTC  changed policy and manifest, undone since",
        "to undo one, the newest first: pyinfra … run=RUN",
    ]


def test_a_run_whose_undoing_was_undone_is_in_force_again() -> None:
    run = PastRun("1", ("policy",), finished=True, undone="")
    back = PastRun("2", ("policy",), finished=True, undone="1")
    again = PastRun("3", ("policy",), finished=True, undone="2")

    told = list(describe_runs([again, back, run], "undo"))

    assert [line.endswith("undone since") for line in told[:3]] == [False, True, False]


@pytest.mark.parametrize(
    ("run", "told"),
    [
        (PastRun(FIRST, (), finished=True, undone=""), "changed no file"),
        (PastRun(FIRST, ("policy",), finished=False, undone=""), "not finished"),
        (PastRun("by-hand", (), finished=True, undone=""), "at a time that is not known"),
    ],
)
def test_where_there_is_nothing_to_undo_no_way_is_told(run: PastRun, told: str) -> None:
    (line,) = describe_runs([run], "undo")

    assert told in line


def test_no_run_is_said() -> None:
    assert list(describe_runs([], "undo")) == ["no run of ours is remembered on this node: there is nothing to undo"]


@pytest.mark.parametrize("record", ["", "!", base64.b64encode(b"[1]").decode(), base64.b64encode(b"{").decode()])
def test_a_damaged_record_names_no_undone_run(record: str) -> None:
    (run,) = parse_runs(["runs", f"{FIRST}\tmanifest\t{record}"])

    assert run == PastRun(FIRST, ("manifest",), finished=bool(record), undone="")


@given(st.lists(st.text()), st.binary())
def test_anything_is_runs_or_an_error(lines: list[str], record: bytes) -> None:
    for given_lines in (lines, ["runs", *lines], ["runs", f"r\t\t{base64.b64encode(record).decode()}"]):
        with suppress(KubewitnessError):
            parse_runs(given_lines)


def test_the_record_is_what_the_transaction_writes(tree: Tree) -> None:
    tree.run(replace(plan(), undone=FIRST), run=SECOND)

    assert json.loads(tree.text(f"{STATE}/last.json"))["undone"] == FIRST
