"""Many questions at once, and not too many of one account. Results come as they are there.

Works with threads, and in a process that gevent has patched, where they are greenlets.
"""

from __future__ import annotations

import time
from collections import Counter, defaultdict, deque
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice
from queue import SimpleQueue
from threading import Lock
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from concurrent.futures import Future

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Task(Generic[T]):
    """Questions to one account, subscription or project: ``ask`` brings results, and further tasks."""

    scope: str
    ask: Callable[[], Iterable[T | Task[T]]]


def carried_out(
    first: Iterable[Task[T]], broken: Callable[[str, Exception], T], *, at_once: int, per_scope: int
) -> Iterator[T]:
    """What the tasks bring, in no order. Never more than ``at_once`` run, and ``per_scope`` of one scope.

    A task that raises brings what ``broken`` makes of its scope and the error; the others go on.
    """
    waiting: dict[str, deque[Task[T]]] = defaultdict(deque)
    for task in first:
        waiting[task.scope].append(task)
    running: Counter[str] = Counter()
    done: SimpleQueue[tuple[str, Future[list[T | Task[T]]]]] = SimpleQueue()
    pool = ThreadPoolExecutor(at_once, thread_name_prefix="kubewitness")
    try:
        while True:
            for task in _startable(waiting, running, at_once, per_scope):
                future = pool.submit(_asked, task, broken)
                future.add_done_callback(lambda ended, scope=task.scope: done.put((scope, ended)))  # type: ignore[misc]
            if not running.total():
                return
            scope, ended = done.get()
            running[scope] -= 1
            for item in ended.result():
                if isinstance(item, Task):
                    waiting[item.scope].append(item)
                else:
                    yield item
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def _asked(task: Task[T], broken: Callable[[str, Exception], T]) -> list[T | Task[T]]:
    brought: list[T | Task[T]] = []
    try:
        brought.extend(task.ask())
    except Exception as error:  # noqa: BLE001  one odd account must neither end the search of the others nor vanish
        brought.append(broken(task.scope, error))
    return brought


def _startable(
    waiting: dict[str, deque[Task[T]]], running: Counter[str], at_once: int, per_scope: int
) -> Iterator[Task[T]]:
    """Those that may start now, one of each scope in turn; each counts as running."""
    while room := at_once - running.total():
        with_room = (scope for scope in waiting if running[scope] < per_scope)
        chosen = list(islice(with_room, room))
        for scope in chosen:
            running[scope] += 1
            yield waiting[scope].popleft()
            if not waiting[scope]:
                del waiting[scope]
        if not chosen:
            return


class Pace:
    """So many calls a second of each scope and no more, but for the first ``burst``."""

    def __init__(
        self,
        per_second: float,
        burst: int,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], object] = time.sleep,
    ) -> None:
        self._every = 1 / per_second
        self._ahead = burst / per_second
        self._clock = clock
        self._sleep = sleep
        self._next: dict[str, float] = {}
        self._lock = Lock()

    def wait(self, scope: str) -> None:
        """Until it is this call's turn."""
        with self._lock:
            now = self._clock()
            turn = max(self._next.get(scope, 0.0), now - self._ahead + self._every)
            self._next[scope] = turn + self._every
        if turn > now:
            self._sleep(turn - now)
