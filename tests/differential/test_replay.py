"""A whole audit log, event by event: what the oracle counts is what we count."""

from __future__ import annotations

import json
import subprocess
from collections import Counter
from pathlib import Path

from kubewitness.auditpolicy import Level, Loaded, attributes_of, compile_policy, load
from tests.bench.audit_log import MIB, events
from tests.differential.running import server_version
from tests.oracle.building import build

POLICY = Path(__file__).parents[2] / "policies" / "audit" / "standard.yaml"


def test_a_log_is_replayed_alike(version: str, tmp_path: Path) -> None:
    log = tmp_path / "audit.log"
    lines = [*events(MIB, seed=3), b"no event\n", b"\n"]
    log.write_bytes(b"".join(lines))
    target = server_version(version)
    loaded = load(POLICY.read_text("utf-8"), target)
    assert isinstance(loaded, Loaded)

    done = subprocess.run([build(version), "replay", POLICY, log], capture_output=True, check=True)

    counted: Counter[tuple[int, str, bool, str]] = Counter()
    decide = compile_policy(loaded.policy, target)
    for line in lines[:-2]:
        event = json.loads(line)
        decision = decide(attributes_of(event))
        kept = decision.level is not Level.NONE and event["stage"] not in decision.omit_stages
        counted[decision.rule, decision.level, kept, "events"] += 1
        counted[decision.rule, decision.level, kept, "bytes"] += len(line)
    answer = json.loads(done.stdout)
    assert answer["unreadable"] == 1
    rows = {
        (row["rule"], row["level"], row["kept"], what): row[what]
        for row in answer["rows"]
        for what in ("events", "bytes")
    }
    assert rows == counted
