"""What a reader of the rendered page gets, by a CommonMark parser with GitHub's tables."""

from __future__ import annotations

import html
import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from kubewitness.model import FieldDifference, Report
from kubewitness.report import Options
from kubewitness.report.markdown import render
from kubewitness.report.safe import safe
from tests.unit.report import reports

_TAGS_OF_OURS = {"h1", "h2", "p", "table", "thead", "tbody", "tr", "th", "td", "ul", "li", "code", "pre", "strong"}


@pytest.mark.parametrize("report", [reports.fleet(), reports.hostile(), reports.clean(), reports.empty()])
def test_the_page_holds_only_the_elements_that_we_wrote(report: Report) -> None:
    assert _tags(_page(report)) <= _TAGS_OF_OURS


def test_a_difference_is_told_once_a_target_and_those_that_say_the_same_in_one_line() -> None:
    first = reports.fleet().findings[1]
    differences = tuple(FieldDifference(name, "Metadata", "None") for name in ("secrets-get", "secrets-list"))
    first = replace(first, expected="a\nb", actual="c\nd", differences=differences)

    shown = render(Report(reports.RUN, (), (first, replace(first, check="audit-drift"))), Options())

    assert shown.count("secrets-get, secrets-list: None, should be Metadata") == 1
    assert "- differs: `2 that stand above`" in shown
    assert "expected" not in shown


def test_unknowns_for_one_reason_are_told_together() -> None:
    unknown = reports.fleet().findings[4]

    shown = render(Report(reports.RUN, (), (unknown, replace(unknown, check="audit-log-written"))), Options())

    assert "`audit-backend-set`, `audit-log-written`" in shown
    assert shown.count("connection refused") == 1


@given(st.text(st.characters(exclude_categories=()) | st.sampled_from("`|<>[]()!\\&\n*_~")))
def test_no_text_becomes_an_element_or_a_cell(text: str) -> None:
    page = _page(reports.full_of(text))

    assert _tags(page) <= _TAGS_OF_OURS
    assert page.count("<td") == 4
    assert page.count("<h2") == 1


@pytest.mark.parametrize("name", [name for name in reports.HOSTILE_NAMES if name])
def test_a_hostile_name_reads_as_it_was_read(name: str) -> None:
    page = html.unescape(_page(reports.hostile()))

    cells = re.findall(r"<td><code>(.*?)</code></td>", page)
    assert safe(name) in cells


@pytest.mark.parametrize(
    "text", ["https://evil.example", "http://x", "www.evil.example", "WWW.evil.example", "@team", "#1"]
)
def test_a_plain_text_offers_nothing_to_link(text: str) -> None:
    shown = render(reports.full_of(text), Options())

    outside_code = re.sub(r"`[^`]*`", "", shown).lower()
    assert not re.search(r"://|www\.|@team|#1", outside_code)


def _page(report: Report) -> str:
    parser = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
    return str(parser.render(render(report, Options())))


def _tags(page: str) -> set[str]:
    return set(re.findall(r"<([a-zA-Z0-9]+)", page))
