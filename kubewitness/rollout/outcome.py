"""What planning a change comes to: a plan, or the reasons why nothing may be changed. Pure values."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kubewitness.canary import Prediction


class Restart(StrEnum):
    """How the new configuration comes into force."""

    NONE = "none"
    PROCESS = "process"
    DRAIN = "drain"
    MANIFEST = "manifest"

    @property
    def outage(self) -> str:
        """What it costs on a single control plane, in words (measured on real control planes)."""
        return {
            Restart.NONE: "no restart: the API stays as it is",
            Restart.PROCESS: (
                "the API of a single control plane will be away for about 5 s, 65 s after other restarts;"
                " requests that it is answering then are cut off, maybe without an event"
            ),
            Restart.DRAIN: "the API of a single control plane will be away for about 45 s: a backend has a buffer",
            Restart.MANIFEST: "the API of a single control plane will be away for about 45 s",
        }[self]


@dataclass(frozen=True, slots=True)
class WantedPolicy:
    """The audit policy to write. ``exact``: the user named it, so anything that differs from it is replaced.

    Otherwise it is written only where the present policy falls short of the standard. ``replace``: a present policy
    that somebody wrote may be lost for it; else only one that our last run left, that does not load, or that records
    nothing.
    """

    text: str
    where: str
    exact: bool
    replace: bool = False

    @property
    def may_replace(self) -> bool:
        """Whether a policy that somebody wrote may be lost for this one."""
        return self.exact or self.replace


@dataclass(frozen=True, slots=True)
class FileChange:
    """A file of the node. ``before`` is ``None`` where there was none; ``after`` is ``None`` to remove it."""

    path: str
    before: str | None
    after: str | None

    @property
    def changes(self) -> bool:
        return self.before != self.after


@dataclass(frozen=True, slots=True)
class Plan:
    """All that the node-side script is told.

    ``expect``, ``expect_before``: audit flags that the process has to have, and had; "" means not set.
    ``prediction``: at which level the new policy records the canary; ``None`` where there is no log file to look into.
    ``need_mib``: room that the rotation takes, where this plan is the one that sets it. ``buffered_seconds``: how long
    an event may lie in a buffer before it is written. ``accepts_drift``: what somebody changed since our last run meets
    the standard: it is proved and recorded. ``undone``: the run whose way back this is; empty: none's.
    ``unproved``: why no event can be looked for, where ``log_path`` is ``None``.
    """

    manifest: FileChange
    policy: FileChange | None
    log_path: str | None
    restart: Restart
    expect: dict[str, str]
    expect_before: dict[str, str]
    prediction: Prediction | None
    need_mib: int | None
    accepts_drift: bool
    buffered_seconds: float
    reasons: tuple[str, ...]
    undone: str = ""
    unproved: str = ""

    @property
    def changes(self) -> bool:
        """Whether there is anything to do."""
        return self.restart is not Restart.NONE or bool(self.written) or self.accepts_drift

    @property
    def written(self) -> tuple[FileChange, ...]:
        """The files that differ."""
        return tuple(file for file in (self.policy, self.manifest) if file is not None and file.changes)


@dataclass(frozen=True, slots=True)
class NothingToDo:
    """What was asked for has nothing to change, and that is no failure."""

    reason: str


@dataclass(frozen=True, slots=True)
class Refusal:
    """Nothing may be changed. Each reason is one line: what - where - what to do."""

    reasons: tuple[str, ...]
