"""AP056 and AP057: rules about URLs that are no resources."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from kubewitness.auditpolicy.evaluate import RequestAttributes
from kubewitness.auditpolicy.lint.rule import REFERENCE, Found, LintRule, lint_rule
from kubewitness.auditpolicy.lint.samples import substance, who
from kubewitness.auditpolicy.lint.words import request_words, rule_name
from kubewitness.auditpolicy.types import Level
from kubewitness.auditpolicy.wording import several
from kubewitness.model import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kubewitness.auditpolicy.lint.subject import Subject
    from kubewitness.auditpolicy.types import Rule

_HEALTH: Final = "https://kubernetes.io/docs/reference/using-api/health-checks/"
_CHILDREN: Final = {"/healthz": "/healthz/etcd", "/livez": "/livez/etcd", "/readyz": "/readyz/etcd"}
"""A health check -> one of those that it is made of."""


@lint_rule("AP056", "a URL that does not match what it is meant for", Severity.LOW, source=_HEALTH, by_outcome=True)
def url_typo(subject: Subject) -> Iterator[Found]:
    """``/healthz`` does not match ``/healthz/etcd``: only a ``*`` at the end does. What is a resource never matches.

    ``/api/v1/nodes`` is the path of a resource: such requests go by ``resources`` and by nothing else.
    """
    for index, rule in subject.acting:
        resources = [url for url in rule.non_resource_urls if _is_resource(url)]
        if resources:
            text = f"{rule_name(subject, index)}: {several(resources)} is a resource, which nonResourceURLs never match"
            at = rule.non_resource_urls.index(resources[0])
            yield Found(text, index, mark=subject.place(f"rules[{index}].nonResourceURLs[{at}]"))
        short = [url for url in rule.non_resource_urls if _misses_children(subject, rule, url)]
        if short:
            yield _short(subject, index, short)


def _is_resource(url: str) -> bool:
    """Four parts below /apis, three below /api: group, version, resource."""
    parts = url.strip("/").split("/")
    return (parts[0] == "api" and len(parts) >= 3) or (parts[0] == "apis" and len(parts) >= 4)


def _asked(rule: Rule, path: str) -> RequestAttributes:
    user, groups = who(rule)
    verb = rule.verbs[0] if rule.verbs else "get"
    return RequestAttributes(user=user, groups=groups, verb=verb, resource_request=False, path=path)


def _misses_children(subject: Subject, rule: Rule, url: str) -> bool:
    child = _CHILDREN.get(url.rstrip("/"))
    if child is None:
        return False
    asked = _asked(rule, child)
    return substance(asked, subject.decide(asked).level) != substance(asked, rule.level)


def _short(subject: Subject, index: int, short: list[str]) -> Found:
    rule = subject.rules[index]
    children = [_CHILDREN[url.rstrip("/")] for url in short]
    asked = [_asked(rule, child) for child in children]
    decisions = [subject.decide(item) for item in asked]
    text = f"{rule_name(subject, index)} says {rule.level} for {several(short)}, but {children[0]} is recorded at "
    text += f"{decisions[0].level}: write {several([url.rstrip('/') + '/*' for url in short])} as well"
    first = min((decision.rule for decision in decisions if decision.rule >= 0), default=-1)
    at = rule.non_resource_urls.index(short[0])
    suggestion = replace(rule, non_resource_urls=tuple(url.rstrip("/") + "/*" for url in short))
    mark = subject.place(f"rules[{index}].nonResourceURLs[{at}]")
    words = [request_words(item) for item in asked]
    return Found(text, first, words[0], tuple(words[1:]), (suggestion,), mark=mark)


@lint_rule("AP057", "bodies of URLs that have none", Severity.INFO, source=REFERENCE)
def bodies_of_urls(subject: Subject) -> Iterator[Found]:
    """kube-apiserver records no body of a request that is not for a resource: Metadata says as much."""
    for index, rule in subject.acting:
        if rule.non_resource_urls and rule.level.rank > Level.METADATA.rank:
            text = f"{rule_name(subject, index)} says {rule.level} of URLs, which have no body: write Metadata"
            yield Found(text, index, mark=subject.place(f"rules[{index}].level"))


RULES: Final[tuple[LintRule[Subject], ...]] = (url_typo, bodies_of_urls)
