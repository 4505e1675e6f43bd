"""A policy linted, and a suggestion pasted where it belongs: shared by the tests of the linter."""

from __future__ import annotations

from kubewitness.apiserver import AuditSettings
from kubewitness.auditpolicy import Loaded, load
from kubewitness.auditpolicy.lint import Linted, LintFinding, lint
from kubewitness.auditpolicy.lint.edits import Edit
from kubewitness.model import ServerVersion

NEWEST = ServerVersion(1, 37)
HEADER = "apiVersion: audit.k8s.io/v1\nkind: Policy\nrules:\n"


def linted(policy: str, version: ServerVersion = NEWEST, settings: AuditSettings | str = "not given") -> Linted:
    (found,) = lint("policy.yaml", policy.encode("utf-8", "surrogatepass"), version, settings)
    return found


def ids(policy: str, version: ServerVersion = NEWEST) -> list[str]:
    return [finding.id for finding in linted(policy, version).findings]


def edited(policy: str, edit: Edit) -> str:
    """As a tool would apply it."""
    lines = policy.splitlines(keepends=True)
    at = sum(len(line) for line in lines[: edit.line - 1]) + edit.column - 1
    return policy[:at] + edit.text + policy[at:]


def pasted(policy: str, finding: LintFinding) -> str:
    """The policy with the suggestion of the finding before the rule that decided, or at the end."""
    assert finding.suggestion is not None
    if finding.edit is not None:
        return edited(policy, finding.edit)
    assert finding.rule is not None
    loaded = load(policy, NEWEST)
    assert isinstance(loaded, Loaded)
    lines = policy.splitlines(keepends=True)
    if lines and not lines[-1].endswith("\n"):
        lines[-1] += "\n"
    at = len(lines) if finding.rule < 0 else loaded.policy.rules[finding.rule].line - 1
    while at < len(lines) and at > 0 and not lines[at].lstrip().startswith("- "):
        at -= 1
    return "".join((*lines[:at], finding.suggestion, *lines[at:]))
