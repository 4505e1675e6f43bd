from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from kubewitness.model import FieldDifference, Report, Severity, Status
from kubewitness.report import Options, markdown, table
from kubewitness.report.summary import cell_note, differing, groups, summary_line
from tests.unit.report import reports


def test_nothing_assessed_is_said() -> None:
    assert summary_line(reports.empty()) == "nothing was assessed"


def test_the_line_counts_failures_by_severity() -> None:
    assert summary_line(reports.fleet()) == (
        "4 targets, 5 results: 1 PASS, 2 FAIL (1 critical, 1 medium), 1 UNKNOWN, 1 not applicable"
    )


@pytest.mark.parametrize(
    ("severities", "note"),
    [((), ""), (("info", "low"), ""), (("low", "medium"), "1 finding"), (("medium", "high"), "2 findings")],
)
@pytest.mark.parametrize("render", [table.render, markdown.render], ids=["table", "markdown"])
def test_a_pass_beside_findings_says_how_many(
    render: Callable[[Report, Options], str], severities: tuple[str, ...], note: str
) -> None:
    clean = reports.clean()
    (target, *_), passed = clean.targets, clean.findings[0]
    failed = replace(passed, target=target.name, cluster=target.cluster, status=Status.FAIL)
    other = replace(failed, cluster="another")
    findings = tuple(replace(failed, severity=Severity(item)) for item in severities)

    shown = render(replace(clean, targets=(target,), findings=(other, *findings)), Options(width=100))

    (row,) = [line for line in shown.splitlines() if " PASS " in line and target.name in line]
    assert row.split(" PASS 3/3")[1].strip(" |()") == note


def test_a_target_that_fails_anyway_has_no_such_note() -> None:
    (state,) = reports.clean().targets[0].sources.values()

    assert cell_note(replace(state, status=Status.FAIL), 2) == ""


def test_names_that_are_left_out_are_said_to_be_in_the_json() -> None:
    found = [FieldDifference(f"request {number}", "Metadata", "None") for number in range(9)]
    finding = replace(reports.fleet().findings[0], differences=tuple(found))

    (line,) = differing(finding, set())

    assert line.endswith("request 7 and 1 more (-o json lists all): None, should be Metadata")


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
