from __future__ import annotations

from dataclasses import replace

import pytest
from rich.cells import cell_len

from kubewitness.model import FieldDifference, Report, Source, Status
from kubewitness.report import Options
from kubewitness.report.table import render
from tests.unit.report import reports


@pytest.mark.parametrize("width", [1, 20, 40, 80, 200])
@pytest.mark.parametrize("report", [reports.fleet(), reports.hostile(), reports.clean(), reports.empty()])
def test_no_line_is_wider_than_the_terminal(report: Report, width: int) -> None:
    shown = render(report, Options(width=width))

    assert max(cell_len(line) for line in shown.splitlines()) <= max(width, 20)


@pytest.mark.parametrize("width", [20, 40, 80])
def test_nothing_is_cut_where_it_does_not_fit(width: int) -> None:
    long = "/" + "".join(f"{number:03}" for number in range(100))
    finding = replace(
        reports.fleet().findings[1], target=long, message=long, expected=long, remediation=long, differences=()
    )
    target = replace(reports.fleet().targets[1], name=long)

    shown = render(Report(reports.RUN, (target,), (finding,)), Options(width=width))

    assert "".join(shown.split()).count(long) == 5


def test_a_matrix_that_fits_is_a_table_and_one_that_does_not_a_list() -> None:
    wide, narrow = (render(reports.fleet(), Options(width=width)) for width in (80, 60))

    assert "CLUSTER   TARGET" in wide
    assert "CLUSTER" not in narrow
    assert "@tree/image (cluster images, apiserver)\n  audit  ? UNKNOWN 1/3  not-observed, ceiling 1" in narrow


def test_without_colour_there_is_no_escape_and_the_words_are_the_same() -> None:
    plain = render(reports.fleet(), Options(color=False))
    coloured = render(reports.fleet(), Options(color=True))

    assert "\x1b" not in plain
    assert "\x1b[1;31m✗ FAIL" in coloured


def test_the_worst_target_comes_first_and_its_worst_finding_first() -> None:
    shown = render(reports.fleet(), Options())

    places = [shown.index(text) for text in ("cp-2 (cluster", "FAIL critical", "FAIL medium", "cp-3 (cluster")]
    assert places == sorted(places)


def test_one_hint_for_many_targets_is_said_once() -> None:
    image = reports.fleet().targets[2]
    targets = tuple(replace(image, name=f"node-{number}") for number in range(1000))

    shown = render(Report(reports.RUN, targets, ()), Options(width=200))

    assert "to see higher on node-0, node-1, node-2, node-3, node-4 and 995 more: kubewitness check" in shown


def test_a_long_piece_of_evidence_says_how_much_is_left_out() -> None:
    shown = render(reports.fleet(), Options())

    assert "(2 more lines: -o json)" in shown


def test_a_target_without_a_source_has_an_empty_cell() -> None:
    target = replace(reports.fleet().targets[0], sources={}, name="bare")

    shown = render(Report(reports.RUN, (target, reports.fleet().targets[1]), ()), Options())

    assert "prod      bare     apiserver\n" in shown
    assert Source.AUDIT.value.upper() in shown


def test_a_difference_is_told_once_a_target() -> None:
    first = reports.fleet().findings[1]
    second = replace(
        first, check="audit-drift", differences=(*first.differences, FieldDifference("--profiling", "false", "true"))
    )

    shown = render(Report(reports.RUN, (), (first, second, replace(first, check="audit-other"))), Options())

    assert shown.count("--audit-log-maxage: 7, should be 30") == 1
    assert "--profiling: true, should be false" in shown
    assert "and 1 that stands above" in shown


def test_unknowns_for_one_reason_are_told_together_and_failures_apart() -> None:
    unknown = reports.fleet().findings[4]
    again = replace(unknown, check="audit-log-written")
    failed = tuple(replace(finding, status=Status.FAIL, reason=None) for finding in (unknown, again))

    together = render(Report(reports.RUN, (), (unknown, again)), Options())
    apart = render(Report(reports.RUN, (), failed), Options())

    assert "audit-backend-set, audit-log-written" in together
    assert together.count(unknown.message) == 1
    assert apart.count(unknown.message) == 2
