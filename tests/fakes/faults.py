"""What a server was told to get wrong, for which calls, and how often."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, field
from enum import StrEnum
from fnmatch import fnmatchcase
from threading import Lock
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


class FaultKind(StrEnum):
    DENY = "deny"
    """The caller may not do this."""
    BLOCK = "block"
    """An organisation's policy forbids it: AWS's SCP, an Azure deny assignment, a VPC service perimeter."""
    THROTTLE = "throttle"
    """Refused as too many requests; with ``per_second``, only what exceeds that rate."""
    HANG = "hang"
    """No answer for ``seconds``; then the real one."""
    LOSE = "lose"
    """What was asked is done, and the connection ends without an answer."""
    FAIL = "fail"
    """Refused with the given code, status and message."""
    TRUNCATE = "truncate"
    """Pages hold no more than ``size`` items; with 0, the first page is empty and says that there is more."""


@dataclass(slots=True)
class Fault:
    kind: FaultKind
    action: str
    """A pattern as of a shell: ``eks:*``."""
    where: Mapping[str, str] = field(default_factory=dict)
    """Label -> pattern. A call that does not have the label is not meant."""
    times: int | None = None
    """How many calls it strikes; ``None``: all, until it is taken back."""
    seconds: float = 0
    per_second: float = 0
    size: int = 0
    code: str = ""
    status: int = 0
    message: str = ""
    _allowance: float = 0
    _refilled: float = 0

    def meets(self, action: str, labels: Mapping[str, Iterable[str]]) -> bool:
        return fnmatchcase(action, self.action) and all(
            any(fnmatchcase(value, pattern) for value in labels.get(label, ())) for label, pattern in self.where.items()
        )

    def strikes(self, now: float) -> bool:
        """Whether this call is struck. One that is uses up one of the ``times``."""
        if self.per_second and not self._exceeded(now):
            return False
        if self.times is None:
            return True
        self.times -= 1
        return self.times >= 0

    def _exceeded(self, now: float) -> bool:
        """A bucket that holds one second's calls and fills up steadily, as the clouds describe their own."""
        full = max(1.0, self.per_second)
        since = now - self._refilled if self._refilled else math.inf
        self._allowance = min(full, self._allowance + since * self.per_second)
        self._refilled = now
        if self._allowance < 1:
            return True
        self._allowance -= 1
        return False


class Faults:
    """Every fault in force. The first that meets a call is the one that strikes it."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._faults: dict[int, Fault] = {}
        self._next = 0

    def __bool__(self) -> bool:
        return bool(self._faults)

    def add(self, fault: Fault) -> int:
        with self._lock:
            self._next += 1
            self._faults[self._next] = fault
            return self._next

    def remove(self, number: int) -> None:
        with self._lock:
            self._faults.pop(number, None)

    def clear(self) -> None:
        with self._lock:
            self._faults.clear()

    def find(self, action: str, labels: Mapping[str, Iterable[str]], *kinds: FaultKind) -> Fault | None:
        if not self._faults:
            return None
        with self._lock:
            for fault in self._faults.values():
                if fault.kind in kinds and fault.meets(action, labels) and fault.strikes(time.monotonic()):
                    return fault
        return None
