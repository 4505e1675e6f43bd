"""The two verbs ask one question: what the checker finds missing the deploy ends, or says why it does not touch it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest
import yaml

from kubewitness import demand
from kubewitness.catalogue import load_catalogue
from kubewitness.ladder import assess
from kubewitness.model import Status
from kubewitness.observed import ApiServer
from kubewitness.rollout.outcome import Plan, Refusal, Restart, WantedPolicy
from kubewitness.rollout.plan import plan_audit
from kubewitness.staleness import is_stale
from tests.checks.servers import METADATA, server
from tests.checks.standards import standard
from tests.unit.rollout.after import after

CASES: Final = sorted((Path(__file__).parents[2] / "checks").glob("*/*.yaml"))
SERVERS: Final[dict[str, str]] = {
    json.dumps(yaml.safe_load(path.read_text("utf-8")).get("server", {})): f"{path.parent.name}/{path.stem}"
    for path in CASES
}
"""What the cases of all checks give, each server once: as JSON, with the name of a case that gives it."""
DRIFT: Final = tuple(check for check in load_catalogue() if check.id == "drift-from-standard")


def outcome(given: ApiServer) -> Plan | Refusal:
    return plan_audit(given, standard(), WantedPolicy(METADATA, "policies/audit/mine.yaml", exact=False))


@dataclass(frozen=True)
class Seen:
    """A server, and what the deploy makes of it."""

    server: ApiServer
    outcome: Plan | Refusal


@pytest.fixture(params=SERVERS, ids=list(SERVERS.values()), scope="module")
def seen(request: pytest.FixtureRequest) -> Seen:
    given = server(**json.loads(request.param))
    return Seen(given, outcome(given))


def test_a_plan_ends_every_difference_and_a_second_one_has_nothing_to_do(seen: Seen) -> None:
    if isinstance(seen.outcome, Refusal):
        reasons = seen.outcome.reasons
        assert reasons
        assert all("\n" not in reason and reason.startswith(("cp-1:", "policies/")) for reason in reasons)
        return

    changed = after(seen.server, seen.outcome)

    second = outcome(changed)
    assert isinstance(second, Plan), second
    assert not second.changes
    assert demand.differences(changed, standard().audit) == ()
    assert not is_stale(changed)


def test_what_the_check_finds_the_deploy_changes_or_refuses_and_nothing_else(seen: Seen) -> None:
    _, (drift,) = assess(seen.server, standard(), DRIFT)

    if drift.status is Status.FAIL:
        assert isinstance(seen.outcome, Refusal) or seen.outcome.changes
    elif drift.status is Status.PASS:
        assert isinstance(seen.outcome, Refusal) or not (
            seen.outcome.written or seen.outcome.restart is not Restart.NONE
        )
    else:
        assert isinstance(seen.outcome, Refusal), "what cannot be read is not touched"
