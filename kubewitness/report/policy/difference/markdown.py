"""GitHub-flavoured Markdown: for the pull request that changes a policy."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kubewitness.auditpolicy.query import spoken
from kubewitness.report.gfm import code_span, plain
from kubewitness.report.policy.difference import MEANINGS, change_words, odd_ones, summary
from kubewitness.report.policy.difference.words import exception, requests
from kubewitness.report.policy.places import rule_name, rule_names

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kubewitness.auditpolicy.difference import RequestClass, Sample
    from kubewitness.report import Options
    from kubewitness.report.policy.difference import DifferenceReport


def render(report: DifferenceReport, options: Options) -> str:
    """Headings of the second level: it can stand in a page."""
    del options  # the reader's page decides how wide it is
    return "\n".join([*_lines(report), ""])


def _lines(report: DifferenceReport) -> Iterator[str]:
    before, after = map(code_span, report.files)
    version = f"kube-apiserver {report.version.major}.{report.version.minor}"
    yield f"{before} → {after} ({version}): {plain(summary(report))}."
    if report.difference.unfinished is not None:
        yield from ("", f"**Not compared in full: {plain(report.difference.unfinished)}.**")
    for kind, changes in report.groups():
        yield from ("", f"## {plain(kind[:1].upper() + kind[1:])}: {plain(MEANINGS[kind])}")
        for change, found in changes:
            yield from ("", f"**{plain(change_words(change).replace('->', '→'))}**", "")
            for item in found:
                yield from _class(report, item)
    if report.difference.samples:
        yield from ("", "## Examples: requests that were tried; there are more differences than these", "")
        yield from (_sample(report, item) for item in report.difference.samples)
    if (text := odd_ones(report)) is not None:
        yield from ("", f"{plain(text)}.")


def _sample(report: DifferenceReport, item: Sample) -> str:
    before, after = report.policies
    change = plain(change_words(item.change).replace("->", "→"))
    deciding = plain(f"{rule_name(before, item.rule_before)} → {rule_name(after, item.rule_after)}")
    return f"- {plain(item.kind)}, {change}: {code_span(spoken(item.request, report.version))} ({deciding})"


def _class(report: DifferenceReport, item: RequestClass) -> Iterator[str]:
    before, after = report.policies
    yield f"- {plain(str(requests(item.requests, as_a_rule=item.ordinary)))}"
    for box in item.exceptions:
        yield f"  - except {plain(str(exception(box, as_a_rule=item.ordinary)))}"
    yield f"  - {plain(rule_names(before, item.rules_before))} → {plain(rule_names(after, item.rules_after))}"
    yield f"  - {'e.g.' if item.ordinary else 'odd, e.g.'} {code_span(spoken(item.example, report.version))}"
