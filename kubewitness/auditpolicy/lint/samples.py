"""Requests that a rule is meant for, to ask what becomes of them: the rule's own users, namespaces and resources."""

from __future__ import annotations

from dataclasses import replace
from itertools import islice, product
from typing import TYPE_CHECKING, Final

from kubewitness.auditpolicy.apiresources import GROUPS, find, resources_of, verbs_of
from kubewitness.auditpolicy.emitted import PASSED_THROUGH
from kubewitness.auditpolicy.evaluate import RequestAttributes, rule_matches
from kubewitness.auditpolicy.probes.request import NAME, NAMESPACE, STRANGER
from kubewitness.auditpolicy.retold import askers
from kubewitness.auditpolicy.types import GroupResources, Level

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from kubewitness.auditpolicy.membership import Who
    from kubewitness.auditpolicy.types import Rule

_MOST: Final = 200
_NAMED: Final = frozenset({"get", "update", "patch", "delete"})
_ANY_GROUP: Final = "kubewitness.example.com"
_ANY_RESOURCE: Final = "probes"


def samples(rule: Rule, verbs: Iterable[str]) -> Iterator[RequestAttributes]:
    """For each resource, namespace and verb one request by the first user of the rule; at most a few hundred.

    The rule is for each of them, but for the verb.

    Of a group of Kubernetes' own only what is there can be asked for; another group has a resource that nobody knows.
    """
    entries = rule.resources or (GroupResources(_ANY_GROUP, (_ANY_RESOURCE,)),)
    found = (
        _asked(rule, entry, name, namespace, verb)
        for entry in entries
        for name, namespace, verb in product(_names(entry), rule.namespaces or (None,), tuple(verbs))
        if verb in verbs_of(name) and _is_asked_so(entry.group, name, namespace, verb)
    )
    any_verb = replace(rule, verbs=())
    return islice((asked for asked in found if rule_matches(any_verb, asked, any_group=True)), _MOST)


def siblings(rule: Rule, asked: RequestAttributes) -> Iterator[RequestAttributes]:
    """The same request as the rule has it: by its own verbs, in its namespaces, with its names."""
    name = asked.resource_path
    named = next((entry.resource_names[0] for entry in rule.resources if entry.resource_names), NAME)
    for verb in rule.verbs or verbs_of(name):
        for namespace in rule.namespaces or (asked.namespace,):
            has_name = verb in _NAMED or bool(asked.subresource)
            yield replace(asked, verb=verb, namespace=namespace, name=named if has_name else "")


def substance(asked: RequestAttributes, level: Level) -> int:
    """How much the event says: levels that differ in nothing but their name are equal.

    There is no body to record at level Request of a read, nor at any level of a watch or a stream.
    """
    if level is Level.NONE:
        return 0
    if not asked.resource_request or asked.verb == "watch" or asked.subresource in PASSED_THROUGH:
        return 1
    if asked.verb in {"get", "list"}:
        return 3 if level is Level.REQUEST_RESPONSE else 1
    return level.rank


def _is_asked_so(group: str, name: str, namespace: str | None, verb: str) -> bool:
    """Only a list or a watch of what lives in namespaces comes without one."""
    known = find(group, name.partition("/")[0])
    return namespace != "" or verb in {"list", "watch"} or known is None or not known.namespaced


def _names(entry: GroupResources) -> Iterator[str]:
    """What can be asked for: ``*`` is every resource, ``pods/*`` the pods, ``*/status`` the status of all."""
    for pattern in entry.resources or ("*",):
        base, _, subresource = pattern.partition("/")
        ending = "" if subresource in {"", "*"} else f"/{subresource}"
        if entry.group not in GROUPS:
            yield (_ANY_RESOURCE if base == "*" else base) + ending
        elif base == "*":
            yield from _of_group(entry.group, ending)
        elif find(entry.group, base + ending) is not None:
            yield base + ending


def _of_group(group: str, ending: str) -> Iterator[str]:
    """Its resources, or those of its subresources that are called so."""
    for known in resources_of(group):
        base, slash, subresource = known.name.partition("/")
        if slash + subresource == ending:
            yield base + ending


def _asked(rule: Rule, entry: GroupResources, name: str, namespace: str | None, verb: str) -> RequestAttributes:
    user, groups = who(rule)
    group = _ANY_GROUP if entry.group == "*" else entry.group
    resource, _, subresource = name.partition("/")
    if namespace is None:
        known = find(group, resource)
        namespace = NAMESPACE if known is None or known.namespaced else ""
    object_name = entry.resource_names[0] if entry.resource_names else NAME
    if (group, resource) == ("", "namespaces") and verb in _NAMED:
        object_name = namespace = namespace or object_name
    return RequestAttributes(
        user=user,
        groups=groups,
        verb=verb,
        api_group=group,
        resource=resource,
        subresource=subresource,
        name=object_name if verb in _NAMED or subresource else "",
        namespace=namespace,
    )


def who(rule: Rule) -> Who:
    """The first whom the rule names, with the groups that he has; else a stranger."""
    return next((asker.who for asker in askers(rule)), STRANGER)
