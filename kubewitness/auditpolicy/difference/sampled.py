"""Differences of policies that are too large to be compared in full: found by trying, so some of them only.

For each rule of both, requests are put together from what it names, and from what other rules name where it names
nothing; each is put to both policies. That this finds nothing means nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import islice, zip_longest
from typing import TYPE_CHECKING, Final, TypeVar

from kubewitness.auditpolicy.compiled import compile_policy
from kubewitness.auditpolicy.difference.effect import Kind, changes, effect_of, kind_of, whole_effect
from kubewitness.auditpolicy.emitted import emitted
from kubewitness.auditpolicy.evaluate import RequestAttributes
from kubewitness.auditpolicy.membership import ANONYMOUS, usual_groups

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from kubewitness.auditpolicy.difference.effect import Change
    from kubewitness.auditpolicy.types import Policy, Rule
    from kubewitness.model import ServerVersion

TRIES: Final = 40
"""Requests of each rule."""
MOST: Final = 100
"""Examples that are told, each of another pair of rules."""
_STEPS: Final = (1, 7, 11, 13, 17, 19)
"""Primes: how fast each property goes through its values, so that they meet in many ways."""
_Value = TypeVar("_Value")
_SOMEBODY: Final = "jane"


@dataclass(frozen=True, slots=True)
class Sample:
    """A request to which something happens. ``rule_before``, ``rule_after``: which rules decide, -1 for none."""

    change: Change
    request: RequestAttributes
    rule_before: int
    rule_after: int

    @property
    def kind(self) -> Kind:
        """The heading that it belongs under."""
        return kind_of(self.change)


def samples(before: Policy, after: Policy, version: ServerVersion, *, exact: bool) -> tuple[Sample, ...]:
    """At most MOST, of every kind that was found, the most alarming first; none twice of the same rules and change."""
    decide_before, decide_after = compile_policy(before, version), compile_policy(after, version)
    found: dict[tuple[Change, int, int], Sample] = {}
    for asked in _requests((*before.rules, *after.rules)):
        one, two = decide_before(asked), decide_after(asked)
        sort = emitted(asked)
        effects = (whole_effect(one), whole_effect(two)) if exact else (effect_of(one, sort), effect_of(two, sort))
        for change in changes(*effects, exact=exact):
            found.setdefault((change, one.rule, two.rule), Sample(change, asked, one.rule, two.rule))
    of_kind = [[item for item in found.values() if item.kind is kind] for kind in Kind]
    in_turn = (item for turn in zip_longest(*of_kind) for item in turn if item is not None)
    order = list(Kind)
    return tuple(sorted(islice(in_turn, MOST), key=lambda item: order.index(item.kind)))


def _requests(rules: Sequence[Rule]) -> Iterator[RequestAttributes]:
    everywhere = _Named(rules)
    for number, rule in enumerate(rules):
        own = _Named((rule,))
        for turn in range(TRIES):
            yield own.request(everywhere, number + turn, is_path=_is_for_paths(rule, turn))


def _is_for_paths(rule: Rule, turn: int) -> bool:
    if rule.resources or rule.namespaces:
        return False
    return bool(rule.non_resource_urls) or turn % 5 == 0


class _Named:
    """What rules name, of each property. Nothing: any value meets them."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        self.users = _once(name for rule in rules for name in rule.users)
        self.groups = _once(name for rule in rules for name in rule.user_groups)
        self.verbs = _once(name for rule in rules for name in rule.verbs)
        self.namespaces = _once(name for rule in rules for name in rule.namespaces)
        self.paths = _once(url.rstrip("*") or "/version" for rule in rules for url in rule.non_resource_urls)
        self.resources = tuple(
            (entry.group, pattern, name)
            for rule in rules
            for entry in rule.resources
            for pattern in entry.resources or ("*",)
            for name in entry.resource_names or ("",)
        )

    def request(self, others: _Named, turn: int, *, is_path: bool) -> RequestAttributes:
        """One request; ``others``: what is taken where these rules name nothing."""
        user = _one(self.users, (_SOMEBODY, ANONYMOUS, *others.users), turn, _STEPS[0])
        group = _one(self.groups, ("", *others.groups), turn, _STEPS[1])
        more = [group] if group and user != ANONYMOUS else []  # who is in no other group
        groups = tuple(dict.fromkeys((*usual_groups(user), *more)))
        verb = _one(self.verbs, (*others.verbs, "get", "create"), turn, _STEPS[2])
        asked = RequestAttributes(user, groups, verb)
        if is_path:
            path = _one(self.paths, ("/version", *others.paths), turn, _STEPS[3])
            return replace(asked, resource_request=False, path=path)
        api_group, pattern, name = _one(self.resources, (("", "pods", ""), *others.resources), turn, _STEPS[4])
        resource, _, subresource = pattern.partition("/")
        return replace(
            asked,
            api_group="apps" if api_group == "*" else api_group,
            resource="pods" if resource == "*" else resource,
            subresource="" if subresource == "*" else subresource,
            name=name,
            namespace=_one(self.namespaces, ("default", *others.namespaces), turn, _STEPS[5]),
        )


def _one(own: Sequence[_Value], others: Sequence[_Value], turn: int, step: int) -> _Value:
    return own[turn * step % len(own)] if own else others[turn * step % len(others)]


def _once(texts: Iterator[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(texts))
