from __future__ import annotations

import time
from collections import Counter
from threading import Lock
from typing import TYPE_CHECKING

import pytest

from kubewitness.discovery.fanout import Pace, Task, carried_out

if TYPE_CHECKING:
    from collections.abc import Iterator


class Watched:
    """Tasks that notice how many of them run at the same time."""

    def __init__(self) -> None:
        self.lock = Lock()
        self.running: Counter[str] = Counter()
        self.peaks: Counter[str] = Counter()

    def task(self, scope: str, *brings: int) -> Task[int]:
        def ask() -> Iterator[int]:
            with self.lock:
                for name in ("", scope):
                    self.running[name] += 1
                    self.peaks[name] = max(self.peaks[name], self.running[name])
            time.sleep(0.005)
            with self.lock:
                self.running.subtract(("", scope))
            yield from brings

        return Task(scope, ask)


def refuse(scope: str, error: Exception) -> int:
    raise AssertionError(f"{scope}: {error}")


def test_tasks_bring_results_and_further_tasks() -> None:
    watched = Watched()
    first = Task("a", lambda: (1, watched.task("b", 2, 3), Task("c", lambda: [watched.task("d", 4)])))

    assert sorted(carried_out([first], refuse, at_once=4, per_scope=2)) == [1, 2, 3, 4]


def test_no_task_is_no_result() -> None:
    assert list(carried_out([], refuse, at_once=4, per_scope=2)) == []


@pytest.mark.parametrize(("at_once", "per_scope"), [(1, 1), (6, 2), (3, 8)])
def test_neither_all_together_nor_one_scope_exceeds_its_bound(at_once: int, per_scope: int) -> None:
    watched = Watched()
    tasks = [watched.task(scope, number) for number, scope in enumerate("abcd" * 10)]

    assert sorted(carried_out(tasks, refuse, at_once=at_once, per_scope=per_scope)) == list(range(40))
    assert watched.peaks[""] <= at_once
    assert all(watched.peaks[scope] <= per_scope for scope in "abcd")
    assert watched.peaks[""] > 1 or at_once == 1


def test_a_scope_with_much_to_do_does_not_hold_up_the_others() -> None:
    watched = Watched()
    tasks = [watched.task("big", 0) for _ in range(50)] + [watched.task("small", 1)]

    brought = list(carried_out(tasks, refuse, at_once=4, per_scope=2))

    assert brought.index(1) < 25


def test_a_task_that_breaks_is_a_result_and_what_it_brought_before_stays() -> None:
    def ask() -> Iterator[str]:
        yield "before"
        raise KeyError("x")

    tasks = [Task("a", ask), Task("b", lambda: ["other"])]

    brought = carried_out(tasks, lambda scope, error: f"{scope} {type(error).__name__}", at_once=2, per_scope=1)

    assert sorted(brought) == ["a KeyError", "before", "other"]


class Clock:
    def __init__(self) -> None:
        self.now = 100.0
        self.slept: list[float] = []

    def sleep(self, seconds: float) -> None:
        self.slept.append(round(seconds, 6))


def test_a_pace_lets_a_burst_through_and_then_so_many_a_second() -> None:
    clock = Clock()
    pace = Pace(10, 3, clock=lambda: clock.now, sleep=clock.sleep)

    for _ in range(5):
        pace.wait("a")
    pace.wait("b")

    assert clock.slept == [0.1, 0.2]


def test_who_was_quiet_may_burst_again_and_no_more_than_that() -> None:
    clock = Clock()
    pace = Pace(10, 2, clock=lambda: clock.now, sleep=clock.sleep)
    pace.wait("a")
    clock.now += 3600

    for _ in range(3):
        pace.wait("a")

    assert clock.slept == [0.1]
