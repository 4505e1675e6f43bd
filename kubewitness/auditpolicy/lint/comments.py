"""AP070 and AP071: ignore comments that do not do what they are there for."""

from __future__ import annotations

import re
from difflib import get_close_matches
from typing import TYPE_CHECKING, Final

from kubewitness.auditpolicy.lint.rule import Found, LintRule, lint_rule
from kubewitness.model import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from kubewitness.auditpolicy.lint.ignores import Ignore

_NUMBER: Final = re.compile(r"\D")
_DOCS: Final = "https://kubernetes.io/docs/tasks/debug/debug-cluster/audit/#audit-policy"


@lint_rule("AP070", "an ignore comment without a known id or a reason", Severity.MEDIUM, source=_DOCS)
def without_reason(ignores: Sequence[Ignore]) -> Iterator[Found]:
    """What is accepted, and why, has to be said: ``# kubewitness: ignore AP042 the reason``. Until then nothing is."""
    for ignore in ignores:
        if not ignore.is_whole:
            lacks = "reason" if ignore.ids else "id, such as AP042"
            form = "# kubewitness: ignore AP042 the reason"
            yield Found(f"the comment has no {lacks}, and so no effect: write {form}", mark=ignore.mark)


def unknown_ids(ignores: Sequence[Ignore], known: Sequence[str]) -> Iterator[Found]:
    """AP070 of an id that no rule has, with the one that was meant, as far as the number says it."""
    for ignore in ignores:
        for item in ignore.ids:
            if item not in known:
                yield Found(f"the comment names {item}, which is no rule: {_meant(item, known)}", mark=ignore.mark)


def _meant(item: str, known: Sequence[str]) -> str:
    number = int(_NUMBER.sub("", item) or 0)
    same = [it for it in known if int(_NUMBER.sub("", it)) == number]
    nearest = get_close_matches(item, same, 1, 0)
    return f"did you mean {nearest[0]}?" if nearest else "kubewitness policy lint --rules lists them"


@lint_rule("AP071", "an ignore comment that matches nothing", Severity.INFO, source=_DOCS)
def matches_nothing(ignores: Sequence[Ignore]) -> Iterator[Found]:
    """What it accepted is not found any more, or not at this place: the comment misleads."""
    for ignore in ignores:
        listed = ", ".join(ignore.ids)
        where = "here" if ignore.rule is None else f"at rules[{ignore.rule}]"
        yield Found(f"there is no finding {listed} {where}: remove the comment", mark=ignore.mark)


RULES: Final[tuple[LintRule[Sequence[Ignore]], ...]] = (without_reason, matches_nothing)
