"""AP070 and AP071: ignore comments that do not do what they are there for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from kubewitness.auditpolicy.lint.rule import Found, LintRule, lint_rule
from kubewitness.model import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from kubewitness.auditpolicy.lint.ignores import Ignore

_DOCS: Final = "https://kubernetes.io/docs/tasks/debug/debug-cluster/audit/#audit-policy"


@lint_rule("AP070", "an ignore comment without an id or a reason", Severity.MEDIUM, source=_DOCS)
def without_reason(ignores: Sequence[Ignore]) -> Iterator[Found]:
    """What is accepted, and why, has to be said: ``# kubewitness: ignore AP042 the reason``. Until then nothing is."""
    for ignore in ignores:
        if not ignore.is_whole:
            lacks = "reason" if ignore.ids else "id, such as AP042"
            form = "# kubewitness: ignore AP042 the reason"
            yield Found(f"the comment has no {lacks}, and so no effect: write {form}", mark=ignore.mark)


@lint_rule("AP071", "an ignore comment that matches nothing", Severity.INFO, source=_DOCS)
def matches_nothing(ignores: Sequence[Ignore]) -> Iterator[Found]:
    """What it accepted is not found any more, or not at this place: the comment misleads."""
    for ignore in ignores:
        listed = ", ".join(ignore.ids)
        where = "here" if ignore.rule is None else f"at rules[{ignore.rule}]"
        yield Found(f"there is no finding {listed} {where}: remove the comment", mark=ignore.mark)


RULES: Final[tuple[LintRule[Sequence[Ignore]], ...]] = (without_reason, matches_nothing)
