"""The rules of the linter, family by family.

To add a rule: one function in the module of its family, with its id, title, severity and source, and one line in
``RULES`` there. To add a family: one module, and one line here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from kubewitness.auditpolicy.lint import (
    bodies,
    comments,
    dropped,
    names,
    reached,
    refusal,
    resources,
    silence,
    stages,
    subresources,
    urls,
    verbs,
)

if TYPE_CHECKING:
    from kubewitness.auditpolicy.lint.refusal import Refusal
    from kubewitness.auditpolicy.lint.rule import LintRule
    from kubewitness.auditpolicy.lint.subject import Subject

REFUSAL_RULES: Final[tuple[LintRule[Refusal], ...]] = refusal.RULES
"""For what kube-apiserver does not start with."""

POLICY_RULES: Final[tuple[LintRule[Subject], ...]] = (
    *dropped.RULES,
    *reached.RULES,
    *names.RULES,
    *resources.RULES,
    *subresources.RULES,
    *bodies.RULES,
    *silence.RULES,
    *verbs.RULES,
    *urls.RULES,
    *stages.RULES,
)

LINT_RULES: Final[tuple[LintRule[Any], ...]] = tuple(
    sorted((*REFUSAL_RULES, *POLICY_RULES, *comments.RULES), key=lambda rule: rule.id)
)
"""Every rule, by id."""

KNOWN_IDS: Final = (*(rule.id for rule in LINT_RULES), *(f"AF{number:03}" for number in range(1, 9)))
"""What an ignore comment can name: the rules, and the codes of checks."""
