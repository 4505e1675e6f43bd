"""Which rules does no request reach? By construction, never by sampling.

For each way to match a rule there is a request that the fewest other rules match: it has the one user, group, verb,
namespace and resource that the rule asks for, and where the rule does not ask, something that no rule names. If even
these are decided by earlier rules, every request is.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice, product
from typing import TYPE_CHECKING, Final

from kubewitness.auditpolicy.evaluate import RequestAttributes, rule_matches

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from kubewitness.auditpolicy.evaluate import Decision
    from kubewitness.auditpolicy.types import GroupResources, Policy, Rule

MOST_REQUESTS: Final = 100_000
"""So many requests are tried for one policy; what is then not decided is not called dead."""


@dataclass(frozen=True, slots=True)
class Reach:
    """``dead``: index of a rule that no request reaches -> the rules that decide instead, in their order.

    ``unjudged``: how many rules were not looked at, because the policy is too large for it.
    """

    dead: Mapping[int, tuple[int, ...]]
    unjudged: int = 0


def reach(policy: Policy, decide: Callable[[RequestAttributes], Decision]) -> Reach:
    """``decide``: the evaluator of this policy."""
    fresh = _fresh(policy.rules)
    left = MOST_REQUESTS
    dead: dict[int, tuple[int, ...]] = {}
    for index, rule in enumerate(policy.rules):
        deciding: set[int] = set()
        for attributes in rarest_requests(rule, fresh):
            if left == 0:
                return Reach(dead, len(policy.rules) - index)
            left -= 1
            decided = decide(attributes).rule
            if not 0 <= decided < index:
                break
            deciding.add(decided)
        else:
            dead[index] = tuple(sorted(deciding))
    return Reach(dead)


def replaces(rule: Rule, others: Sequence[Rule], *, any_group: bool) -> bool:
    """Whether no request reaches ``rule`` behind ``others``. ``any_group``: group ``*`` is a wildcard."""
    fresh = _fresh((rule, *others))
    asked = islice(rarest_requests(rule, fresh), MOST_REQUESTS // 100)
    return all(any(rule_matches(other, item, any_group=any_group) for other in others) for item in asked)


def never_reached(rules: Sequence[Rule], *, any_group: bool) -> frozenset[int]:
    """The indexes of those that no request reaches behind the others; of equal ones the first is kept."""
    found: set[int] = set()
    for index, rule in enumerate(rules):
        before = [other for at, other in enumerate(rules[:index]) if at not in found]
        if before and replaces(rule, before, any_group=any_group):
            found.add(index)
    return frozenset(found)


def rarest_requests(rule: Rule, fresh: str) -> Iterator[RequestAttributes]:
    """Requests that ``rule`` matches: whatever matches each of them matches everything that ``rule`` matches.

    ``fresh``: a text that no rule names. That a real request could not look like this (a node in a namespace) only
    means that a rule may be called reachable that is not.
    """
    users, groups = rule.users or (fresh,), rule.user_groups or (None,)
    for user, group, verb in product(users, groups, rule.verbs or (fresh,)):
        members = () if group is None else (group,)
        if rule.resources or rule.namespaces or not rule.non_resource_urls:
            for namespace, resource in product(rule.namespaces or (fresh,), _resources(rule, fresh)):
                api_group, name, subresource, object_name = resource
                yield RequestAttributes(
                    user, members, verb, True, api_group, name, subresource, object_name, namespace
                )  # fmt: skip
        if not rule.resources and not rule.namespaces:
            for url in rule.non_resource_urls or (fresh,):
                path = fresh if url == "*" else url[:-1] + fresh if url.endswith("*") else url
                yield RequestAttributes(user, members, verb, resource_request=False, path=path)


def _resources(rule: Rule, fresh: str) -> Iterator[tuple[str, str, str, str]]:
    """API group, resource, subresource and name."""
    if not rule.resources:
        yield fresh, fresh, "", fresh
    for entry in rule.resources:
        group = fresh if entry.group == "*" else entry.group
        if not entry.resources:
            yield group, fresh, "", fresh
            continue
        for pattern, name in product(entry.resources, entry.resource_names or (fresh,)):
            yield group, *_rarest(pattern, fresh), name


def _rarest(pattern: str, fresh: str) -> tuple[str, str]:
    """Resource and subresource: ``pods/*`` is named by the fewest patterns where the subresource is one of its own."""
    if pattern.endswith("/"):
        return pattern, ""
    resource, _, subresource = pattern.partition("/")
    return fresh if resource == "*" else resource, fresh if subresource == "*" else subresource


def _fresh(rules: Iterable[Rule]) -> str:
    """Longer than any text of the rules, so it is none of them and begins none of them."""
    texts = (text for rule in rules for text in _texts(rule))
    return "k" * (1 + max(map(len, texts), default=0))


def _texts(rule: Rule) -> Iterator[str]:
    yield from (*rule.users, *rule.user_groups, *rule.verbs, *rule.namespaces, *rule.non_resource_urls)
    for entry in rule.resources:
        yield from _of_entry(entry)


def _of_entry(entry: GroupResources) -> Iterator[str]:
    yield entry.group
    yield from entry.resources
    yield from entry.resource_names
