"""The script ``filestate`` and what is made of it."""

from __future__ import annotations

import hashlib
import subprocess
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubewitness.errors import KubewitnessError
from kubewitness.shipping.script import seen_script
from kubewitness.shipping.seen import parse_seen
from kubewitness.shipping.service import SeenService

if TYPE_CHECKING:
    from pathlib import Path


def look(root: Path, paths: dict[str, bool]) -> SeenService:
    script = seen_script(paths, unit="x.service", root=str(root))
    done = subprocess.run(["sh", "-c", script], capture_output=True, text=True, check=True)
    assert done.stderr == ""
    return parse_seen(done.stdout.splitlines())


def test_text_comes_only_of_files_that_are_no_secret(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("one\n")
    (tmp_path / "key").write_text("s3cret\n")
    (tmp_path / "key").chmod(0o640)

    seen = look(tmp_path, {"/a": True, "/key": False, "/gone": True, "/": True})

    assert seen.files["/a"].text == "one\n"
    assert seen.files["/a"].changed > 1_600_000_000
    assert seen.files["/key"].text is None
    assert (seen.files["/key"].sha256, seen.files["/key"].mode) == (hashlib.sha256(b"s3cret\n").hexdigest(), 0o640)
    assert seen.files["/gone"].absent
    assert seen.files["/"].sha256 == "no file"


def test_what_our_last_run_left_comes_along(tmp_path: Path) -> None:
    state = tmp_path / "var/lib/kubewitness"
    state.mkdir(parents=True)
    (state / "last-x.service.json").write_text('{"run": "r1", "files": ["/a"], "pid": "7", "started": "99"}')

    last = look(tmp_path, {"/a": True}).last

    assert last is not None
    assert (last.run, last.files, last.pid, last.started) == ("r1", frozenset({"/a"}), 7, 99)


def test_a_link_out_of_the_root_is_followed_inside_it(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to("/etc/hostname")

    assert look(tmp_path, {"/link": True}).files["/link"].absent


@pytest.mark.parametrize(
    "lines",
    [[], ["files"], ["files", "x", "unit\t\t0\t\t0 100", "last\t", "end"], ["files", "unit\t\t0\t\t0 100", "last\t"]],
)
def test_output_that_is_not_ours_is_refused(lines: list[str]) -> None:
    with pytest.raises(KubewitnessError):
        parse_seen(lines)


@given(st.lists(st.text()))
def test_any_output_is_a_value_or_an_error_of_ours(lines: list[str]) -> None:
    try:
        parse_seen(["files", *lines, "end"])
    except KubewitnessError:
        return
