"""The way back from a run of ours: what it saved, put back through the same transaction. Pure."""

from __future__ import annotations

import json
import shlex
from dataclasses import replace
from typing import TYPE_CHECKING

from kubewitness.rollout.outcome import NothingToDo, Plan, Refusal
from kubewitness.rollout.plan import plan_return
from kubewitness.rollout.runs import later_change, undone_by
from kubewitness.shell import STATE_DIR

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kubewitness.observed import ApiServer
    from kubewitness.rollout.runs import PastRun


def plan_undo(server: ApiServer, run: str, runs: Sequence[PastRun]) -> Plan | Refusal | NothingToDo:
    """Put back what ``run`` replaced; a Refusal where that is not known any more, or was changed since.

    ``runs``: all that the node remembers, the newest first.
    """
    place = f"{server.name}: run {run}"
    record = _text(server, "record.json")
    try:
        policy_path = str(json.loads(record or "")["policy"])
    except (ValueError, KeyError, TypeError, RecursionError):
        return Refusal((f"{place}: {_without_record(run, runs, found=record is not None)}",))
    now = {"manifest": server.manifest_text, "policy": _present_policy(server, policy_path)}
    touched = {name for name in now if _there(server, f"{name}.new") or _there(server, f"{name}.old")}
    if not touched:
        return NothingToDo(f"run {run}: it changed no file: nothing to undo")
    paths = {"manifest": server.manifest_path, "policy": policy_path}
    for name in sorted(touched):
        if _text(server, f"{name}.new") != now[name]:  # no .new: the run took it away
            return Refusal((_changed_since(server, run, name, paths[name], runs),))
    for name in sorted(touched):
        if _text(server, f"{name}.old") is None and not (name == "policy" and _there(server, "policy.absent")):
            return Refusal((f"{place}: what the {name} was before is not there any more: put it back by hand",))
    found = plan_return(
        server,
        manifest=_text(server, "manifest.old") or server.manifest_text,
        policy=_text(server, "policy.old") if "policy" in touched else now["policy"],
        policy_path=policy_path,
    )
    return replace(found, undone=run) if isinstance(found, Plan) else found


def _without_record(run: str, runs: Sequence[PastRun], *, found: bool) -> str:
    if service := next((past.service for past in runs if past.id == run and past.service), ""):
        return f"it changed {service}: undo it with kubewitness.deploys.undo_shipper"
    if found:
        return "its record cannot be read: put its files back by hand"
    return "nothing of it is on this node: is the id right?"


def _changed_since(server: ApiServer, run: str, name: str, path: str, runs: Sequence[PastRun]) -> str:
    """Who changed the file after ``run``, and what to do first."""
    place = f"{server.name}: run {run}"
    if by := undone_by(runs).get(run):
        return f"{place}: run {by} undid it already: undo that run to have it again"
    if later := later_change(runs, run, name):
        return f"{place}: the {name} was changed after it: undo run {later} first"
    if not _there(server, f"{name}.new"):
        return f"{server.name}:{path}: written by hand since run {run} took it away: remove it first, then start again"
    left = f"{STATE_DIR}/runs/{run}/{name}.new"
    how = f"put back {left} first ({shlex.join(['cp', left, path])}), then start again"
    return f"{server.name}:{path}: changed by hand since run {run}: {how}"


def _text(server: ApiServer, name: str) -> str | None:
    file = server.reading.saved.get(name)
    return file.text if file and isinstance(file.text, str) else None


def _there(server: ApiServer, name: str) -> bool:
    file = server.reading.saved.get(name)
    return file is not None and not file.absent


def _present_policy(server: ApiServer, path: str) -> str | None:
    file = server.reading.policies.get(path)
    return file.text if file and isinstance(file.text, str) else None
