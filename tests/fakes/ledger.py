"""What was asked of a server: how often, from where, how much at once. And what it answered that no cloud would."""

from __future__ import annotations

from collections import Counter
from contextlib import contextmanager
from threading import Lock
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


class Ledger:
    def __init__(self) -> None:
        self._lock = Lock()
        self.forget()
        self.violations: list[str] = []
        """Requests and answers that the cloud's own models do not know, and our own crashes: each fails the test."""

    def forget(self) -> None:
        """Count anew. Violations stay."""
        with self._lock:
            self._calls: Counter[tuple[str, str, str, str]] = Counter()
            self._running: Counter[str] = Counter()
            self._peak: Counter[str] = Counter()

    @contextmanager
    def running(self, scope: str) -> Iterator[None]:
        """Count what runs at the same time, in all and in one account, subscription or project."""
        with self._lock:
            for name in ("", scope):
                self._running[name] += 1
                self._peak[name] = max(self._peak[name], self._running[name])
        try:
            yield
        finally:
            with self._lock:
                self._running.subtract(("", scope))

    def count(self, action: str, scope: str, region: str, outcome: str) -> None:
        """Args: outcome: ``ok``, or the code of the refusal, or what the fault did."""
        with self._lock:
            self._calls[action, scope, region, outcome] += 1

    def calls(self) -> list[tuple[str, str, str, str, int]]:
        with self._lock:
            return [(*key, number) for key, number in sorted(self._calls.items())]

    def peak(self) -> dict[str, int]:
        """Scope -> most calls at the same time; in all under the empty name."""
        with self._lock:
            return dict(self._peak)

    def violation(self, text: str) -> None:
        with self._lock:
            self.violations.append(text)
