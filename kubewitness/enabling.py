"""Carries a plan for a managed cluster out, and reads again until there is nothing left to plan."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

from kubewitness.errors import KubewitnessError
from kubewitness.managedplan import ManagedRefusal
from kubewitness.providers import NotReadError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from kubewitness.managed import ManagedCluster
    from kubewitness.managedplan import ManagedPlan
    from kubewitness.providers import ManagedApi

_LONGEST_PAUSE_SECONDS: Final = 15


class Deadline:
    """How long one cluster may take, and the pauses within."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._end = time.monotonic() + seconds

    @property
    def passed(self) -> bool:
        return time.monotonic() >= self._end

    def pauses(self) -> Iterator[None]:
        """Once at once, then after longer and longer pauses, until the time is over."""
        pause = 0.5
        while True:
            yield
            if self.passed:
                return
            time.sleep(min(pause, max(0.0, self._end - time.monotonic())))
            pause = min(pause * 2, _LONGEST_PAUSE_SECONDS)


def enable(
    api: ManagedApi,
    plan: Callable[[ManagedCluster], ManagedPlan | ManagedRefusal],
    tell: Callable[[str], None],
    wait_seconds: float,
) -> None:
    """Do what ``plan`` says, and read until it says nothing more: an API may show a change long after it holds.

    ``tell`` hears of each step once, and of what is waited for. Raises KubewitnessError: what could not be done, and
    what to do.
    """
    deadline, told, left = Deadline(wait_seconds), set[str](), ""
    for _ in deadline.pauses():
        wanted = _planned(api, plan)
        if not wanted.steps:
            return
        for step in wanted.steps:
            if str(step) not in told:
                tell(str(step))
                told.add(str(step))
            api.carry_out(step, deadline, tell)
        left = "; ".join(map(str, wanted.steps))
    raise KubewitnessError(f"done, but after {wait_seconds:g} s still not to be seen: {left}: check again later")


def _planned(api: ManagedApi, plan: Callable[[ManagedCluster], ManagedPlan | ManagedRefusal]) -> ManagedPlan:
    try:
        wanted = plan(api.observe())
    except NotReadError as error:
        raise KubewitnessError(error.unread.detail) from error
    if isinstance(wanted, ManagedRefusal):
        raise KubewitnessError(wanted.reason)
    return wanted
