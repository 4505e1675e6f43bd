"""The two verbs ask one question: what the checker finds missing the deploy ends, or says why it does not touch it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Final

import pytest
import yaml

from kubewitness import demand
from kubewitness.catalogue import load_catalogue
from kubewitness.check import assess
from kubewitness.model import Status
from kubewitness.observed import ApiServer
from kubewitness.rollout.plan import Plan, Refusal, WantedPolicy, plan_audit
from kubewitness.rollout.staleness import is_stale
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


@pytest.fixture(params=SERVERS, ids=list(SERVERS.values()), scope="module")
def given(request: pytest.FixtureRequest) -> ApiServer:
    return server(**json.loads(request.param))


def outcome(given: ApiServer) -> Plan | Refusal:
    return plan_audit(given, standard(), WantedPolicy(METADATA, "policies/audit/mine.yaml", exact=False))


def test_a_plan_ends_every_difference_and_a_second_one_has_nothing_to_do(given: ApiServer) -> None:
    first = outcome(given)
    if isinstance(first, Refusal):
        assert first.reasons
        assert all("\n" not in reason and reason.startswith(("cp-1:", "policies/")) for reason in first.reasons)
        return

    changed = after(given, first)

    second = outcome(changed)
    assert isinstance(second, Plan), second
    assert not second.changes
    assert demand.differences(changed, standard().audit) == ()
    assert not is_stale(changed)


def test_what_the_check_finds_the_deploy_changes_or_refuses_and_nothing_else(given: ApiServer) -> None:
    _, (drift,) = assess(given, standard(), DRIFT)

    found = outcome(given)

    if drift.status is Status.FAIL:
        assert isinstance(found, Refusal) or found.changes
    elif drift.status is Status.PASS:
        assert isinstance(found, Refusal) or not found.changes
    else:
        assert isinstance(found, Refusal), "what cannot be read is not touched"
