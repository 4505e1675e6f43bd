"""The way back from a run of ours: what it saved, put back through the same transaction. Pure."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

from kubewitness.observed import LastRun
from kubewitness.rollout.outcome import Plan, Refusal
from kubewitness.rollout.plan import plan_return

if TYPE_CHECKING:
    from kubewitness.observed import ApiServer


def plan_undo(server: ApiServer, run: str) -> Plan | Refusal:
    """Put back what ``run`` replaced; a Refusal where that is not known any more, or was changed since."""
    place = f"{server.name}: run {run}"
    record = _text(server, "record.json")
    if record is None:
        return Refusal((f"{place}: nothing of it is on this node: is the id right?",))
    try:
        policy_path = str(json.loads(record)["policy"])
    except (ValueError, KeyError, TypeError, RecursionError):
        return Refusal((f"{place}: its record cannot be read: put its files back by hand",))
    now = {"manifest": server.manifest_text, "policy": _present_policy(server, policy_path)}
    touched = {
        name for name in now if _text(server, f"{name}.new") is not None or _text(server, f"{name}.old") is not None
    }
    for name in sorted(touched):
        if _text(server, f"{name}.new") != now[name]:  # no .new: the run took it away
            return Refusal((f"{place}: the {name} was changed after it: {_later(server, run)}, or edit it by hand",))
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


def _later(server: ApiServer, run: str) -> str:
    """What to undo first, where the later change was ours."""
    last = server.last_run.run if isinstance(server.last_run, LastRun) else run
    return f"undo run {last} first" if last != run else "undo the later change first"


def _text(server: ApiServer, name: str) -> str | None:
    file = server.reading.saved.get(name)
    return file.text if file and isinstance(file.text, str) else None


def _there(server: ApiServer, name: str) -> bool:
    file = server.reading.saved.get(name)
    return file is not None and not file.absent


def _present_policy(server: ApiServer, path: str) -> str | None:
    file = server.reading.policies.get(path)
    return file.text if file and isinstance(file.text, str) else None
