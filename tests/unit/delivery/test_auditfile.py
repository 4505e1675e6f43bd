"""The generator's file behaves as kube-apiserver's does: lumberjack's rotation, names and modes."""

from __future__ import annotations

import re
from pathlib import Path

from tests.delivery.auditfile import AuditFile


def lines_of(folder: Path) -> list[str]:
    backups = sorted(folder.glob("audit-*.log"))
    return [line for path in (*backups, folder / "audit.log") for line in path.read_text().splitlines()]


def test_a_line_that_does_not_fit_begins_a_new_file(tmp_path: Path) -> None:
    file = AuditFile(tmp_path, max_bytes=10)

    for line in (b"12345\n", b"1234\n", b"next\n"):
        file.write(line)

    assert (tmp_path / "audit.log").read_text() == "1234\nnext\n"
    assert [path.read_text() for path in tmp_path.glob("audit-*.log")] == ["12345\n"]


def test_rotated_files_have_the_time_as_lumberjack_writes_it(tmp_path: Path) -> None:
    file = AuditFile(tmp_path, max_bytes=10)
    file.write(b"1\n")

    file.rotate()

    [backup] = tmp_path.glob("audit-*.log")
    assert re.fullmatch(r"audit-\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d\.\d{3}\.log", backup.name)


def test_a_rotation_keeps_the_file_that_a_reader_has_open(tmp_path: Path) -> None:
    file = AuditFile(tmp_path, max_bytes=10)
    file.write(b"1\n")
    with (tmp_path / "audit.log").open() as reader:
        file.rotate()
        file.write(b"2\n")

        assert reader.read() == "1\n"


def test_no_line_is_lost_in_a_hundred_rotations(tmp_path: Path) -> None:
    file = AuditFile(tmp_path, max_bytes=30)

    for number in range(400):
        file.write(f"{number:06}\n".encode())
    file.close()

    assert lines_of(tmp_path) == [f"{number:06}" for number in range(400)]
    assert file.rotations == 99


def test_only_so_many_rotated_files_stay(tmp_path: Path) -> None:
    file = AuditFile(tmp_path, max_bytes=5, max_backups=2)

    for number in range(6):
        file.write(f"{number:04}\n".encode())

    assert lines_of(tmp_path) == ["0003", "0004", "0005"]


def test_new_files_have_the_mode_of_the_old_one(tmp_path: Path) -> None:
    file = AuditFile(tmp_path, max_bytes=5, mode=0o600)
    (tmp_path / "audit.log").chmod(0o640)

    file.write(b"1234\n")
    file.write(b"1234\n")

    assert [path.stat().st_mode & 0o777 for path in sorted(tmp_path.iterdir())] == [0o640, 0o640]


def test_a_log_that_is_there_is_continued(tmp_path: Path) -> None:
    (tmp_path / "audit.log").write_text("old\n")

    AuditFile(tmp_path, max_bytes=100).write(b"new\n")

    assert (tmp_path / "audit.log").read_text() == "old\nnew\n"
