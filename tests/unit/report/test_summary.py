from __future__ import annotations

from dataclasses import replace

from kubewitness.model import Report, Severity, Status
from kubewitness.report.summary import groups, summary_line
from tests.unit.report import reports


def test_nothing_assessed_is_said() -> None:
    assert summary_line(reports.empty()) == "nothing was assessed"


def test_the_line_counts_failures_by_severity() -> None:
    assert summary_line(reports.fleet()) == (
        "4 targets, 5 results: 1 PASS, 2 FAIL (1 critical, 1 medium), 1 UNKNOWN, 1 not applicable"
    )


def test_targets_are_ordered_by_their_worst_finding() -> None:
    failed = reports.fleet().findings[1]
    findings = (
        replace(failed, target="not-applicable", status=Status.NOT_APPLICABLE),
        replace(failed, target="unknown-critical", status=Status.UNKNOWN, severity=Severity.CRITICAL),
        replace(failed, target="passed", status=Status.PASS),
        replace(failed, target="failed-low", severity=Severity.LOW),
        replace(failed, target="failed-high", severity=Severity.HIGH),
        replace(failed, target="failed-high", severity=Severity.INFO),
    )

    order = [group.target for group in groups(Report(reports.RUN, (), findings))]

    assert order == ["failed-high", "failed-low", "unknown-critical", "not-applicable"]


def test_two_clusters_may_have_a_node_of_the_same_name() -> None:
    failed = reports.fleet().findings[1]

    found = groups(Report(reports.RUN, (), (failed, replace(failed, cluster="other"))))

    assert [(group.cluster, len(group.findings)) for group in found] == [("prod", 1), ("other", 1)]
