"""AP013 to AP015: names that match nobody and nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from kubewitness.auditpolicy.lint.identities import GONE, group_advice, user_advice
from kubewitness.auditpolicy.lint.impossible import impossible_names
from kubewitness.auditpolicy.lint.rule import CODE, Found, LintRule, lint_rule
from kubewitness.auditpolicy.lint.words import rule_name, rule_names
from kubewitness.model import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kubewitness.auditpolicy.lint.subject import Subject

_AUTHENTICATION: Final = "https://kubernetes.io/docs/reference/access-authn-authz/authentication/"

_LEADER: Final = "controller-leader"


@lint_rule("AP013", "a rule that can never match", Severity.HIGH, source=CODE)
def can_never_match(subject: Subject) -> Iterator[Found]:
    """Only ``resources``, ``nonResourceURLs`` and (from 1.36) ``group`` know a wildcard; elsewhere ``*`` is a name.

    Verbs are those of requests: impersonate, bind and the like are asked of authorization only. High where the whole
    rule matches nothing, medium where only a name of it does.
    """
    for index, rule in subject.live():
        found = tuple(impossible_names(rule))
        if not found:
            continue
        whole = any(item.whole for item in found)
        what = "can never match" if whole else "has names that never match"
        text = f"{rule_name(subject, index)} {what}: {'; '.join(item.text for item in found)}"
        mark = subject.place(f"rules[{index}].{found[0].path}")
        yield Found(text, index, severity=Severity.HIGH if whole else Severity.MEDIUM, mark=mark)


@lint_rule("AP014", "a group among users, or a user among groups", Severity.HIGH, source=_AUTHENTICATION)
def users_and_groups(subject: Subject) -> Iterator[Found]:
    """A name in the wrong list matches nobody, and nobody notices.

    A service account is the user ``system:serviceaccount:NAMESPACE:NAME``; all of a namespace are the group
    ``system:serviceaccounts:NAMESPACE``.
    """
    for index, rule in subject.live():
        confused = [(f"users[{at}]", name, user_advice(name)) for at, name in enumerate(rule.users)]
        confused += [(f"userGroups[{at}]", name, group_advice(name)) for at, name in enumerate(rule.user_groups)]
        wrong = [(path, f'"{name}" {advice}') for path, name, advice in confused if advice is not None]
        if wrong:
            text = f"{rule_name(subject, index)}: {'; '.join(text for _, text in wrong)}"
            yield Found(text, index, mark=subject.place(f"rules[{index}].{wrong[0][0]}"))


@lint_rule("AP015", "a name that nobody and nothing has any more", Severity.INFO, source=_AUTHENTICATION)
def dead_identity(subject: Subject) -> Iterator[Found]:
    """Copied from policy to policy since Kubernetes 1.7: the rule matches nobody, or an object that is gone."""
    for name, why in GONE.items():
        rules = [index for index, rule in subject.live() if name in rule.users]
        if rules:
            text = f'"{name}" in {rule_names(subject, rules)}: nobody has this name any more, {why}: remove it'
            at = subject.rules[rules[0]].users.index(name)
            yield Found(text, rules[0], mark=subject.place(f"rules[{rules[0]}].users[{at}]"))
    for index, rule in subject.live():
        for at, entry in enumerate(rule.resources):
            if entry.group == "" and "configmaps" in entry.resources and _LEADER in entry.resource_names:
                text = f'"{_LEADER}" in {rule_name(subject, index)}: leader election has used a Lease instead of this '
                place = subject.place(f"rules[{index}].resources[{at}].resourceNames")
                yield Found(f"{text}ConfigMap since 1.20: remove it", index, mark=place)


RULES: Final[tuple[LintRule[Subject], ...]] = (can_never_match, users_and_groups, dead_identity)
