"""For people at a terminal: the verdict, then why each rule before it did not decide."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Final

from kubewitness.auditpolicy.query import SOMEBODY, spoken
from kubewitness.auditpolicy.types import Level, Stage
from kubewitness.report.policy.explanation import managed_fields, why_not
from kubewitness.report.policy.page import Cell, Page
from kubewitness.report.policy.places import rule_name, rule_place, stage_names

if TYPE_CHECKING:
    from kubewitness.auditpolicy.explanation import Explanation
    from kubewitness.report import Options
    from kubewitness.report.policy.explanation import ExplanationReport

_STYLES: Final = {
    Level.NONE: "bold red",
    Level.METADATA: "bold green",
    Level.REQUEST: "bold cyan",
    Level.REQUEST_RESPONSE: "bold magenta",
}


def render(report: ExplanationReport, options: Options) -> str:
    """One request in full; several, which one word of kubectl causes, a line each."""
    page = Page(options)
    first, *others = report.explanations
    page.line(Cell(spoken(first.attributes, report.version) if not report.query.several else report.text, "bold"))
    _who(page, first)
    for note in report.query.notes:
        page.line(Cell(f"note: {note}", "dim"), indent=2)
    page.blank()
    if report.query.several:
        _briefly(page, report, report.explanations)
        example = spoken(report.explanations[-1].attributes, report.version)
        page.blank()
        page.line("one of them in full:")
        page.command(f"kubewitness policy explain {shlex.quote(report.file)} {shlex.quote(example)}", indent=2)
        return page.text()
    _in_full(page, report, first)
    if others:
        page.blank()
        page.line("belongs to it:")
        _briefly(page, report, tuple(others))
    return page.text()


def _who(page: Page, explanation: Explanation) -> None:
    asked = explanation.attributes
    if asked.user is None:
        page.line("by nobody: a failed login has no user and no groups", indent=2)
        return
    user = "somebody whom no rule names" if asked.user == SOMEBODY else asked.user or '""'
    page.line(f"by {user}, in {', '.join(asked.groups) or 'no group'}", indent=2)


def _in_full(page: Page, report: ExplanationReport, explanation: Explanation) -> None:
    index = explanation.decision.rule
    place = "no rule matches" if index < 0 else f"rules[{index}] at {rule_place(report.file, report.policy, index)}"
    page.line(_level(explanation), f"  {place}")
    if explanation.hint:
        page.line(Cell(f"note: {explanation.hint}", "dim"), indent=2)
    if explanation.decision.level is not Level.NONE:
        page.rows(_facts(explanation), indent=2)
    if not explanation.passed:
        return
    page.blank()
    page.line("the rules before it do not match:" if index >= 0 else "why:")
    rows = [
        (Cell(rule_name(report.policy, at), "dim"), Cell(why_not(mismatch)))
        for at, mismatch in enumerate(explanation.passed)
    ]
    page.rows(rows, indent=2)


def _facts(explanation: Explanation) -> list[tuple[Cell, Cell]]:
    decision = explanation.decision
    at = stage_names(explanation.stages) or "at no stage: nothing"
    left_out = stage_names(decision.omit_stages)
    rows = [("written at", at), ("stages left out", left_out), ("managed fields", managed_fields(explanation))]
    return [(Cell(label, "dim"), Cell(text)) for label, text in rows if text]


def _briefly(page: Page, report: ExplanationReport, explanations: tuple[Explanation, ...]) -> None:
    whys = {id(item): asked.why for item, asked in zip(report.explanations, report.query.asked, strict=True)}
    rows = [
        (
            _level(item),
            Cell(rule_name(report.policy, item.decision.rule)),
            Cell(_with_why(spoken(item.attributes, report.version), whys[id(item)])),
        )
        for item in explanations
    ]
    page.rows(rows, indent=2)


def _with_why(text: str, why: str) -> str:
    return f"{text}  ({why})" if why else text


def _level(explanation: Explanation) -> Cell:
    """The level; what no stage is left of is said to be nothing."""
    level = explanation.decision.level
    if level is not Level.NONE and set(explanation.stages) <= {Stage.PANIC}:
        return Cell(f"{level}, but never written", _STYLES[Level.NONE])
    return Cell("not recorded (None)" if level is Level.NONE else str(level), _STYLES[level])
