"""A rule of a policy as YAML that can be pasted, and what a suggestion is made from."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from kubewitness.auditpolicy.types import GroupResources, Level, Rule

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_PLAIN: Final = re.compile(r"[A-Za-z][A-Za-z0-9./-]*")
_WORDS: Final = frozenset({"y", "n", "yes", "no", "on", "off", "true", "false", "null"})
_WIDEST: Final = 100
_SURROGATE: Final = re.compile(r"\\ud[89a-f]")
"""Half a pair as JSON writes it, which YAML has no word for."""

WRITES: Final = ("create", "update", "patch", "delete", "deletecollection")
CATCH_ALL: Final = Rule(Level.METADATA)


def rules_yaml(rules: Iterable[Rule], indent: int) -> str | None:
    """Items of the list ``rules``, each line ending in a newline. ``None`` where a text cannot be written as YAML."""
    lines = [line for rule in rules for line in _rule(rule)]
    text = "".join(f"{' ' * indent}{line}\n" for line in lines)
    return None if _SURROGATE.search(text) else text


def _rule(rule: Rule) -> Iterator[str]:
    yield f"- level: {rule.level}"
    yield from _list("  users", rule.users)
    yield from _list("  userGroups", rule.user_groups)
    yield from _list("  verbs", rule.verbs)
    if rule.resources:
        yield "  resources:"
    for entry in rule.resources:
        yield f"    - group: {_scalar(entry.group)}"
        yield from _list("      resources", entry.resources)
        yield from _list("      resourceNames", entry.resource_names)
    yield from _list("  namespaces", rule.namespaces)
    yield from _list("  nonResourceURLs", rule.non_resource_urls)
    yield from _list("  omitStages", rule.omit_stages)
    if rule.omit_managed_fields is not None:
        yield f"  omitManagedFields: {str(rule.omit_managed_fields).lower()}"


def _list(key: str, items: Iterable[str]) -> Iterator[str]:
    written = [_scalar(item) for item in items]
    line = f"{key}: [{', '.join(written)}]"
    if not written:
        return
    if len(line) <= _WIDEST:
        yield line
        return
    yield f"{key}:"
    indent = " " * (len(key) - len(key.lstrip()) + 2)
    yield from (f"{indent}- {item}" for item in written)


def _scalar(text: str) -> str:
    """Plain where that cannot be taken for anything else; else in quotes, with what JSON and YAML escape alike."""
    if _PLAIN.fullmatch(text) and text.lower() not in _WORDS:
        return text
    return json.dumps(text).replace("\x7f", "\\u007f")


def group_resources(pairs: Iterable[tuple[str, str]]) -> tuple[GroupResources, ...]:
    """(API group, resource) as entries of a rule, one a group, each resource once."""
    groups: dict[str, dict[str, None]] = {}
    for group, resource in pairs:
        groups.setdefault(group, {})[resource] = None
    return tuple(GroupResources(group, tuple(resources)) for group, resources in groups.items())


def metadata_for(pairs: Iterable[tuple[str, str]], verbs: tuple[str, ...] = ()) -> Rule:
    """``level: Metadata`` for these resources, whoever asks."""
    return Rule(Level.METADATA, verbs=verbs, resources=group_resources(pairs))


def is_for_everything(rule: Rule) -> bool:
    """Every request is one for it, whatever it then says."""
    return rule == Rule(rule.level, omit_stages=rule.omit_stages, omit_managed_fields=rule.omit_managed_fields)


def narrowed(rule: Rule, level: Level, verbs: tuple[str, ...], user_groups: tuple[str, ...] = ()) -> Rule:
    """The part of ``rule`` that has these verbs, at another level. ``user_groups``: instead of the rule's users."""
    left = tuple(verb for verb in verbs if not rule.verbs or verb in rule.verbs)
    if user_groups:
        rule = replace(rule, users=(), user_groups=user_groups)
    return replace(rule, level=level, verbs=left)
