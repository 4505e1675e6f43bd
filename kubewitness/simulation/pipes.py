"""A log that comes through a pipe: it is looked at on its way, as nobody can read it a second time."""

from __future__ import annotations

import os
import threading
from typing import TYPE_CHECKING, Final

from kubewitness.errors import KubewitnessError
from kubewitness.simulation.logfiles import Compression, compression_of
from kubewitness.simulation.longlines import LongLines

if TYPE_CHECKING:
    from pathlib import Path

    from kubewitness.simulation.logfiles import LogSource

_PORTION: Final = 1 << 20
_UNPACKERS: Final = {Compression.GZIP: "zcat", Compression.ZSTD: "zstdcat"}


class Pipe:
    """Copies a pipe into one of our own, which DuckDB reads, in a thread that ends with either of them."""

    def __init__(self, source: LogSource, target: Path) -> None:
        os.mkfifo(target, 0o600)
        self._source = source
        self._target = target
        self._lines = LongLines()
        self._problem = ""
        self._thread = threading.Thread(target=self._copy, daemon=True)
        self._thread.start()

    def ended(self) -> int:
        """How many of its lines were too long. Raises KubewitnessError for what could not be read."""
        self._thread.join()
        if self._problem:
            raise KubewitnessError(f"{self._source.name}: {self._problem}")
        return self._lines.count()

    def _copy(self) -> None:
        try:
            # never made: when a signal ends all, the folder is emptied beside us, and nothing may appear in it again
            end = os.open(self._target, os.O_WRONLY)
            with os.fdopen(end, "wb") as target, self._source.path.open("rb", buffering=0) as source:
                portion = source.read(_PORTION)
                compression = compression_of(portion)
                if compression is not Compression.NONE:
                    self._problem = _packed(compression)
                    return
                while portion:
                    self._lines.add(portion)
                    target.write(portion)
                    portion = source.read(_PORTION)
        except BrokenPipeError:  # DuckDB has given up, and says why
            pass
        except OSError as error:
            self._problem = f"cannot be read: {error.strerror}"


def _packed(compression: Compression) -> str:
    unpacker = _UNPACKERS[compression]
    return f"what comes is compressed: pipe it through `{unpacker}`, or give --log the file itself"
