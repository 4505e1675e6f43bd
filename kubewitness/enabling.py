"""Carries a plan for a managed cluster out, and reads again until there is nothing left to plan."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeVar

from kubewitness.errors import KubewitnessError
from kubewitness.managedplan import ManagedRefusal
from kubewitness.model import Reason
from kubewitness.providers import NotReadError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from kubewitness.managed import ManagedCluster
    from kubewitness.managedplan import ManagedPlan
    from kubewitness.model import Unread
    from kubewitness.providers import ManagedApi

_T = TypeVar("_T")

_LONGEST_PAUSE_SECONDS: Final = 15
_AGAIN: Final = "run again: what is done stays done"
_HINTS: Final = {
    Reason.THROTTLED: "its limit is reached: run again later, or with --limit",
    Reason.EXPIRED_CREDENTIAL: f"renew the credentials and {_AGAIN}",
    Reason.UNREACHABLE: _AGAIN,
    Reason.TIMEOUT: _AGAIN,
}


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
            self.wait(pause)
            pause = min(pause * 2, _LONGEST_PAUSE_SECONDS)

    @property
    def left_seconds(self) -> float:
        return max(0.0, self._end - time.monotonic())

    def wait(self, seconds: float) -> None:
        """So long, and not beyond the end."""
        time.sleep(min(seconds, self.left_seconds))


@dataclass(frozen=True, slots=True)
class Busy:
    """Why a change is refused just now, in the cloud's own words; it asks to be left alone for ``seconds``."""

    why: str
    seconds: float = 0


def patiently(
    attempt: Callable[[], _T], busy: Callable[[Exception], Busy | None], deadline: Deadline, tell: Callable[[str], None]
) -> _T:
    """What ``attempt`` returns, made again for as long as it raises what ``busy`` says may end.

    ``attempt`` has to read what it changes: what is in its way may be somebody else's change of the same.

    Raises what else ``attempt`` raises; KubewitnessError: the time is over.
    """
    why = ""
    for _ in deadline.pauses():
        try:
            return attempt()
        except Exception as error:
            found = busy(error)
            if found is None:
                raise
            if not why:
                tell(f"waiting: {found.why}")
            why = found.why
            if found.seconds > deadline.left_seconds:
                break
            deadline.wait(found.seconds)
    raise KubewitnessError(f"{why}: not to be waited out in {deadline.seconds:g} s: run again later")


def refusal(why: Unread, cloud: str, hint: str = "") -> KubewitnessError:
    """``why`` as what the user can do something about. ``hint``: what, where the reason alone does not say it.

    ``cloud``: as ``kubewitness permissions`` calls it.
    """
    denied = f"grant it: kubewitness permissions {cloud} --enforce" if why.reason is Reason.DENIED else ""
    hint = hint or denied or _HINTS.get(why.reason, "")
    return KubewitnessError(f"{why.detail}: {hint}" if hint else why.detail)


def enable(
    api: ManagedApi,
    plan: Callable[[ManagedCluster], ManagedPlan | ManagedRefusal],
    tell: Callable[[str], None],
    wait_seconds: float,
) -> None:
    """Do what ``plan`` says, and read until it says nothing more: an API may show a change long after it holds.

    ``tell`` hears of each step once, and of what is waited for. Raises KubewitnessError: what could not be done, what
    to do, and what is done already.
    """
    deadline, told, done, left = Deadline(wait_seconds), set[str](), dict[str, None](), ""
    for _ in deadline.pauses():
        wanted = _planned(api, plan)
        if not wanted.steps:
            return
        for step in wanted.steps:
            if str(step) not in told:
                tell(str(step))
                told.add(str(step))
            try:
                api.carry_out(step, deadline, tell)
            except KubewitnessError as error:
                raise KubewitnessError(f"{error}{_so_far(done)}") from error
            done[str(step)] = None
        left = "; ".join(map(str, wanted.steps))
    raise KubewitnessError(f"done, but after {wait_seconds:g} s still not to be seen: {left}: check again later")


def _so_far(done: dict[str, None]) -> str:
    return f" (done before: {'; '.join(done)})" if done else ""


def _planned(api: ManagedApi, plan: Callable[[ManagedCluster], ManagedPlan | ManagedRefusal]) -> ManagedPlan:
    try:
        wanted = plan(api.observe())
    except NotReadError as error:
        raise KubewitnessError(error.unread.detail) from error
    if isinstance(wanted, ManagedRefusal):
        raise KubewitnessError(wanted.reason)
    return wanted
