"""SH030 and SH031: comments that say why a finding is accepted, and those that do not do what they are there for.

``# kubewitness: ignore SH012 the reason``, on the line of a setting, alone before it or before the input, output or
filter that it belongs to; above everything else in a file, it is for the whole file.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from kubewitness.auditpolicy.lint.ignores import Ignore, ignores_in
from kubewitness.model import Severity
from kubewitness.shippers.model import Place
from kubewitness.shippers.rules.rule import Found, ShipperRule, shipper_rule

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from kubewitness.shippers.finding import ShipperFinding

_DOCS: Final = "https://kubernetes.io/docs/tasks/debug/debug-cluster/audit/"
_FORM: Final = "# kubewitness: ignore SH012 the reason"


@dataclass(frozen=True, slots=True)
class Comment:
    """One ignore comment. ``line``: what it is for; ``None``: the whole file."""

    file: str
    ignore: Ignore
    line: int | None

    @property
    def place(self) -> Place:
        """Of the comment itself."""
        return Place(self.file, self.ignore.mark.line, self.ignore.mark.column)

    def accepts(self, finding: ShipperFinding) -> bool:
        """Whether it is for ``finding``. One without an id or a reason accepts nothing."""
        if not self.ignore.is_whole or finding.id not in self.ignore.ids:
            return False
        places = [place for place in (finding.place, finding.component) if place.file == self.file]
        return bool(places) and (self.line is None or self.line in {place.line for place in places})


def comments_in(files: Mapping[str, str]) -> tuple[Comment, ...]:
    """Every ignore comment of ``files``."""
    return tuple(
        Comment(file, ignore, _line(text.splitlines(), ignore.mark.line))
        for file, text in files.items()
        for ignore in ignores_in(text)
    )


def _line(lines: Sequence[str], at: int) -> int | None:
    """The line with content that a comment on line ``at`` is for."""
    if _has_content(lines[at - 1]):
        return at
    if not any(_has_content(line) for line in lines[: at - 1]):
        return None
    return next((number for number in range(at + 1, len(lines) + 1) if _has_content(lines[number - 1])), at)


def _has_content(line: str) -> bool:
    return bool(line.strip()) and not line.lstrip().startswith("#")


@shipper_rule("SH030", "an ignore comment without a known id or a reason", Severity.MEDIUM, source=_DOCS)
def without_reason(comments: Sequence[Comment]) -> Iterator[Found]:
    """What is accepted, and why, has to be said: ``# kubewitness: ignore SH012 the reason``. Until then nothing is."""
    for comment in comments:
        if not comment.ignore.is_whole:
            lacks = "reason" if comment.ignore.ids else "id, such as SH012"
            yield Found(f"the comment has no {lacks}, and so no effect: write {_FORM}", comment.place)


def unknown_ids(comments: Sequence[Comment], known: Sequence[str]) -> Iterator[Found]:
    """SH030 of an id that no rule has."""
    for comment in comments:
        for item in comment.ignore.ids:
            if item not in known:
                advice = "kubewitness shipper lint --rules lists them"
                yield Found(f"the comment names {item}, which is no rule: {advice}", comment.place)


@shipper_rule("SH031", "an ignore comment that matches nothing", Severity.INFO, source=_DOCS)
def matches_nothing(comments: Sequence[Comment]) -> Iterator[Found]:
    """What it accepted is not found any more, or not at this place: the comment misleads."""
    for comment in comments:
        listed = ", ".join(comment.ignore.ids)
        where = "in this file" if comment.line is None else f"at line {comment.line}"
        yield Found(f"there is no finding {listed} {where}: remove the comment", comment.place)


RULES: Final[tuple[ShipperRule[Sequence[Comment]], ...]] = (without_reason, matches_nothing)
