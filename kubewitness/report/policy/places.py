"""Which rule, in words: by its index, as kube-apiserver's own messages count, and by its line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from kubewitness.auditpolicy.types import Stage

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from kubewitness.auditpolicy.types import Policy

NO_RULE: Final = "no rule"


def rule_name(policy: Policy, index: int) -> str:
    """``rules[3] (line 60)``."""
    if index < 0:
        return NO_RULE
    line = policy.rules[index].line
    return f"rules[{index}] (line {line})" if line else f"rules[{index}]"


def rule_names(policy: Policy, indexes: Sequence[int]) -> str:
    """Several of them."""
    return ", ".join(rule_name(policy, index) for index in indexes)


def rule_place(file: str, policy: Policy, index: int) -> str:
    """``policy.yaml:60:5``: what a terminal or an editor opens."""
    rule = policy.rules[index]
    return f"{file}:{rule.line}:{rule.column}" if rule.line else file


def stage_names(stages: Iterable[Stage]) -> str:
    """In upstream's order."""
    present = set(stages)
    return ", ".join(stage for stage in Stage if stage in present)
