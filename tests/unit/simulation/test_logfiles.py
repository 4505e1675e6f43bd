from __future__ import annotations

import gzip
import os
from pathlib import Path

import pytest

from kubewitness.errors import KubewitnessError
from kubewitness.simulation.logfiles import Compression, find_logs


def names(*given: str) -> list[str]:
    return [Path(source.name).name for source in find_logs(given).sources]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A rotated set as kube-apiserver leaves it, and what else may lie beside it."""
    for name in (
        "audit.log",
        "audit-2026-11-21T11-00-00.000.log",
        "audit-2026-11-21T10-00-00.000.log.gz",
        "audit.log.1",
        "events.jsonl.zst",
        "README",
        ".hidden.log",
        "kube-apiserver.yaml",
    ):
        (tmp_path / name).write_text(f"{name}\n")
    (tmp_path / "older.log").mkdir()
    return tmp_path


def test_of_a_folder_the_logs_by_name(folder: Path) -> None:
    assert names(str(folder)) == [
        "audit-2026-11-21T10-00-00.000.log.gz",
        "audit-2026-11-21T11-00-00.000.log",
        "audit.log",
        "audit.log.1",
        "events.jsonl.zst",
    ]


def test_what_is_left_out_of_a_folder_is_said(folder: Path) -> None:
    ignored = find_logs([str(folder)]).ignored

    assert [item.removeprefix(f"{folder}/") for item in ignored] == [
        "README: not named like a log",
        "kube-apiserver.yaml: not named like a log",
    ]


def test_a_log_that_is_being_compressed_counts_once(folder: Path) -> None:
    (folder / "audit-2026-11-21T11-00-00.000.log.gz").write_bytes(b"\x1f\x8bhalf")

    found = find_logs([str(folder)])

    assert "audit-2026-11-21T11-00-00.000.log.gz" not in [Path(source.name).name for source in found.sources]
    assert any("audit-2026-11-21T11-00-00.000.log is there too" in item for item in found.ignored)


def test_a_pattern_is_a_set_in_the_order_of_names(folder: Path) -> None:
    assert names(str(folder / "audit-*")) == names(str(folder))[:2]


def test_a_name_with_the_signs_of_a_pattern_is_that_file(tmp_path: Path) -> None:
    (tmp_path / "a[1]*.log").write_text("x")
    (tmp_path / "a1.log").write_text("x")

    assert names(str(tmp_path / "a[1]*.log")) == ["a[1]*.log"]


def test_a_file_that_is_named_twice_is_read_once(folder: Path) -> None:
    found = find_logs([str(folder / "audit.log"), str(folder / "audit.lo?")])

    assert len(found.sources) == 1
    assert found.ignored == (f"{folder}/audit.log: named twice",)


def test_the_order_of_the_names_is_kept(folder: Path) -> None:
    assert names(str(folder / "audit.log.1"), str(folder / "audit.log")) == ["audit.log.1", "audit.log"]


@pytest.mark.parametrize(
    ("content", "compression"),
    [
        (gzip.compress(b"{}\n"), Compression.GZIP),
        (b"\x28\xb5\x2f\xfd\x00", Compression.ZSTD),
        (b"{}\n", Compression.NONE),
        (b"", Compression.NONE),
    ],
)
def test_what_a_file_is_its_content_says(tmp_path: Path, content: bytes, compression: Compression) -> None:
    (tmp_path / "audit.log").write_bytes(content)

    (source,) = find_logs([str(tmp_path / "audit.log")]).sources

    assert (source.compression, source.size) == (compression, len(content))


def test_a_pipe_is_not_touched(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.log")

    (source,) = find_logs([str(tmp_path / "pipe.log")]).sources

    assert source.size is None


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("nowhere.log", "nowhere.log: cannot be read: No such file or directory: name a file, a folder or a pattern"),
        ("nowhere-*.log", "no audit log there"),
        ("empty", "no audit log there"),
    ],
)
def test_what_is_not_there_is_told(tmp_path: Path, name: str, problem: str) -> None:
    (tmp_path / "empty").mkdir()

    with pytest.raises(KubewitnessError) as raised:
        find_logs([str(tmp_path / name)])

    assert problem in str(raised.value)
