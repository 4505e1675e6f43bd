"""Is a decoded policy one that kube-apiserver accepts? In its own words, version by version.

Not looked at, there as here: names of users, groups, verbs, namespaces and resources, API groups that do not exist,
rules that contradict each other. Source: https://pkg.go.dev/k8s.io/apiserver/pkg/apis/audit/validation
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from kubewitness.auditpolicy.types import GroupResources, Level, Stage
from kubewitness.godecode.gotext import go_quote, go_strings, json_quote, json_strings
from kubewitness.model import ServerVersion

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kubewitness.auditpolicy.draft import Draft

ANY_GROUP_SINCE: Final = ServerVersion(1, 36)
"""From here on ``group: "*"`` is every API group; before it is refused, and would match nothing."""

_JSON_VALUES_SINCE: Final = ServerVersion(1, 34)
_SUBDOMAIN: Final = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*\Z", re.ASCII)
_SUBDOMAIN_TEXT: Final = (
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and "
    "end with an alphanumeric character (e.g. 'example.com', regex used for validation is "
    r"'[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')"
)
_LONGEST_SUBDOMAIN: Final = 253


@dataclass(frozen=True, slots=True)
class Invalid:
    """One validation error. ``path`` leads to the value; upstream's text does not say which entry of ``resources``."""

    text: str
    path: str


def validate(draft: Draft, version: ServerVersion) -> tuple[Invalid, ...]:
    """Every error in upstream's order, each text once. No rules at all is not an error here; ``load`` refuses it."""
    found: dict[str, Invalid] = {}
    for invalid in _policy(draft, version):
        found.setdefault(invalid.text, invalid)
    return tuple(found.values())


def _policy(draft: Draft, version: ServerVersion) -> Iterator[Invalid]:
    yield from _stages(draft.omit_stages, "omitStages")
    for index, rule in enumerate(draft.rules):
        path = f"rules[{index}]"
        yield from _level(rule.level, f"{path}.level", version)
        yield from _urls(rule.non_resource_urls, f"{path}.nonResourceURLs")
        yield from _resources(rule.resources, f"{path}.resources", version)
        yield from _stages(rule.omit_stages, f"{path}.omitStages")
        if rule.non_resource_urls and (rule.resources or rule.namespaces):
            urls = f"{path}.nonResourceURLs"
            value = _list_text(rule.non_resource_urls, version)
            reason = "rules cannot apply to both regular resources and non-resource URLs"
            yield Invalid(f"{urls}: Invalid value: {value}: {reason}", urls)


def _level(level: str, path: str, version: ServerVersion) -> Iterator[Invalid]:
    if not level:
        yield Invalid(f"{path}: Required value", path)
    elif level not in list(Level):
        value = json_quote(level) if version >= _JSON_VALUES_SINCE else go_quote(level)
        known = ", ".join(f'"{known}"' for known in Level)
        yield Invalid(f"{path}: Unsupported value: {value}: supported values: {known}", path)


def _urls(urls: tuple[str, ...], path: str) -> Iterator[Invalid]:
    for index, url in enumerate(urls):
        where = f"{path}[{index}]"
        if url != "*" and not url.startswith("/"):
            reason = "non-resource URL rules must begin with a '/' character"
            yield Invalid(f"{where}: Invalid value: {go_quote(url)}: {reason}", where)
        if "*" in url[:-1]:
            reason = "non-resource URL wildcards '*' must be the final character of the rule"
            yield Invalid(f"{where}: Invalid value: {go_quote(url)}: {reason}", where)


def _resources(resources: tuple[GroupResources, ...], path: str, version: ServerVersion) -> Iterator[Invalid]:
    for index, entry in enumerate(resources):
        any_group = entry.group == "*" and version >= ANY_GROUP_SINCE
        problems = [] if not entry.group or any_group else _subdomain_problems(entry.group)
        if problems:
            text = f"{path}.group: Invalid value: {go_quote(entry.group)}: {','.join(problems)}"
            yield Invalid(text, f"{path}[{index}].group")
        if entry.resource_names and not entry.resources:
            value = _list_text(entry.resource_names, version)
            text = f"{path}.resourceNames: Invalid value: {value}: using resourceNames requires at least one resource"
            yield Invalid(text, f"{path}[{index}].resourceNames")


def _subdomain_problems(group: str) -> list[str]:
    too_long = len(group.encode("utf-8", "surrogateescape")) > _LONGEST_SUBDOMAIN
    problems = [f"must be no more than {_LONGEST_SUBDOMAIN} characters"] if too_long else []
    return problems if _SUBDOMAIN.match(group) else [*problems, _SUBDOMAIN_TEXT]


def _stages(stages: tuple[str, ...], path: str) -> Iterator[Invalid]:
    for index, stage in enumerate(stages):
        if stage not in list(Stage):
            where = f"{path}[{index}]"
            reason = f"allowed stages are {','.join(Stage)}"
            yield Invalid(f"{where}: Invalid value: {go_quote(stage)}: {reason}", where)


def _list_text(texts: tuple[str, ...], version: ServerVersion) -> str:
    return json_strings(texts) if version >= _JSON_VALUES_SINCE else go_strings(texts)
