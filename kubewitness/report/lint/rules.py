"""The catalogue of a linter as text: what is a fault, how bad it is, and why."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from kubewitness.auditpolicy.lint import LintRule
    from kubewitness.check import Check
    from kubewitness.model import Severity
    from kubewitness.shippers.rules import ShipperRule


@dataclass(frozen=True, slots=True)
class Listed:
    """One rule. ``more``: what a page says of it behind the reason; ``fields``: what only this linter's rules have."""

    id: str
    title: str
    severity: Severity
    why: str
    source: str
    more: str
    fields: Mapping[str, Any]
    check: str = ""


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The rules under their headings. ``intro``: what stands under the heading on the page."""

    command: str
    sections: Sequence[tuple[str, Sequence[str], Sequence[Listed]]]

    def rules(self) -> list[Listed]:
        """All of them."""
        return [rule for _, _, rules in self.sections for rule in rules]


def policy_catalogue(rules: Sequence[LintRule[Any]], checks: Sequence[Check]) -> Catalogue:
    """Of ``policy lint``: its rules, and the checks that have a code."""
    listed = [
        Listed(
            rule.id,
            rule.title,
            rule.severity,
            rule.why,
            rule.source,
            f"Severity {rule.severity}{'; needs `--flags`' if rule.needs_flags else ''}",
            {"needsFlags": rule.needs_flags, "check": None},
        )
        for rule in rules
    ]
    coded = [
        Listed(
            item.code,
            item.title,
            item.severity,
            item.why,
            item.source,
            f"Check `{item.id}`; severity {item.severity}",
            {"needsFlags": True, "check": item.id},
            item.id,
        )
        for item in sorted((item for item in checks if item.code), key=lambda item: (item.code, item.id))
    ]
    about_flags = [
        "With `--flags MANIFEST`. They are [checks](../checks.md) of `kubewitness check`, and several share an id. The",
        "title is the good state. AF007 and AF008 need a node.",
    ]
    return Catalogue(
        "policy lint", (("The rules of the linter", (), listed), ("The rules about flags", about_flags, coded))
    )


def shipper_catalogue(rules: Sequence[ShipperRule[Any]]) -> Catalogue:
    """Of ``shipper lint``."""
    listed = [
        Listed(rule.id, rule.title, rule.severity, rule.why, rule.source, f"Severity {rule.severity}", {})
        for rule in rules
    ]
    return Catalogue("shipper lint", (("The rules about shippers", (), listed),))


def _table(catalogue: Catalogue) -> str:
    return "".join(
        f"{rule.id} {rule.severity:9} {rule.title}{f' ({rule.check})' if rule.check else ''}\n"
        for rule in catalogue.rules()
    )


def _json(catalogue: Catalogue) -> str:
    items = [
        {
            "id": rule.id,
            "title": rule.title,
            "severity": rule.severity,
            "why": rule.why,
            "source": rule.source,
            **rule.fields,
        }
        for rule in catalogue.rules()
    ]
    return json.dumps(items, indent=2) + "\n"


def _markdown(catalogue: Catalogue) -> str:
    """``lint-rules.md`` in ``docs/policy`` and ``docs/shippers``: a test compares the two."""
    written = f"Written by `kubewitness {catalogue.command} --rules -o markdown`: change the rules, not this page."
    lines: list[str] = []
    for heading, intro, rules in catalogue.sections:
        lines += [f"# {heading}", "", *((*intro, "") if lines else (written, ""))]
        for rule in rules:
            why = "\n".join(line.strip() for line in rule.why.splitlines())
            lines += [f"## {rule.id}: {rule.title}", "", why, "", f"{rule.more}; [source]({rule.source}).", ""]
    return "\n".join(lines[:-1]) + "\n"


RULE_FORMATS: Final[Mapping[str, Callable[[Catalogue], str]]] = {
    "table": _table,
    "json": _json,
    "markdown": _markdown,
}
"""What ``--rules`` can be written as."""
