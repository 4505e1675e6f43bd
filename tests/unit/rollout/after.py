"""A server after a plan was carried out on it."""

from __future__ import annotations

import json
from dataclasses import replace

from kubewitness.apiserver import read_static_pod
from kubewitness.observed import ApiServer, observe
from kubewitness.probe.reading import File, Process, Shape
from kubewitness.rollout.outcome import Plan, Restart

SECONDS = 60.0


def after(before: ApiServer, plan: Plan) -> ApiServer:
    """What the probe would see a minute later: the files written, and the process replaced where the plan says so."""
    reading, now = before.reading, before.reading.now + SECONDS
    assert isinstance(reading.manifests, tuple)
    shape = Shape(0o100600, 0, 0, 1, 9, 1, now - 30, now - 30)
    policies = dict(reading.policies)
    if plan.policy is not None and plan.policy.changes:
        there = plan.policy.after is not None
        policies[plan.policy.path] = File(plan.policy.path, shape if there else None, plan.policy.after)
    manifests = tuple(
        replace(file, text=plan.manifest.after) if file.path == plan.manifest.path else file
        for file in reading.manifests
    )
    servers = reading.servers
    if plan.restart is not Restart.NONE:
        argv = read_static_pod(plan.manifest.after or "", plan.manifest.path).argv
        servers = tuple(
            replace(process, argv=argv, started=now - 10, pid=process.pid + 1, open_logs=()) for process in servers
        )
    changed = replace(
        reading, now=now, manifests=manifests, policies=policies, servers=servers, state=_record(plan, servers)
    )
    return observe(changed, before.name, before.cluster)


def _record(plan: Plan, servers: tuple[Process, ...]) -> dict[str, File]:
    """What the node-side script leaves for the next run."""
    process = {"pid": str(servers[0].pid), "started": str(servers[0].started_ticks)} if servers else {}
    texts = {
        "last.json": json.dumps({"run": "r2", **process}),
        "last-manifest.yaml": plan.manifest.after,
        "last-policy.yaml": plan.policy.after if plan.policy else None,
    }
    shape = Shape(0o100600, 0, 0, 1, 10, 1, 0, 0)
    return {name: File(name, shape if text is not None else None, text) for name, text in texts.items()}
