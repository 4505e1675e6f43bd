"""Why does a policy say what it says of a request? Which rule decides, and what keeps each one before it from that.

The conditions of a rule are asked in kube-apiserver's order. Which rules match is for ``evaluate`` alone to say.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from kubewitness.auditpolicy.emitted import emitted
from kubewitness.auditpolicy.evaluate import Decision, RequestAttributes, evaluate
from kubewitness.auditpolicy.types import Level, Stage
from kubewitness.auditpolicy.validate import ANY_GROUP_SINCE

if TYPE_CHECKING:
    from kubewitness.auditpolicy.types import GroupResources, Policy, Rule
    from kubewitness.model import ServerVersion


@dataclass(frozen=True, slots=True)
class Mismatch:
    """The first condition of a rule that a request does not meet.

    ``condition``: the field of the rule. ``value``: what the request has there, in words. ``wanted``: what the rule
    asks for; empty where it is for another kind of request. ``hint``: a trap that the rule may have fallen into.
    """

    condition: str
    value: str
    wanted: tuple[str, ...] = ()
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Explanation:
    """``stages``: those at which an event of this request is written; none where it is not recorded.

    ``has_object``: the event holds an object, which may have managed fields. ``passed``: for each rule before the
    deciding one (for all, where none decides) why it does not match. ``hint``: a trap of the one that does.
    """

    attributes: RequestAttributes
    decision: Decision
    stages: tuple[Stage, ...]
    has_object: bool
    passed: tuple[Mismatch, ...]
    hint: str = ""


def explain(policy: Policy, attributes: RequestAttributes, version: ServerVersion) -> Explanation:
    """The decision of a server of this version, and why."""
    decision = evaluate(policy, attributes, version)
    before = policy.rules if decision.rule < 0 else policy.rules[: decision.rule]
    any_group = version >= ANY_GROUP_SINCE
    passed = tuple(_mismatch(rule, attributes, any_group=any_group) for rule in before)
    leaves = emitted(attributes)
    left = frozenset() if decision.level is Level.NONE else leaves.stages - decision.omit_stages
    stages = tuple(stage for stage in Stage if stage in left)
    hint = _by_its_subresources(policy.rules[decision.rule], attributes) if decision.rule >= 0 else ""
    return Explanation(attributes, decision, stages, leaves.has_object(decision.level), passed, hint)


def _by_its_subresources(rule: Rule, asked: RequestAttributes) -> str:
    """Where a rule that is meant for subresources takes the object too."""
    if asked.subresource or not asked.resource_request:
        return ""
    patterns = {pattern for entry in rule.resources for pattern in entry.resources}
    whole_group = any(not entry.resources for entry in rule.resources)
    if whole_group or not patterns.isdisjoint({"*", asked.resource}) or f"{asked.resource}/*" not in patterns:
        return ""
    return f"{asked.resource}/* is {asked.resource} too, not only their subresources"


def _mismatch(rule: Rule, asked: RequestAttributes, *, any_group: bool) -> Mismatch:
    """Of a rule that does not match."""
    return _who(rule, asked) or _verb(rule, asked) or _what(rule, asked, any_group=any_group)


def _who(rule: Rule, asked: RequestAttributes) -> Mismatch | None:
    if rule.users and (asked.user is None or asked.user not in rule.users):
        hint = _star(rule.users) or _confused(rule.users, asked.groups, "a group: it belongs into userGroups")
        return Mismatch("users", _user(asked), rule.users, hint)
    if rule.user_groups and (asked.user is None or not set(rule.user_groups).intersection(asked.groups)):
        groups = _user(asked) if asked.user is None else ", ".join(asked.groups) or "a user in no group"
        users = (asked.user,) if asked.user is not None else ()
        hint = _star(rule.user_groups) or _confused(rule.user_groups, users, "a user: it belongs into users")
        return Mismatch("userGroups", groups, rule.user_groups, hint)
    return None


def _user(asked: RequestAttributes) -> str:
    return "nobody (a failed login)" if asked.user is None else asked.user or '""'


def _star(wanted: tuple[str, ...]) -> str:
    return "* is a name here, and no wildcard" if "*" in wanted else ""


def _confused(wanted: tuple[str, ...], present: tuple[str, ...], text: str) -> str:
    found = next((name for name in wanted if name in present), None)
    return f"{found} is {text}" if found is not None else ""


def _verb(rule: Rule, asked: RequestAttributes) -> Mismatch | None:
    if not rule.verbs or asked.verb in rule.verbs:
        return None
    hint = _star(rule.verbs)
    if not hint and asked.verb.upper() in rule.verbs:
        hint = "verbs are written small"
    return Mismatch("verbs", asked.verb or '""', rule.verbs, hint)


def _what(rule: Rule, asked: RequestAttributes, *, any_group: bool) -> Mismatch:
    if not (rule.namespaces or rule.resources):
        if asked.resource_request:
            return Mismatch("nonResourceURLs", f"{asked.resource_path} is a resource")
        return Mismatch("nonResourceURLs", asked.path, rule.non_resource_urls)
    if not asked.resource_request:
        return Mismatch("resources" if rule.resources else "namespaces", f"{asked.path} is no resource")
    if rule.namespaces and asked.namespace not in rule.namespaces:
        value = asked.namespace or "no namespace"
        return Mismatch("namespaces", value, tuple(name or '""' for name in rule.namespaces), _star(rule.namespaces))
    return _entries(rule.resources, asked, any_group=any_group)


def _entries(entries: tuple[GroupResources, ...], asked: RequestAttributes, *, any_group: bool) -> Mismatch:
    """How far the entry came that came furthest: group, resource, name."""
    of_group = [entry for entry in entries if entry.group == asked.api_group or (any_group and entry.group == "*")]
    if not of_group:
        groups = tuple(dict.fromkeys(entry.group or "the core group" for entry in entries))
        return Mismatch("resources.group", asked.api_group or "the core group", groups, _elsewhere(entries, asked))
    named = [entry for entry in of_group if _names(entry, asked)]
    if named:
        names = tuple(dict.fromkeys(name for entry in named for name in entry.resource_names))
        return Mismatch("resources.resourceNames", asked.name or "no name", names, _star(names))
    patterns = tuple(dict.fromkeys(pattern for entry in of_group for pattern in entry.resources))
    return Mismatch("resources.resources", asked.resource_path, patterns, _subresource(patterns, asked))


def _names(entry: GroupResources, asked: RequestAttributes) -> bool:
    """Whether the entry would match, were it not for the name."""
    path = asked.resource_path
    sub = {f"*/{asked.subresource}"} if asked.subresource else set()
    return not {"*", path, f"{asked.resource}/*", *sub}.isdisjoint(entry.resources)


def _elsewhere(entries: tuple[GroupResources, ...], asked: RequestAttributes) -> str:
    """The right resource in the wrong group is the commonest slip of all."""
    groups = [entry.group or "the core group" for entry in entries if asked.resource_path in entry.resources]
    here = asked.api_group or "the core group"
    return f"{asked.resource_path} is looked for in {groups[0]}, and this request is for {here}" if groups else ""


def _subresource(patterns: tuple[str, ...], asked: RequestAttributes) -> str:
    if asked.subresource and asked.resource in patterns:
        return f"{asked.resource} does not stand for its subresources"
    if "*/*" in patterns:
        return "*/* matches nothing"
    return ""
