"""The catalogue of the linter as text: what is a fault, how bad it is, and why."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from kubewitness.auditpolicy.lint import LintRule
    from kubewitness.check import Check


def _coded(checks: Sequence[Check]) -> list[Check]:
    return sorted((item for item in checks if item.code), key=lambda item: (item.code, item.id))


def _table(rules: Sequence[LintRule[Any]], checks: Sequence[Check]) -> str:
    lines = [f"{rule.id} {rule.severity:9} {rule.title}\n" for rule in rules]
    return "".join([*lines, *(f"{item.code} {item.severity:9} {item.title} ({item.id})\n" for item in _coded(checks))])


def _json(rules: Sequence[LintRule[Any]], checks: Sequence[Check]) -> str:
    items: list[dict[str, Any]] = [
        {
            "id": rule.id,
            "title": rule.title,
            "severity": rule.severity,
            "why": rule.why,
            "source": rule.source,
            "needsFlags": rule.needs_flags,
            "check": None,
        }
        for rule in rules
    ]
    items += [
        {
            "id": item.code,
            "title": item.title,
            "severity": item.severity,
            "why": item.why,
            "source": item.source,
            "needsFlags": True,
            "check": item.id,
        }
        for item in _coded(checks)
    ]
    return json.dumps(items, indent=2) + "\n"


def _markdown(rules: Sequence[LintRule[Any]], checks: Sequence[Check]) -> str:
    """``docs/policy/lint-rules.md``: a test compares the two."""
    lines = [
        "# The rules of the linter",
        "",
        "Written by `kubewitness policy lint --rules -o markdown`: change the rules, not this page.",
        "",
    ]
    for rule in rules:
        needs = "; needs `--flags`" if rule.needs_flags else ""
        lines += _section(rule.id, rule.title, rule.why, f"Severity {rule.severity}{needs}; [source]({rule.source}).")
    lines += [
        "# The rules about flags",
        "",
        "With `--flags MANIFEST`. They are [checks](../checks.md) of `kubewitness check`, and several share an id. The",
        "title is the good state. AF007 and AF008 need a node.",
        "",
    ]
    for item in _coded(checks):
        last = f"Check `{item.id}`; severity {item.severity}; [source]({item.source})."
        lines += _section(item.code, item.title, item.why, last)
    return "\n".join(lines[:-1]) + "\n"


def _section(name: str, title: str, why: str, last: str) -> list[str]:
    text = "\n".join(line.strip() for line in why.splitlines())
    return [f"## {name}: {title}", "", text, "", last, ""]


RULE_FORMATS: Final[Mapping[str, Callable[[Sequence[LintRule[Any]], Sequence[Check]], str]]] = {
    "table": _table,
    "json": _json,
    "markdown": _markdown,
}
"""What ``--rules`` can be written as."""
