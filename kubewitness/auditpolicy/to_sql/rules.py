"""The rules as one CASE: the index of the first one that matches.

It asks the columns ``user_name`` (NULL: none), ``user_groups`` (a list), ``verb``, ``resource_request``,
``api_group``, ``resource``, ``subresource``, ``name``, ``namespace`` and ``path``, as ``RequestAttributes`` has them.
``name`` and ``namespace`` may be NULL for one that the policy does not mention.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kubewitness.auditpolicy.to_sql.text import literal, literals
from kubewitness.auditpolicy.validate import ANY_GROUP_SINCE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from kubewitness.auditpolicy.types import GroupResources, Policy, Rule
    from kubewitness.model import ServerVersion


def rule_expression(policy: Policy, version: ServerVersion) -> str:
    """An expression: the index of the rule that decides for a server of this version, -1 where none matches."""
    any_group = version >= ANY_GROUP_SINCE
    branches = (
        f"WHEN {' AND '.join(_conditions(rule, any_group=any_group)) or 'true'} THEN {index}\n"
        for index, rule in enumerate(policy.rules)
    )
    return f"CASE\n{''.join(branches)}ELSE -1 END"


def named_entries_condition(policy: Policy, version: ServerVersion) -> str | None:
    """A condition: some rule asks for the name of such a request. ``None`` where no rule asks for any name."""
    any_group = version >= ANY_GROUP_SINCE
    entries = (entry for rule in policy.rules for entry in rule.resources if entry.resources and entry.resource_names)
    found = dict.fromkeys(_kind_matches(entry, any_group=any_group) for entry in entries)
    return f"({' OR '.join(found)})" if found else None


def _conditions(rule: Rule, *, any_group: bool) -> Iterator[str]:
    """What has to hold, all of it. No comparison is negated, so a NULL never matches."""
    if rule.users:
        yield _is_one_of("user_name", rule.users)
    if rule.user_groups:
        yield f"user_name IS NOT NULL AND list_has_any(user_groups, [{literals(rule.user_groups)}])"
    if rule.verbs:
        yield _is_one_of("verb", rule.verbs)
    if rule.namespaces or rule.resources:
        yield from _resource_conditions(rule, any_group=any_group)
    elif rule.non_resource_urls:
        yield f"NOT resource_request AND ({' OR '.join(_url_matches(rule.non_resource_urls))})"


def _resource_conditions(rule: Rule, *, any_group: bool) -> Iterator[str]:
    yield "resource_request"
    if rule.namespaces:
        yield _is_one_of("namespace", rule.namespaces)
    if rule.resources:
        entries = dict.fromkeys(_entry_matches(entry, any_group=any_group) for entry in rule.resources)
        yield f"({' OR '.join(entries)})"


def _entry_matches(entry: GroupResources, *, any_group: bool) -> str:
    kind = _kind_matches(entry, any_group=any_group)
    if not entry.resources or not entry.resource_names:
        return kind
    return f"({kind} AND {_is_one_of('name', entry.resource_names)})"


def _kind_matches(entry: GroupResources, *, any_group: bool) -> str:
    """The entry without its names."""
    of_group = "true" if any_group and entry.group == "*" else f"api_group = {literal(entry.group)}"
    if not entry.resources or "*" in entry.resources:
        return of_group
    return f"({of_group} AND ({' OR '.join(_resource_matches(entry.resources))}))"


def _resource_matches(patterns: Iterable[str]) -> Iterator[str]:
    """``pods``, ``pods/exec``; ``pods/*``, which is pods too; ``*/scale``. A text may be each of them."""
    texts = dict.fromkeys(patterns)
    yield _is_one_of("CASE subresource WHEN '' THEN resource ELSE resource || '/' || subresource END", texts)
    subresources = [text[2:] for text in texts if text.startswith("*/") and text != "*/"]
    if subresources:
        yield _is_one_of("subresource", subresources)
    resources = [text[:-2] for text in texts if text.endswith("/*")]
    if resources:
        yield _is_one_of("resource", resources)


def _url_matches(patterns: Iterable[str]) -> Iterator[str]:
    prefixes = dict.fromkeys(pattern.rstrip("*") for pattern in patterns if pattern.endswith("*"))
    yield _is_one_of("path", patterns)
    yield from (f"starts_with(path, {literal(prefix)})" for prefix in prefixes)


def _is_one_of(value: str, texts: Iterable[str]) -> str:
    return f"{value} IN ({literals(dict.fromkeys(texts))})"
