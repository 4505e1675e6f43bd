"""``policy simulate`` beside the oracle: each rule decides about the same events, and keeps the same ones."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from kubewitness.auditpolicy import Level, Loaded, load
from kubewitness.simulation.replay import simulate
from tests.bench.audit_log import MIB, events
from tests.differential.running import server_version
from tests.oracle.building import build

POLICIES = Path(__file__).parents[2] / "policies" / "audit"


@pytest.mark.parametrize("name", ["essential", "standard", "forensic"])
def test_a_log_is_simulated_alike(version: str, name: str, tmp_path: Path) -> None:
    policy, log = POLICIES / f"{name}.yaml", tmp_path / "audit.log"
    log.write_bytes(b"".join([*events(2 * MIB, seed=5), b"no event\n", b"\n"]))
    target = server_version(version)
    loaded = load(policy.read_text("utf-8"), target)
    assert isinstance(loaded, Loaded)

    done = subprocess.run([build(version), "replay", policy, log], capture_output=True, check=True)
    found = simulate(loaded.policy, target, [str(log)], top=1, look=lambda _: None)

    answer = json.loads(done.stdout)
    assert found.unreadable.count == answer["unreadable"] == 1
    rows = answer["rows"]
    assert {rule.rule: rule.recorded.events for rule in found.rules if rule.recorded.events} == _sums(rows, "events")
    assert {rule.rule: rule.recorded.bytes for rule in found.rules if rule.recorded.events} == _sums(rows, "bytes")
    kept = {rule.rule: rule.kept.events for rule in found.rules if rule.kept.events and rule.level is not Level.NONE}
    assert kept == _sums([row for row in rows if row["kept"]], "events")


def _sums(rows: list[dict[str, int]], what: str) -> dict[int, int]:
    sums: dict[int, int] = {}
    for row in rows:
        sums[row["rule"]] = sums.get(row["rule"], 0) + row[what]
    return sums
