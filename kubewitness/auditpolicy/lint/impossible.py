"""Names that nothing in Kubernetes bears, and rules that therefore match nothing."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from kubewitness.auditpolicy.apiresources import ALL_VERBS, find
from kubewitness.auditpolicy.lint.identities import GONE, group_advice, user_advice
from kubewitness.auditpolicy.wording import several

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from kubewitness.auditpolicy.types import GroupResources, Rule

_AUTHORIZATION_ONLY: Final = frozenset({"impersonate", "bind", "escalate", "approve", "sign", "attest", "use"})
_HTTP: Final = {"post": "create", "put": "update", "head": "get", "options": "", "connect": "", "trace": ""}
_RESOURCE_ONLY: Final = {"create": "post", "update": "put", "list": "get", "watch": "get", "deletecollection": "delete"}
_RESOURCE_VERBS: Final = frozenset({*ALL_VERBS, "proxy", ""})
"""``proxy`` is the verb of a path that nobody serves any more; ``""`` that of a method that no resource knows."""
_LABEL: Final = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?\Z")


@dataclass(frozen=True, slots=True)
class Never:
    """Names of one field that match nothing. ``whole``: all of them, so that the rule, or the entry, matches nothing.

    ``path``: of the first of them, within the rule.
    """

    path: str
    text: str
    whole: bool


def possible(rule: Rule) -> Rule | None:
    """The rule with those of its names alone that match something; ``None``: no request is one for it."""
    entries = (_possible_entry(index, entry, rule) for index, entry in enumerate(rule.resources))
    left = replace(
        rule,
        users=tuple(name for name in rule.users if _is_user(name)),
        user_groups=tuple(name for name in rule.user_groups if not (_user_problem(name) or group_advice(name))),
        verbs=tuple(verb for verb in rule.verbs if _verb_problem(rule)(verb) is None),
        namespaces=tuple(name for name in rule.namespaces if _namespace_problem(name) is None),
        resources=tuple(entry for entry in entries if entry is not None),
    )
    return left if _fields(left) == _fields(rule) else None


def _fields(rule: Rule) -> tuple[bool, ...]:
    """Which of them ask for anything."""
    fields: tuple[Sequence[object], ...]
    fields = (rule.users, rule.user_groups, rule.verbs, rule.namespaces, rule.resources)
    return tuple(map(bool, fields))


def _is_user(name: str) -> bool:
    return not (_user_problem(name) or user_advice(name) or name in GONE)


def _possible_entry(index: int, entry: GroupResources, rule: Rule) -> GroupResources | None:
    if any(found.whole for found in _entry(index, entry, rule)):
        return None
    resources = tuple(name for name in entry.resources if _resource_problem(name) is None)
    names = tuple(name for name in entry.resource_names if _user_problem_of_object(name) is None)
    return replace(entry, resources=resources, resource_names=names)


def impossible_names(rule: Rule) -> Iterator[Never]:
    """Every field of the rule with a name that matches nothing."""
    yield from _field("users", rule.users, _user_problem)
    yield from _field("userGroups", rule.user_groups, _user_problem)
    yield from _field("verbs", rule.verbs, _verb_problem(rule))
    yield from _field("namespaces", rule.namespaces, _namespace_problem)
    entries = [tuple(_entry(index, entry, rule)) for index, entry in enumerate(rule.resources)]
    all_dead = bool(entries) and all(any(found.whole for found in entry) for entry in entries)
    for entry in entries:
        yield from (Never(found.path, found.text, all_dead) for found in entry)


def _field(path: str, names: Sequence[str], problem: Callable[[str], str | None]) -> Iterator[Never]:
    """One Never for all the names of a field that have the same problem."""
    problems: dict[str, list[tuple[int, str]]] = {}
    for index, name in enumerate(names):
        text = problem(name)
        if text is not None:
            problems.setdefault(text, []).append((index, name))
    whole = sum(map(len, problems.values())) == len(names)
    for text, bad in problems.items():
        listed = several([f'"{name}"' for _, name in bad])
        yield Never(f"{path}[{bad[0][0]}]", f"{listed} in {path.rpartition('.')[2]}: {text}", whole)


def _user_problem(name: str) -> str | None:
    if "*" in name:
        return "* is no wildcard here, it matches nobody"
    return "nobody has an empty name" if not name else None


def _namespace_problem(name: str) -> str | None:
    if "*" in name:
        return "* is no wildcard here, leave namespaces out to match all"
    return "no namespace can have this name" if name and not _LABEL.match(name) else None


def _verb_problem(rule: Rule) -> Callable[[str], str | None]:
    if rule.resources or rule.namespaces:
        return _resource_verb_problem
    return _path_verb_problem if rule.non_resource_urls else _any_verb_problem


def _resource_verb_problem(verb: str) -> str | None:
    if verb in _RESOURCE_VERBS:
        return None
    if verb in _HTTP:
        instead = f"write {_HTTP[verb]}" if _HTTP[verb] else "leave it out"
        return f"a method of HTTP, which a request for a resource does not have, {instead}"
    return _odd_verb(verb) or "no request has this verb"


def _path_verb_problem(verb: str) -> str | None:
    if verb in _RESOURCE_ONLY:
        return f"a verb of resources, which a request for a URL does not have, write {_RESOURCE_ONLY[verb]}"
    return _odd_verb(verb)


def _any_verb_problem(verb: str) -> str | None:
    return None if verb in _HTTP or verb in _RESOURCE_VERBS else _odd_verb(verb)


def _odd_verb(verb: str) -> str | None:
    if "*" in verb:
        return "* is no wildcard here, leave verbs out to match all"
    if verb != verb.lower():
        return "verbs are written in lower case"
    return "a verb of authorization, which no request has" if verb in _AUTHORIZATION_ONLY else None


def _entry(index: int, entry: GroupResources, rule: Rule) -> Iterator[Never]:
    path = f"resources[{index}]"
    yield from _field(f"{path}.resources", entry.resources, _resource_problem)
    yield from _field(f"{path}.resourceNames", entry.resource_names, _user_problem_of_object)
    if rule.namespaces and "" not in rule.namespaces and entry.resources and all(map(_is_wide(entry), entry.resources)):
        listed = several([f'"{name}"' for name in entry.resources])
        yield Never(f"{path}.resources[0]", f"{listed} in resources: has no namespace, so leave namespaces out", True)


def _is_wide(entry: GroupResources) -> Callable[[str], bool]:
    """Cluster-scoped. A Namespace object counts as one of the namespace that it is."""

    def is_wide(name: str) -> bool:
        known = find(entry.group, name.removesuffix("/*"))
        return known is not None and not known.namespaced and name.partition("/")[0] != "namespaces"

    return is_wide


def _user_problem_of_object(name: str) -> str | None:
    return "* is no wildcard here, leave resourceNames out to match all" if "*" in name else None


def _resource_problem(name: str) -> str | None:
    if name == "*/*":
        return "matches nothing, write *"
    resource, _, subresource = name.partition("/")
    if name != name.lower():
        return "resources are written in lower case, as in URLs"
    if not resource or (name.endswith("/") or "/" in subresource):
        return "a resource, or resource/subresource, and nothing else"
    if any("*" in part and part != "*" for part in (resource, subresource)):
        return "* stands for a whole name only"
    return None
