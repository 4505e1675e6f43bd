"""Where a report goes: devices and pipes are written to, links followed, files replaced whole."""

from __future__ import annotations

import os
import stat
import subprocess
from typing import TYPE_CHECKING

import pytest

from kubewitness.cli.output import write
from kubewitness.errors import KubewitnessError

if TYPE_CHECKING:
    from pathlib import Path


def test_a_file_is_replaced_whole_and_keeps_its_mode(tmp_path: Path) -> None:
    file = tmp_path / "report.json"
    file.write_text("old")
    file.chmod(0o600)

    write("new", str(file))

    assert (file.read_text(), stat.S_IMODE(file.stat().st_mode)) == ("new", 0o600)
    assert [path.name for path in tmp_path.iterdir()] == ["report.json"]


def test_a_link_is_followed(tmp_path: Path) -> None:
    (tmp_path / "target").write_text("old")
    (tmp_path / "link").symlink_to("target")

    write("new", str(tmp_path / "link"))

    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "target").read_text() == "new"


def test_a_pipe_stays_a_pipe(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with subprocess.Popen(["cat", str(pipe)], stdout=subprocess.PIPE, text=True) as reader:
        write("new", str(pipe))

        told, _ = reader.communicate(timeout=30)
    assert (told, stat.S_ISFIFO(pipe.stat().st_mode)) == ("new", True)


@pytest.mark.parametrize("name", ["no/such/folder", "loop", "."])
def test_what_cannot_be_written_is_one_line(tmp_path: Path, name: str) -> None:
    (tmp_path / "loop").symlink_to("loop")

    with pytest.raises(KubewitnessError, match="cannot be written"):
        write("new", str(tmp_path / name))
