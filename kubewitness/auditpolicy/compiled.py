"""The evaluator made fast: the answers of ``evaluate``, many times as many a second.

Each rule is a bit. For each attribute a table says which rules a text still allows: one entry for every text that the
policy names, and one answer for all others. What all tables allow is what matches, and the lowest bit decides.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeAlias, TypeVar

from kubewitness.auditpolicy.evaluate import NO_RULE, Decision, RequestAttributes, decision_of, rule_matches
from kubewitness.auditpolicy.types import Policy, Rule
from kubewitness.auditpolicy.validate import ANY_GROUP_SINCE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from kubewitness.model import ServerVersion

_MOST_REMEMBERED: Final = 4096
_LONGEST_REMEMBERED: Final = 512
"""What is kept of requests that were seen: so many of them, and so many characters of one. Others are judged anew."""

_Rules: TypeAlias = int
"""A set of rules: bit 0 is the first one."""
_Resource: TypeAlias = tuple[str, str, str, str]
"""API group, resource, subresource, and the name, or one that stands for all that no rule names."""
_Key = TypeVar("_Key")


def compile_policy(policy: Policy, version: ServerVersion) -> Callable[[RequestAttributes], Decision]:
    """A function that answers as ``evaluate(policy, attributes, version)`` does, in bounded memory; for one thread."""
    rules, any_group = policy.rules, version >= ANY_GROUP_SINCE
    users, other_user = _table(rule.users for rule in rules)
    verbs, other_verb = _table(rule.verbs for rule in rules)
    namespaces, other_namespace = _table(rule.namespaces for rule in rules)
    members, no_member = _table(rule.user_groups for rule in rules)
    names = {name: name for rule in rules for entry in rule.resources for name in entry.resource_names}
    other_name = "*" * (1 + max(map(len, names), default=0))
    groups, resources, paths = _Groups(members, no_member), _Resources(rules, any_group=any_group), _Paths(rules)
    decisions = (*(decision_of(policy, index) for index in range(len(rules))), decision_of(policy, NO_RULE))

    def decide(attributes: RequestAttributes) -> Decision:
        if attributes.user is None:
            left = other_user & no_member
        else:
            left = users.get(attributes.user, other_user) & groups[attributes.groups]
        left &= verbs.get(attributes.verb, other_verb)
        if attributes.resource_request:
            name = names.get(attributes.name, other_name)
            left &= namespaces.get(attributes.namespace, other_namespace)
            left &= resources[attributes.api_group, attributes.resource, attributes.subresource, name]
        else:
            left &= paths[attributes.path]
        return decisions[(left & -left).bit_length() - 1]  # no bit at all: the last one

    return decide


def _table(lists: Iterable[tuple[str, ...]]) -> tuple[dict[str, _Rules], _Rules]:
    """The rules that each named text allows, and those that any other does: the ones whose list is empty."""
    other = 0
    named: dict[str, _Rules] = {}
    for index, texts in enumerate(lists):
        other |= (not texts) << index
        for text in texts:
            named[text] = named.get(text, 0) | 1 << index
    return {text: rules | other for text, rules in named.items()}, other


class _Groups(dict[tuple[str, ...], _Rules]):
    """What the groups of a user allow."""

    def __init__(self, members: dict[str, _Rules], no_member: _Rules) -> None:
        super().__init__()
        self.members = members
        self.no_member = no_member

    def __missing__(self, groups: tuple[str, ...]) -> _Rules:
        allowed = self.no_member
        for group in groups:
            allowed |= self.members.get(group, 0)
        _remember(self, groups, allowed, sum(map(len, groups)))
        return allowed


class _Resources(dict[_Resource, _Rules]):
    """What the resource of a request allows. Rules for paths never match one."""

    def __init__(self, rules: tuple[Rule, ...], *, any_group: bool) -> None:
        super().__init__()
        self.rules = [
            (1 << index, Rule(rule.level, resources=rule.resources))
            for index, rule in enumerate(rules)
            if rule.resources or rule.namespaces or not rule.non_resource_urls
        ]
        self.any_group = any_group

    def __missing__(self, key: _Resource) -> _Rules:
        api_group, resource, subresource, name = key
        request = RequestAttributes(None, api_group=api_group, resource=resource, subresource=subresource, name=name)
        allowed = _matching(self.rules, request, any_group=self.any_group)
        _remember(self, key, allowed, sum(map(len, key)))
        return allowed


class _Paths(dict[str, _Rules]):
    """What the path of a non-resource request allows. Rules for resources or namespaces never match one."""

    def __init__(self, rules: tuple[Rule, ...]) -> None:
        super().__init__()
        self.rules = [
            (1 << index, Rule(rule.level, non_resource_urls=rule.non_resource_urls))
            for index, rule in enumerate(rules)
            if not rule.resources and not rule.namespaces
        ]

    def __missing__(self, path: str) -> _Rules:
        request = RequestAttributes(None, resource_request=False, path=path)
        allowed = _matching(self.rules, request, any_group=False)
        _remember(self, path, allowed, len(path))
        return allowed


def _matching(rules: list[tuple[_Rules, Rule]], request: RequestAttributes, *, any_group: bool) -> _Rules:
    return sum(bit for bit, rule in rules if rule_matches(rule, request, any_group=any_group))


def _remember(table: dict[_Key, _Rules], key: _Key, allowed: _Rules, length: int) -> None:
    if length > _LONGEST_REMEMBERED:
        return
    if len(table) >= _MOST_REMEMBERED:
        table.clear()
    table[key] = allowed
