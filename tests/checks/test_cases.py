"""Every check against its cases: a file each, ``<check>/<result>_<what is special>.yaml``.

A case holds ``server``, ``node`` or ``managed`` (what differs from a good one: servers.py, nodes.py, clusters.py),
``standard`` (see standards.py), ``result``, and of the finding what matters: ``message`` and ``remedy`` (a part),
``reason``, ``expected``, ``actual`` and ``differences`` (all of it).
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, Final

import pytest
import yaml

from kubewitness.catalogue import load_catalogue
from kubewitness.check import Check
from kubewitness.ladder import Subject, assess
from kubewitness.model import Kind
from tests.checks.clusters import cluster
from tests.checks.nodes import node
from tests.checks.servers import server
from tests.checks.standards import standard

HERE: Final = Path(__file__).parent
CASES: Final = sorted(HERE.glob("*/*.yaml"))
CATALOGUE: Final = {(check.id, check.kind): check for check in load_catalogue()}
RESULTS: Final = ("pass", "fail", "unknown", "not_applicable")
KEYS: Final = {
    "server", "node", "managed", "standard", "result", "message", "remedy", "reason", "expected", "actual",
    "differences",
}  # fmt: skip


def read(path: Path) -> dict[str, Any]:
    case = yaml.safe_load(path.read_text("utf-8"))
    assert isinstance(case, dict)
    assert len({"server", "node", "managed"} & set(case)) <= 1
    return case


def kind(case: dict[str, Any]) -> Kind:
    return Kind.MANAGED_CLUSTER if "managed" in case else Kind.NODE if "node" in case else Kind.API_SERVER


def observed(case: dict[str, Any]) -> Subject:
    if kind(case) is Kind.MANAGED_CLUSTER:
        return cluster(**case["managed"] or {})
    if kind(case) is Kind.NODE:
        return node(**case["node"] or {})
    return server(**case.get("server", {}))


@pytest.mark.parametrize("path", CASES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_case(path: Path) -> None:
    case = read(path)

    catalogue = (CATALOGUE[path.parent.name, kind(case)],)
    _, (finding,) = assess(observed(case), standard(**case.get("standard", {})), catalogue, {"--prove"})

    assert set(case) <= KEYS
    assert (finding.status.value.lower(), finding.reason) == (case["result"], case.get("reason"))
    assert case.get("message", "") in finding.message
    assert case.get("remedy", "") in (finding.remediation or "")
    for name in {"expected", "actual"} & set(case):
        assert getattr(finding, name) == case[name]
    if "differences" in case:
        assert [[item.field, item.expected, item.actual] for item in finding.differences] == case["differences"]


@pytest.mark.parametrize("path", CASES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_a_case_belongs_to_a_check_and_its_name_begins_with_its_result(path: Path) -> None:
    case = read(path)

    assert (path.parent.name, kind(case)) in CATALOGUE
    assert case["result"] in RESULTS
    assert path.stem.startswith(f"{case['result']}_")
    assert ("reason" in case) == (case["result"] == "unknown")


@pytest.mark.parametrize("check", CATALOGUE.values(), ids=lambda check: f"{check.id}-{check.kind}")
class TestEveryCheck:
    def test_has_a_case_for_pass_and_for_fail(self, check: Check) -> None:
        cases = [read(path) for path in CASES if path.parent.name == check.id]
        results = {case["result"] for case in cases if kind(case) is check.kind}

        assert {"pass", "fail"} <= results

    def test_has_an_id_that_is_a_slug(self, check: Check) -> None:
        assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", check.id)

    def test_has_a_title_that_states_the_good_state(self, check: Check) -> None:
        assert re.match(r"[a-z]", check.title), "a clause, so no capital in front"
        assert not check.title.lower().startswith(("ensure", "check", "verify", "make sure"))
        assert not check.title.endswith(".")

    def test_says_why_and_from_where(self, check: Check) -> None:
        assert len(check.why) > 40
        assert check.source.startswith("https://")
        assert all(re.fullmatch(r"[\w.-]+:[\w.:-]+", control) for control in check.controls)


def test_the_good_server_passes_everything_that_was_asked() -> None:
    target, findings = assess(server(), standard(), tuple(CATALOGUE.values()))

    assert {finding.status.value for finding in findings} == {"PASS", "NOT_APPLICABLE"}
    assert {finding.check for finding in findings if finding.status.value == "NOT_APPLICABLE"} == {
        "audit-canary",
        "drift-from-last-run",
        "shipper-configuration",
        "shipper-running",
        "audit-readable-by-shipper",
        "audit-delivered",
    }
    assert [state.status.value for state in target.sources.values()] == ["PASS"]


def test_ids_are_unique_for_each_kind() -> None:
    assert len(CATALOGUE) == len(load_catalogue())


def test_the_good_cluster_passes_all_but_what_its_provider_does_not_record() -> None:
    target, findings = assess(cluster(), standard(), tuple(CATALOGUE.values()))

    assert {finding.check for finding in findings if finding.status.value != "PASS"} == {
        "audit-policy-limits",
        "audit-log-format",
    }
    assert [(state.status.value, state.rung) for state in target.sources.values()] == [("PASS", 3)]


def test_the_good_node_passes_everything_that_was_asked() -> None:
    target, findings = assess(node(), standard(), tuple(CATALOGUE.values()))

    assert {finding.check for finding in findings if finding.status.value != "PASS"} == {"journal-forwarding"}
    assert [(state.status.value, state.rung) for state in target.sources.values()] == [("PASS", 3), ("PASS", 3)]
