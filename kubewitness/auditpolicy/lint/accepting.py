"""Which findings a comment in the file accepts, and which comments accept nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from kubewitness.auditpolicy.lint.ignores import Ignore
    from kubewitness.auditpolicy.lint.rule import LintFinding


@dataclass(frozen=True, slots=True)
class Accepted:
    """A finding that a comment accepts, and the reason that it gives."""

    finding: LintFinding
    reason: str


@dataclass(frozen=True, slots=True)
class Sorted:
    """``kept``: what no comment accepts. ``unused``: whole comments that accepted nothing."""

    kept: tuple[LintFinding, ...]
    accepted: tuple[Accepted, ...]
    unused: tuple[Ignore, ...]


def accept(findings: Iterable[LintFinding], ignores: Sequence[Ignore]) -> Sorted:
    """A comment without an id or a reason accepts nothing."""
    whole = [item for item in ignores if item.is_whole]
    kept, accepted, used = [], [], []
    for finding in findings:
        places = {None, finding.rule, finding.stands_in}
        covering = [item for item in whole if finding.id in item.ids and item.rule in places]
        used += covering
        if covering:
            accepted.append(Accepted(finding, covering[0].reason))
        else:
            kept.append(finding)
    return Sorted(tuple(kept), tuple(accepted), tuple(item for item in whole if item not in used))
