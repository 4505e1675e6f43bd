"""Reports of the linter for the tests of its formats. Made up."""

from __future__ import annotations

from kubewitness.auditpolicy.lint import Accepted, Linted, LintFinding, NotLookedAt, lint
from kubewitness.model import ServerVersion, Severity
from kubewitness.report.lint import LintReport
from tests.unit.report.reports import HOSTILE_NAMES

NEWEST = ServerVersion(1, 37)
POLICY = """\
apiVersion: audit.k8s.io/v1
kind: Policy
rules:
  # kubewitness: ignore AP042 it talks to itself
  - level: None
    users: [system:apiserver]
  - level: None
    verbs: [get, list, watch]
  - level: Metadata
"""


def report(*linted: Linted) -> LintReport:
    return LintReport("kubewitness 1.2.3", linted)


def some() -> LintReport:
    """A policy with several findings of one cause and one accepted, a clean one, and one that was not judged."""
    clean = POLICY[: POLICY.index("  #")] + "  - level: Metadata\n"
    large = b"#" * ((1 << 20) + 1)
    return report(
        *lint("policies/a.yaml", POLICY.encode(), NEWEST, "no flags"),
        *lint("b.yaml", clean.encode(), NEWEST, "no flags"),
        *lint("large.yaml", large, NEWEST),
    )


def hostile() -> LintReport:
    """Each hostile text wherever a file or its name can put one."""
    return report(*(_hostile(name) for name in HOSTILE_NAMES))


def _hostile(text: str) -> Linted:
    finding = LintFinding(
        "AP013", Severity.HIGH, text, 3, 5, text, (text,), 0, 3, 5, f"- level: None # {text}\n", check=text
    )
    missing = (NotLookedAt("AP062", text),)
    return Linted(text, text, NEWEST, 1, (finding,), (Accepted(finding, text),), missing)
