"""What is wrong with an audit policy: judged by what it would record, with what decided and what to write instead."""

from kubewitness.auditpolicy.lint.accepting import Accepted
from kubewitness.auditpolicy.lint.catalogue import LINT_RULES
from kubewitness.auditpolicy.lint.rule import LintFinding, LintRule
from kubewitness.auditpolicy.lint.run import Linted, NotLookedAt, lint

__all__ = ["LINT_RULES", "Accepted", "LintFinding", "LintRule", "Linted", "NotLookedAt", "lint"]
