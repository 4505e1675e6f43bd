"""AP001 to AP005 and AP008: files with which kube-apiserver does not start, in its own words, and what to do."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum, auto
from typing import TYPE_CHECKING, Final

from kubewitness.auditpolicy.bind import bind
from kubewitness.auditpolicy.identity import GROUP, Identity, identify
from kubewitness.auditpolicy.lint.rule import CODE, REFERENCE, Found, LintRule, lint_rule
from kubewitness.auditpolicy.schema import POLICY
from kubewitness.godecode.jsontext import parse_json
from kubewitness.godecode.tree import Mark, Object, TreeError, Value
from kubewitness.godecode.yamltext import parse_yaml
from kubewitness.model import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from kubewitness.auditpolicy.decode import Refused
    from kubewitness.model import ServerVersion

_RULES_MISSPELT: Final = re.compile(r'unknown field "((?i:rules?|policyRules|items))"')
_BOOLEAN: Final = re.compile(r"cannot unmarshal (bool|number)")
_WRITE_V1: Final = "write apiVersion: audit.k8s.io/v1 and kind: Policy"


class Step(Enum):
    """Where the loading ended."""

    READ = auto()
    IDENTIFY = auto()
    BIND = auto()
    VALIDATE = auto()
    COUNT_RULES = auto()


@dataclass(frozen=True, slots=True)
class Refusal:
    """A file that kube-apiserver refuses. ``identity`` is ``None`` where the file does not say what it is."""

    refused: Refused
    version: ServerVersion
    text: str
    step: Step
    identity: Identity | None
    extra_document: Mark | None

    @property
    def mark(self) -> Mark | None:
        refused = self.refused
        return None if refused.line is None or refused.column is None else Mark(refused.line, refused.column)

    def found(self, advice: str) -> Found:
        """The refusal as a finding."""
        return Found(f"kube-apiserver does not start with it: {self.refused.error}: {advice}", mark=self.mark)


def read_value(data: bytes) -> Value:
    """The file as kube-apiserver reads it: JSON where it starts with a brace, else YAML. Raises TreeError."""
    starts_as_json = data.decode("utf-8", "replace").lstrip().startswith("{")
    return parse_json(data) if starts_as_json else parse_yaml(data).value


def places_of(data: bytes) -> Mapping[str, Mark]:
    """Where each value of a policy stands, by its path, as ``rules[0].users[1]``; empty for what is no policy."""
    try:
        return bind(read_value(data), POLICY).positions
    except TreeError:
        return {}


def refusal_of(data: bytes, refused: Refused, version: ServerVersion, extra_document: Mark | None) -> Refusal:
    """Why the file was refused: the steps of the loading once more, as far as they go."""
    text = data.decode("utf-8", "replace")
    step, identity = _step(data, text, refused)
    return Refusal(refused, version, text, step, identity, extra_document)


def _step(data: bytes, text: str, refused: Refused) -> tuple[Step, Identity | None]:
    try:
        value = read_value(data)
    except TreeError:
        return Step.READ, None
    try:
        identity = identify(value, text)
    except TreeError:
        return (Step.IDENTIFY if isinstance(value, Object) else Step.READ), None
    if not identity.is_policy or identity.is_internal:
        return Step.IDENTIFY, identity
    try:
        bind(value, POLICY)
    except TreeError:
        return Step.BIND, identity
    return (Step.VALIDATE if refused.problems else Step.COUNT_RULES), identity


@lint_rule("AP001", "not an audit policy of version v1", Severity.CRITICAL, source=REFERENCE)
def wrong_version(refusal: Refusal) -> Iterator[Found]:
    """kube-apiserver knows audit.k8s.io/v1 only since 1.24, and exits with anything else. The fields did not change."""
    if refusal.step is Step.IDENTIFY:
        yield refusal.found(_identity_advice(refusal))


def _identity_advice(refusal: Refusal) -> str:
    identity = refusal.identity
    if refusal.extra_document is not None and (identity is None or identity.is_internal):
        return f"only the first document counts, and another begins in line {refusal.extra_document.line}: remove it"
    if identity is None or identity.is_internal:
        return _WRITE_V1
    if identity.group == GROUP and identity.kind == "Policy":
        return "write apiVersion: audit.k8s.io/v1, the fields are the same"
    return f"this is no audit policy; if it is meant as one, {_WRITE_V1}"


@lint_rule("AP002", "unreadable: not YAML, or no mapping", Severity.CRITICAL, source=CODE)
def unreadable(refusal: Refusal) -> Iterator[Found]:
    """A file that starts with a brace is read as JSON only; any other as YAML 1.1, and its first document only."""
    if refusal.step is not Step.READ:
        return
    if "{{" in refusal.text or "{%" in refusal.text:
        yield refusal.found("this looks like a template: lint what it renders")
    elif refusal.text.lstrip().startswith("{"):
        yield refusal.found("a file that starts with { must be JSON: write block style instead, apiVersion: on a line")
    else:
        yield refusal.found("mend it there")


@lint_rule("AP003", "a value that validation refuses", Severity.CRITICAL, source=REFERENCE)
def invalid_value(refusal: Refusal) -> Iterator[Found]:
    """kube-apiserver validates levels, stages, API groups and URLs, all rules at once, and exits."""
    for problem in refusal.refused.problems:
        if not _is_any_group(problem.text):
            text = f"kube-apiserver does not start with it: {problem.text}: {_value_advice(problem.text)}"
            yield Found(text, mark=problem.mark)


def _value_advice(text: str) -> str:
    if ".resources.group: " in text:
        return 'write the group without its version, as apps, and "" for the core group'
    if ".resourceNames: " in text:
        return "list the resources whose names they are"
    if "nonResourceURLs: Invalid" in text:
        return "make two rules of it"
    if "level: Required" in text:
        return "write level: None, Metadata, Request or RequestResponse"
    return "correct the value"


@lint_rule("AP004", 'group "*" before 1.36', Severity.CRITICAL, source=REFERENCE)
def any_group_too_early(refusal: Refusal) -> Iterator[Found]:
    """Since 1.36 ``group: "*"`` is every API group. An older kube-apiserver refuses it and exits."""
    for problem in refusal.refused.problems:
        if _is_any_group(problem.text):
            version = f"{refusal.version.major}.{refusal.version.minor}"
            advice = "list the groups, or leave resources out to match every request"
            yield Found(f"kube-apiserver {version} does not start with it: {problem.text}: {advice}", mark=problem.mark)


def _is_any_group(text: str) -> bool:
    return '.resources.group: Invalid value: "*": ' in text


@lint_rule("AP005", "no rules", Severity.CRITICAL, source=CODE)
def no_rules(refusal: Refusal) -> Iterator[Found]:
    """Keys are case-sensitive: with ``Rules:`` the file has no rules, and kube-apiserver exits."""
    if refusal.step is not Step.COUNT_RULES:
        return
    for problem in refusal.refused.ignored:
        misspelt = _RULES_MISSPELT.match(problem.text)
        if misspelt:
            found = refusal.found(f"write rules instead of {misspelt[1]}")
            yield Found(found.message, mark=problem.mark)
            return
    yield refusal.found("write at least one, such as - level: Metadata")


@lint_rule("AP008", "a value of another type than the field has", Severity.CRITICAL, source=CODE)
def wrong_type(refusal: Refusal) -> Iterator[Found]:
    """In YAML 1.1 ``yes``, ``no``, ``on``, ``off``, ``y`` and ``n`` are booleans and ``1`` is a number.

    In a list of strings either lets kube-apiserver exit; so does a text where a list belongs.
    """
    if refusal.step is not Step.BIND:
        return
    if _BOOLEAN.search(refusal.refused.error):
        yield refusal.found("put it in quotes")
    elif "${" in refusal.text or "{{" in refusal.text:
        yield refusal.found("this looks like a template: lint what it renders")
    else:
        yield refusal.found("give it the type that the field has")


RULES: Final[tuple[LintRule[Refusal], ...]] = (
    wrong_version,
    unreadable,
    invalid_value,
    any_group_too_early,
    no_rules,
    wrong_type,
)
