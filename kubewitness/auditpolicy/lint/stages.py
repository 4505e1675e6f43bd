"""AP060 to AP064: stages that are left out or written twice, and managed fields."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from kubewitness.auditpolicy.emitted import PASSED_THROUGH
from kubewitness.auditpolicy.lint.rule import AUDITING, REFERENCE, Found, LintRule, lint_rule
from kubewitness.auditpolicy.lint.words import rule_names
from kubewitness.auditpolicy.types import Level, Stage
from kubewitness.auditpolicy.wording import several
from kubewitness.model import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kubewitness.auditpolicy.lint.subject import Subject
    from kubewitness.auditpolicy.types import Rule

_FLAGS: Final = "https://kubernetes.io/docs/reference/command-line-tools-reference/kube-apiserver/"
_FIELDS: Final = "https://kubernetes.io/docs/reference/using-api/server-side-apply/#managed-fields"


@lint_rule("AP060", "how a request ended is not recorded", Severity.HIGH, source=AUDITING, by_outcome=True)
def outcome_omitted(subject: Subject) -> Iterator[Found]:
    """The answer's code comes with ResponseComplete (of a watch or a stream with ResponseStarted already).

    Without it the log does not say whether a request succeeded; with all stages left out it says nothing at all. What
    the policy and the rule leave out counts together.
    """
    found = [index for index, rule in subject.acting if rule.level is not Level.NONE and _loses_outcome(subject, rule)]
    if not found:
        return
    omitted = _omitted(subject, subject.rules[found[0]])
    text = f"{rule_names(subject, found)}: {several(sorted(omitted))} left out, so that the log never says how a "
    text += "request ended"
    if len(omitted) == len(Stage):
        text = f"{rule_names(subject, found)}: every stage left out, so that nothing of this is logged"
    is_policys = Stage.RESPONSE_COMPLETE in subject.policy.omit_stages
    mark = subject.place("omitStages" if is_policys else f"rules[{found[0]}].omitStages")
    yield Found(f"{text}: record ResponseComplete", found[0], mark=mark)


def _omitted(subject: Subject, rule: Rule) -> frozenset[Stage]:
    return frozenset((*subject.policy.omit_stages, *rule.omit_stages))


def _loses_outcome(subject: Subject, rule: Rule) -> bool:
    """A rule for nothing but watches or streams can do without ResponseComplete, since ResponseStarted has the code."""
    omitted = _omitted(subject, rule)
    if Stage.RESPONSE_COMPLETE not in omitted:
        return False
    return Stage.RESPONSE_STARTED in omitted or not _long_running_only(rule)


def _long_running_only(rule: Rule) -> bool:
    if rule.verbs and set(rule.verbs) == {"watch"}:
        return True
    names = [name for entry in rule.resources for name in (entry.resources or ("*",))]
    return bool(names) and all(name.partition("/")[2] in PASSED_THROUGH for name in names)


@lint_rule("AP061", "stages left out twice", Severity.INFO, source=REFERENCE)
def repeated_stages(subject: Subject) -> Iterator[Found]:
    """What the policy leaves out is left out for every rule: the rules need not say it again."""
    policys = set(subject.policy.omit_stages)
    found = [index for index, rule in subject.acting if rule.omit_stages and policys.issuperset(rule.omit_stages)]
    if found:
        text = f"omitStages of {rule_names(subject, found)} says what the policy's own says already: remove it"
        yield Found(text, found[0], mark=subject.place(f"rules[{found[0]}].omitStages"))


@lint_rule("AP062", "each request is written twice", Severity.INFO, source=_FLAGS, needs_flags=True)
def received_recorded(subject: Subject) -> Iterator[Found]:
    """An event at RequestReceived says nothing that the later one does not say: it doubles the number of events.

    Only --audit-log-mode=blocking-strict has a use for it, so this is looked at where the flags are known.
    """
    if subject.settings is None or _is_strict(subject):
        return
    found = [
        index
        for index, rule in subject.acting
        if rule.level is not Level.NONE and Stage.REQUEST_RECEIVED not in _omitted(subject, rule)
    ]
    if found:
        record = "records" if len(found) == 1 else "record"
        text = f"{rule_names(subject, found)} {record} RequestReceived too, so each request is written twice: "
        yield Found(f"{text}write omitStages: [RequestReceived] at the top", found[0])


@lint_rule("AP063", "blocking-strict without RequestReceived", Severity.HIGH, source=_FLAGS, needs_flags=True)
def strict_defeated(subject: Subject) -> Iterator[Found]:
    """With --audit-log-mode=blocking-strict a request that cannot be recorded is refused: at RequestReceived only.

    A policy that leaves this stage out makes the mode the same as blocking: requests go on though nothing is written.
    """
    if not _is_strict(subject):
        return
    found = [
        index
        for index, rule in subject.acting
        if rule.level is not Level.NONE and Stage.REQUEST_RECEIVED in _omitted(subject, rule)
    ]
    if found:
        leave = "leaves" if len(found) == 1 else "leave"
        text = f"{rule_names(subject, found)} {leave} out RequestReceived, where alone blocking-strict refuses "
        is_policys = Stage.REQUEST_RECEIVED in subject.policy.omit_stages
        mark = subject.place("omitStages" if is_policys else f"rules[{found[0]}].omitStages")
        yield Found(f"{text}a request that it cannot record: record it, or set blocking", found[0], mark=mark)


def _is_strict(subject: Subject) -> bool:
    settings = subject.settings
    if settings is None:
        return False
    modes = (settings.log_path and settings.log_mode, settings.webhook_config_file and settings.webhook_mode)
    return "blocking-strict" in modes


@lint_rule("AP064", "managed fields in the log", Severity.LOW, source=_FIELDS)
def managed_fields(subject: Subject) -> Iterator[Found]:
    """``metadata.managedFields`` is often longer than the object, and says which tool wrote which field, no more."""
    found = [
        index
        for index, rule in subject.acting
        if rule.level.rank > Level.METADATA.rank and not rule.non_resource_urls and not _omits_fields(subject, rule)
    ]
    if found:
        verb = "records" if len(found) == 1 else "record"
        text = f"{rule_names(subject, found)} {verb} metadata.managedFields with each object: "
        yield Found(f"{text}write omitManagedFields: true at the top", found[0])


def _omits_fields(subject: Subject, rule: Rule) -> bool:
    own = rule.omit_managed_fields
    return subject.policy.omit_managed_fields if own is None else own


RULES: Final[tuple[LintRule[Subject], ...]] = (
    outcome_omitted,
    repeated_stages,
    received_recorded,
    strict_defeated,
    managed_fields,
)
