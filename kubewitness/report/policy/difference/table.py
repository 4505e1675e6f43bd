"""For people at a terminal: what happens to which requests, which rules decide, and an example to ask about."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from kubewitness.auditpolicy.difference import Kind
from kubewitness.auditpolicy.query import spoken
from kubewitness.report.policy.difference import MEANINGS, change_words, odd_ones, summary
from kubewitness.report.policy.difference.words import exception, requests
from kubewitness.report.policy.page import Cell, Page
from kubewitness.report.policy.places import rule_name, rule_names

if TYPE_CHECKING:
    from kubewitness.auditpolicy.difference import RequestClass
    from kubewitness.report import Options
    from kubewitness.report.policy.difference import DifferenceReport
    from kubewitness.report.policy.difference.words import Sentence

_STYLES: Final = {
    Kind.LOST: "bold red",
    Kind.LOWERED: "red",
    Kind.STAGES: "yellow",
    Kind.RAISED: "magenta",
    Kind.GAINED: "green",
    Kind.MANAGED_FIELDS: "cyan",
}
_LONGEST_SENTENCE: Final = 2
"""In lines; what is longer is written as a list."""


def render(report: DifferenceReport, options: Options) -> str:
    """The verdict, then the classes."""
    page = Page(options)
    before, after = report.files
    page.line(Cell(f"{before} -> {after}", "bold"), f", kube-apiserver {report.version.major}.{report.version.minor}")
    page.line(summary(report))
    if report.difference.unfinished is not None:
        page.line(Cell(f"not compared in full: {report.difference.unfinished}", "bold red"))
    for kind, changes in report.groups():
        page.blank()
        page.line(Cell(kind.upper(), _STYLES[kind]), f"  {MEANINGS[kind]}")
        for change, found in changes:
            page.line(Cell(change_words(change), "bold"), indent=2)
            for item in found:
                _class(page, report, item)
    if report.difference.samples:
        _samples(page, report)
    if (text := odd_ones(report)) is not None:
        page.blank()
        page.line(Cell(text, "dim"))
    return page.text()


def _samples(page: Page, report: DifferenceReport) -> None:
    page.blank()
    page.line(Cell("EXAMPLES", "bold"), "  requests that were tried: there are more differences than these")
    before, after = report.policies
    for item in report.difference.samples:
        page.line(Cell(item.kind, _STYLES[item.kind]), f"  {change_words(item.change)}", indent=2)
        page.line(spoken(item.request, report.version), indent=4, hang=4)
        deciding = f"{rule_name(before, item.rule_before)} -> {rule_name(after, item.rule_after)}"
        page.line(Cell(deciding, "dim"), indent=4, hang=4)


def _class(page: Page, report: DifferenceReport, item: RequestClass) -> None:
    _sentence(page, requests(item.requests, as_a_rule=item.ordinary), indent=4)
    for box in item.exceptions:
        page.line(f"except {exception(box, as_a_rule=item.ordinary)}", indent=6, hang=4)
    before, after = report.policies
    deciding = f"{rule_names(before, item.rules_before)} -> {rule_names(after, item.rules_after)}"
    page.line(Cell(deciding, "dim"), indent=6, hang=4)
    label = "e.g." if item.ordinary else "odd, e.g."
    page.line(Cell(f"{label} {spoken(item.example, report.version)}", "dim"), indent=6, hang=4)


def _sentence(page: Page, sentence: Sentence, indent: int) -> None:
    text = str(sentence)
    if len(text) <= _LONGEST_SENTENCE * (page.width - indent) or len(sentence.objects) == 1:
        page.line(text, indent=indent, hang=4)
        return
    page.line(f"{sentence.head}", indent=indent)
    for phrase in sentence.objects:
        page.line(phrase, indent=indent + 4, hang=4)
    if sentence.tail:
        page.line(sentence.tail, indent=indent)
