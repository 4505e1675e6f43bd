"""Runs the rules over a file: each policy in it, its findings at their places in the file, less what is accepted."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from kubewitness.auditpolicy.decode import Loaded, Refused
from kubewitness.auditpolicy.documents import second_document
from kubewitness.auditpolicy.lint import comments, reached
from kubewitness.auditpolicy.lint.accepting import Accepted, accept
from kubewitness.auditpolicy.lint.catalogue import KNOWN_IDS, POLICY_RULES, REFUSAL_RULES
from kubewitness.auditpolicy.lint.edits import Edit, edit_of
from kubewitness.auditpolicy.lint.ignores import Ignore, ignores_in
from kubewitness.auditpolicy.lint.reachability import replaces
from kubewitness.auditpolicy.lint.refusal import places_of, refusal_of
from kubewitness.auditpolicy.lint.rule import NO_RULE, Found, LintFinding, LintRule
from kubewitness.auditpolicy.lint.subject import Subject, subject_of
from kubewitness.auditpolicy.policyyaml import rules_yaml
from kubewitness.auditpolicy.validate import ANY_GROUP_SINCE
from kubewitness.auditpolicy.verdict import Verdict, judge
from kubewitness.godecode.tree import Mark

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kubewitness.apiserver import AuditSettings
    from kubewitness.auditpolicy.types import Rule
    from kubewitness.model import ServerVersion

MOST_RULES: Final = 1000
"""A policy with more is no policy that anybody wrote."""
_ITEM: Final = re.compile(r"( *)- ")
_USUAL_INDENT: Final = 2


_BY_NAME: Final = ("AP023", "AP024", "AP030", "AP031", "AP032", "AP033", "AP040", "AP041", "AP042", "AP043")
"""The rules that ask by whom, where and about what the rules of a policy name."""


@dataclass(frozen=True, slots=True)
class NotLookedAt:
    """A rule of the catalogue whose input was not there. ``why``: what was missing."""

    id: str
    why: str


@dataclass(frozen=True, slots=True)
class Linted:
    """One policy of one file, or the manifest whose flags it goes with.

    ``path``: where the policy hangs in the file; empty where it is the file. ``rules``: how many it has, 0 where
    kube-apiserver would not start with it, ``None`` of a manifest. ``unjudged``: why it was not judged, or not in full;
    ``None``: it was.
    """

    file: str
    path: str
    version: ServerVersion
    rules: int | None
    findings: tuple[LintFinding, ...]
    accepted: tuple[Accepted, ...] = ()
    not_looked_at: tuple[NotLookedAt, ...] = ()
    unjudged: str | None = None

    @property
    def kind(self) -> str:
        """``policy`` or ``manifest``."""
        return "policy" if self.rules is not None else "manifest"


def lint(
    file: str, data: bytes, version: ServerVersion, settings: AuditSettings | str = "the flags are not known"
) -> tuple[Linted, ...]:
    """Everything that is found in the policy ``data``, or in each policy inside it. ``file``: its name.

    ``settings``: of the API server that would read it, or why they are not known: rules that need them are then not
    looked at. Raises KubewitnessError for more than 100 policies in one file.
    """
    return tuple(_lint(verdict, data, version, settings) for verdict in judge(file, data, version))


def _lint(verdict: Verdict, data: bytes, version: ServerVersion, settings: AuditSettings | str) -> Linted:
    source = _Source(verdict, data if verdict.inside is None else verdict.inside.data)
    found = verdict.found
    empty = Linted(verdict.file, source.path, version, 0, ())
    if isinstance(found, Refused):
        if found.beyond_limits:
            return replace(empty, unjudged=found.error)
        refusal = refusal_of(source.data, found, version, second_document(source.data))
        findings = [source.finding(rule, item) for rule in REFUSAL_RULES for item in rule.function(refusal)]
        return replace(empty, findings=tuple(findings))
    if len(found.policy.rules) > MOST_RULES:
        return replace(empty, unjudged=f"not judged by kubewitness: more than {MOST_RULES} rules")
    return _lint_policy(source, found, version, settings)


def _lint_policy(source: _Source, loaded: Loaded, version: ServerVersion, settings: AuditSettings | str) -> Linted:
    ignores = ignores_in(source.text, loaded.policy.rules)
    loaded = source.placed(loaded)
    places = {path: source.place(mark) for path, mark in places_of(source.data).items()}
    extra = second_document(source.data)
    known = settings if not isinstance(settings, str) else None
    subject = subject_of(loaded, version, places, known, source.place(extra) if extra is not None else None)
    rules = [rule for rule in POLICY_RULES if known is not None or not rule.needs_flags]
    if reached.records_nothing(subject):
        rules = [rule for rule in rules if not rule.by_outcome]
    findings = [source.finding(rule, item, subject) for rule in rules for item in rule.function(subject)]
    found = accept(findings, ignores)
    unused = [item for item in found.unused if _was_looked_at(item, known)]
    told = [source.finding(comments.without_reason, item) for item in comments.without_reason.function(ignores)]
    told += [source.finding(comments.without_reason, item) for item in comments.unknown_ids(ignores, KNOWN_IDS)]
    told += [source.finding(comments.matches_nothing, item) for item in comments.matches_nothing.function(unused)]
    return Linted(
        source.verdict.file,
        source.path,
        version,
        len(loaded.policy.rules),
        tuple(sorted((*found.kept, *told), key=worst_first)),
        found.accepted,
        tuple(_not_looked_at(subject, settings)),
    )


@dataclass(frozen=True, slots=True)
class _Source:
    """The text of one policy, and the way from there to the file that it stands in."""

    verdict: Verdict
    data: bytes

    @property
    def path(self) -> str:
        return self.verdict.inside.path if self.verdict.inside is not None else ""

    @property
    def text(self) -> str:
        return self.data.decode("utf-8-sig", "replace")

    def place(self, mark: Mark) -> Mark:
        inside = self.verdict.inside
        return mark if inside is None else Mark(*inside.place(mark.line, mark.column))

    def placed(self, loaded: Loaded) -> Loaded:
        """With the places of the file."""
        if self.verdict.inside is None:
            return loaded
        marks = [self.place(Mark(rule.line, rule.column)) for rule in loaded.policy.rules]
        rules = tuple(
            replace(rule, line=mark.line, column=mark.column)
            for rule, mark in zip(loaded.policy.rules, marks, strict=True)
        )
        return replace(loaded, policy=replace(loaded.policy, rules=rules), ignored=self.verdict.ignored)

    def finding(self, rule: LintRule[Any], found: Found, subject: Subject | None = None) -> LintFinding:
        """``found`` at its place in the file, with its suggestion as text."""
        mark, decided = found.mark, None
        if mark is not None and subject is None:
            mark = self.place(mark)
        if subject is not None:
            decided = subject.place_of(found.rule) if found.rule is not None else None
            mark = mark or subject.place_of(found.rule)
        written = self._written(found.suggestion)
        suggestion = "".join(text for _, text in written) or None
        return LintFinding(
            id=rule.id,
            severity=found.severity or rule.severity,
            message=found.message,
            line=mark.line if mark is not None else None,
            column=mark.column if mark is not None else None,
            probe=found.probe,
            others=found.others,
            rule=found.rule,
            rule_line=decided.line if decided is not None else None,
            rule_column=decided.column if decided is not None else None,
            suggestion=suggestion,
            replaces=subject is not None and _replaces(subject, found),
            edit=self._edit(subject, found.rule, suggestion),
            stands_in=subject.rule_at(mark) if subject is not None and mark is not None else None,
            written=written,
        )

    def _written(self, rules: tuple[Rule, ...]) -> tuple[tuple[Rule, str], ...]:
        """Nothing where one of them cannot be written."""
        texts = [(rule, rules_yaml((rule,), self._indent())) for rule in rules]
        whole = tuple((rule, text) for rule, text in texts if text is not None)
        return whole if len(whole) == len(rules) else ()

    def _edit(self, subject: Subject | None, rule: int | None, suggestion: str | None) -> Edit | None:
        """Of the file itself; inside another file a line may be anything."""
        if subject is None or rule is None or suggestion is None or self.verdict.inside is not None:
            return None
        return edit_of(self.text.splitlines(), subject.rules, rule, suggestion)

    def _indent(self) -> int:
        """Of the items of ``rules``, so that what is suggested can be pasted between them."""
        inside = self.verdict.inside
        around = inside.indent if inside is not None else 0
        lines = self.text.splitlines()
        found = self.verdict.rules[0] if self.verdict.rules else None
        item = _ITEM.match(lines[found.line - 1]) if found is not None and 0 < found.line <= len(lines) else None
        return around + (len(item[1]) if item else _USUAL_INDENT)


def _replaces(subject: Subject, found: Found) -> bool:
    """Whether the rule that decided can go once the suggestion is there."""
    if not found.suggestion or found.rule in {None, NO_RULE}:
        return False
    any_group = subject.version >= ANY_GROUP_SINCE
    return replaces(subject.rules[found.rule or 0], found.suggestion, any_group=any_group)


def _was_looked_at(ignore: Ignore, settings: AuditSettings | None) -> bool:
    """Whether a comment that accepted nothing could have: AF is the manifest's, some need flags, some are no ids."""
    needs = {rule.id for rule in POLICY_RULES if rule.needs_flags and settings is None}
    return not all(item in needs or item.startswith("AF") or item not in KNOWN_IDS for item in ignore.ids)


def _not_looked_at(subject: Subject, settings: AuditSettings | str) -> Iterator[NotLookedAt]:
    if isinstance(settings, str):
        yield from (NotLookedAt(rule.id, settings) for rule in POLICY_RULES if rule.needs_flags)
    if not subject.named.is_complete:
        why = "not for all whom the rules name: the policy names too many"
        yield from (NotLookedAt(rule_id, why) for rule_id in _BY_NAME)
    if subject.reach.unjudged:
        yield NotLookedAt("AP012", f"the last {subject.reach.unjudged} rules: the policy is too large")


def worst_first(finding: LintFinding) -> tuple[int, int, str, int]:
    """The order of findings: the worst first, then as the rules stand in the policy."""
    rule = finding.rule if finding.rule not in {None, NO_RULE} else 1 << 30
    return -finding.severity.rank, rule or 0, finding.id, finding.line or 0
