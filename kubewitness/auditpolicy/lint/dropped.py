"""AP006 and AP007: what kube-apiserver does not read of a policy with which it starts."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from kubewitness.auditpolicy.apiresources import ALL_VERBS
from kubewitness.auditpolicy.compiled import compile_policy
from kubewitness.auditpolicy.decode import STRICT_SINCE
from kubewitness.auditpolicy.lint.rule import CODE, Found, LintRule, lint_rule
from kubewitness.auditpolicy.lint.samples import samples
from kubewitness.auditpolicy.lint.words import rule_name, what_it_matches
from kubewitness.auditpolicy.probes import PROBES
from kubewitness.auditpolicy.types import Policy
from kubewitness.auditpolicy.wording import several
from kubewitness.godecode.tree import Mark
from kubewitness.model import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kubewitness.auditpolicy.lint.subject import Subject
    from kubewitness.godecode.tree import Problem

_UNKNOWN: Final = re.compile(r'(?:unknown|duplicate) field "(?:rules\[(\d+)\]\.)?(.*)"')
_DESCRIBING: Final = frozenset(
    {
        "annotations",
        "comment",
        "comments",
        "description",
        "id",
        "labels",
        "metadata",
        "name",
        "note",
        "notes",
        "reason",
        "title",
    }
)
"""Keys by which nobody means to say what a rule matches."""
_DUPLICATE: Final = re.compile(r'line \d+: key "?(.*?)"? already set in map')


@lint_rule("AP006", "a key that kube-apiserver drops", Severity.HIGH, source=CODE)
def dropped_key(subject: Subject) -> Iterator[Found]:
    """What kube-apiserver does not know it drops, with one line in its log (before 1.26 without a word).

    The rule goes on without it, and matches more than was meant. High where it then hides requests that a later rule
    would have recorded in more detail; medium where it only records more than was meant; low where no rule changes, no
    request reaches the rule, or the key only describes it, as ``description`` does.
    """
    by_rule: dict[int | None, list[Problem]] = {}
    for problem in subject.ignored:
        by_rule.setdefault(_rule_of(subject, problem), []).append(problem)
    for rule, problems in by_rule.items():
        yield _dropped(subject, rule, problems)


def _dropped(subject: Subject, rule: int | None, problems: list[Problem]) -> Found:
    how = "with one line in its log" if subject.version >= STRICT_SINCE else "without a word"
    names = several(list(dict.fromkeys(_name(problem) for problem in problems)))
    message = f"kube-apiserver drops {names} {how}"
    mark = problems[0].mark
    if rule is None:
        return Found(f"{message}; no rule changes by it: remove it", severity=Severity.LOW, mark=mark)
    left = subject.rules[rule]
    became = f"{rule_name(subject, rule)} is now {left.level} for {what_it_matches(left)}"
    if rule in subject.reach.dead or all(_name(problem).lower() in _DESCRIBING for problem in problems):
        return Found(f"{message}: {became}", rule=rule, severity=Severity.LOW, mark=mark)
    severity = Severity.HIGH if _hides(subject, rule) else Severity.MEDIUM
    return Found(f"{message}: {became}", rule=rule, severity=severity, mark=mark)


def _name(problem: Problem) -> str:
    if match := _UNKNOWN.match(problem.text):
        return match[2]
    match = _DUPLICATE.match(problem.text)
    return f"the first {match[1]} of two" if match else problem.text


def _rule_of(subject: Subject, problem: Problem) -> int | None:
    """The rule that the key stands in; ``None`` where it stands beside the rules."""
    match = _UNKNOWN.match(problem.text)
    if match:
        return int(match[1]) if match[1] is not None and int(match[1]) < len(subject.rules) else None
    mark = problem.mark or Mark(0, 0)
    before = [index for index, rule in enumerate(subject.rules) if 0 < rule.line <= mark.line]
    return before[-1] if before and mark.column >= subject.rules[before[-1]].column else None


def _hides(subject: Subject, index: int) -> bool:
    """Whether anything that the rule decides would be recorded in more detail without it."""
    rule = subject.rules[index]
    rest = (*subject.rules[:index], *subject.rules[index + 1 :])
    without = compile_policy(Policy(rest, subject.policy.omit_stages), subject.version)
    asked = (*(probe.attributes for probe in PROBES), *samples(rule, rule.verbs or ALL_VERBS))
    decided = (attributes for attributes in asked if subject.decide(attributes).rule == index)
    return any(without(item).level.rank > rule.level.rank for item in decided)


@lint_rule("AP007", "a second YAML document", Severity.MEDIUM, source=CODE)
def extra_document(subject: Subject) -> Iterator[Found]:
    """Only the first document of the file is read; the rules of any other are passed over without a word."""
    if subject.extra_document is not None:
        text = "kube-apiserver reads the first document only: what follows here is passed over without a word"
        yield Found(text, mark=subject.extra_document)


RULES: Final[tuple[LintRule[Subject], ...]] = (dropped_key, extra_document)
