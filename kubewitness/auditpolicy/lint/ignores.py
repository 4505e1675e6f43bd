"""Comments that say why a finding is accepted: ``# kubewitness: ignore AP042 the operator audits itself``.

One on a rule, or directly before it, is for that rule: for what it decides, and for what stands in its lines. One above
``rules:``, or below them, is for the whole file.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from kubewitness.godecode.tree import Mark

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from kubewitness.auditpolicy.types import Rule

_COMMENT: Final = re.compile(r"(?:^|\s)(#\s*kubewitness:\s*ignore\b)(.*)")
_IDS: Final = re.compile(r"[\s:]*((?:[A-Z]{1,4}[-_]?\d{1,5}\b[\s,]*)*)(.*)", re.IGNORECASE)
_ID: Final = re.compile(r"[A-Z]{1,4}[-_]?\d{1,5}", re.IGNORECASE)
"""What looks like an id: one that no rule has is told of, never passed over."""
_RULES: Final = re.compile(r"""\s*["']?rules["']?\s*:""")


@dataclass(frozen=True, slots=True)
class Ignore:
    """One such comment.

    ``ids`` in capitals, whether or not a rule has them; ``rule``: the one that it is for, ``None``: all of the file.
    """

    ids: tuple[str, ...]
    reason: str
    mark: Mark
    rule: int | None = None

    @property
    def is_whole(self) -> bool:
        """It says what is accepted, and why; any other has no effect."""
        return bool(self.ids) and bool(self.reason)


def ignores_in(text: str, rules: Sequence[Rule] = ()) -> tuple[Ignore, ...]:
    """The comments of a file. ``rules``: of the policy in it, with the lines of ``text``."""
    lines = text.splitlines()
    owners = _owners(lines, rules)
    return tuple(
        Ignore(_ids(match), _reason(match), Mark(number, match.start(1) + 1), owners.get(number))
        for number, match in _comments(lines)
    )


def _comments(lines: Sequence[str]) -> Iterator[tuple[int, re.Match[str]]]:
    for number, line in enumerate(lines, 1):
        match = _COMMENT.search(line)
        if match:
            yield number, match


def _ids(match: re.Match[str]) -> tuple[str, ...]:
    found = _IDS.match(match[2])
    return tuple(dict.fromkeys(item.upper() for item in _ID.findall(found[1]))) if found else ()


def _reason(match: re.Match[str]) -> str:
    found = _IDS.match(match[2])
    reason = found[2].strip(" \t-:.,;") if found else ""
    return reason if any(char.isalpha() for char in reason) else ""


def _owners(lines: Sequence[str], rules: Sequence[Rule]) -> dict[int, int]:
    """Line -> the rule that a comment there is for; lines of the file as a whole are not in it."""
    starts = [rule.line for rule in rules]
    if not starts or 0 in starts or starts != sorted(starts):
        return {}  # aliases: a rule may stand anywhere
    owners: dict[int, int] = {}
    begin = _rules_key(lines, starts[0]) + 1
    for index, start in enumerate(starts):
        end = starts[index + 1] - 1 if index + 1 < len(starts) else end_of(lines, rules[index])
        last = last_content(lines, start, end)
        owners.update(dict.fromkeys(range(begin, last + 1), index))
        begin = last + 1
    owners.update(dict.fromkeys(range(begin, end_of(lines, rules[-1]) + 1), len(rules) - 1))
    return owners


def _rules_key(lines: Sequence[str], first: int) -> int:
    """The line of the key ``rules``, or the one before the first rule."""
    return max((number for number, line in enumerate(lines[:first], 1) if _RULES.match(line)), default=first - 1)


def last_content(lines: Sequence[str], start: int, end: int) -> int:
    """The last line of a rule with more than a comment on it."""
    return max((at for at in range(start, end + 1) if _has_content(lines[at - 1])), default=start)


def end_of(lines: Sequence[str], last: Rule) -> int:
    """The last line that belongs to the last rule: before the next key of the policy itself."""
    for at in range(last.line + 1, len(lines) + 1):
        line = lines[at - 1]
        if _has_content(line) and len(line) - len(line.lstrip()) < last.column - 1:
            return at - 1
    return len(lines)


def _has_content(line: str) -> bool:
    return bool(line.strip()) and not line.lstrip().startswith("#")
