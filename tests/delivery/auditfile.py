"""The audit log as kube-apiserver writes it: its log backend's file, rotated as lumberjack does it.

Source: https://github.com/natefinch/lumberjack/blob/v2.2.1/lumberjack.go (openNew, rotate, mill)
"""

from __future__ import annotations

import os
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

_NAME: Final = "audit.log"


class AuditFile:
    """``audit.log`` in a folder.

    Args:
        folder: is made when it is not there.
        max_bytes: a line that would make the file larger goes into a new one.
        max_backups: how many rotated files stay; 0: all.
        mode: of the first file; the others get that of the one before, and its owner.
    """

    def __init__(self, folder: Path, *, max_bytes: int, max_backups: int = 0, mode: int = 0o600) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._path = folder / _NAME
        self._max_bytes, self._max_backups = max_bytes, max_backups
        self._file = os.open(self._path, os.O_CREAT | os.O_APPEND | os.O_WRONLY, mode)
        os.chmod(self._file, mode)  # whatever the umask says  # noqa: PTH101
        self._size = os.fstat(self._file).st_size
        self.rotations = 0

    def write(self, line: bytes) -> None:
        """With one ``write``, so that a reader sees a whole line or none, or finds the beginning of one."""
        if self._size + len(line) > self._max_bytes and self._size:
            self.rotate()
        rest = memoryview(line)
        while rest:
            rest = rest[os.write(self._file, rest) :]
        self._size += len(line)

    def rotate(self) -> None:
        """The file gets the time as a part of its name, and a new one takes its place."""
        os.close(self._file)
        before = self._path.stat()
        self._path.rename(self._backup())
        self._file = os.open(self._path, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, before.st_mode)
        os.chmod(self._file, before.st_mode)  # noqa: PTH101
        os.chown(self._file, before.st_uid, before.st_gid)
        self._size = 0
        self.rotations += 1
        for outdated in self._outdated():
            outdated.unlink()

    def close(self) -> None:
        os.close(self._file)

    def _backup(self) -> Path:
        while True:
            now = datetime.now(UTC)
            path = self._path.with_name(f"audit-{now:%Y-%m-%dT%H-%M-%S}.{now.microsecond // 1000:03}.log")
            if not path.exists():  # two in one millisecond: lumberjack would lose the first, and nobody could ship it
                return path
            time.sleep(0.001)

    def _outdated(self) -> list[Path]:
        backups = sorted(self._path.parent.glob("audit-*.log"), reverse=True)
        return backups[self._max_backups :] if self._max_backups else []
