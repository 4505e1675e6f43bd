"""The way back from a run that changed a service: the node has what it was, and puts it back itself. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kubewitness.rollout.outcome import NothingToDo, Refusal
from kubewitness.rollout.runs import undone_by
from kubewitness.shipping.service import ServiceChange

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kubewitness.rollout.runs import PastRun


def plan_way_back(name: str, run: str, runs: Sequence[PastRun]) -> ServiceChange | Refusal | NothingToDo:
    """Put back what ``run`` replaced. ``runs``: all that the node remembers, the newest first.

    Whether a file was changed since is seen on the node itself, under its lock.
    """
    found = next((item for item in runs if item.id == run), None)
    if found is None:
        return Refusal((f"{name}: run {run}: nothing of it is on this node: is the id right?",))
    if not found.service:
        return Refusal((f"{name}: run {run}: it changed no service: undo it with kubewitness.deploys.undo_audit",))
    if not found.finished:
        return NothingToDo(f"run {run}: it was refused, or put everything back: nothing to undo")
    if by := undone_by(runs).get(run):
        return Refusal((f"{name}: run {run}: run {by} undid it already: undo that run to have it again",))
    return ServiceChange(
        unit=found.service,
        files=(),
        owned=(),
        main="",
        check=(),
        check_all=(),
        user="",
        folders=(),
        reads_log="",
        gives_way=(),
        also=(),
        reasons=(f"what run {run} replaced of {found.service} is put back: {', '.join(found.paths)}",),
        undone=run,
    )
