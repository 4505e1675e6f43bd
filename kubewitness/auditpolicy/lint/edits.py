"""A suggestion as an edit of the file: where its lines go, for tools that apply it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from kubewitness.auditpolicy.lint.ignores import end_of, last_content
from kubewitness.auditpolicy.lint.rule import NO_RULE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kubewitness.auditpolicy.types import Rule

_ITEM: Final = re.compile(r" *- +\S")


@dataclass(frozen=True, slots=True)
class Edit:
    """``text`` is to be written at ``line`` and ``column``, which count from 1; nothing is taken away."""

    line: int
    column: int
    text: str


def edit_of(lines: Sequence[str], rules: Sequence[Rule], index: int, suggestion: str) -> Edit | None:
    """Before the rule and the comment above it; behind the last one for ``NO_RULE``.

    ``None`` where rules are not written one below the other, so that lines cannot be put between them.
    """
    rule = rules[index]  # NO_RULE: the last one
    if any(not 0 < it.line <= len(lines) or not _ITEM.match(lines[it.line - 1]) for it in rules):
        return None
    if index != NO_RULE:
        line = rule.line
        while line > 1 and lines[line - 2].lstrip().startswith("#"):
            line -= 1
        return Edit(line, 1, suggestion)
    last = last_content(lines, rule.line, end_of(lines, rule))
    if last < len(lines):
        return Edit(last + 1, 1, suggestion)
    return Edit(last, len(lines[-1]) + 1, f"\n{suggestion}")
