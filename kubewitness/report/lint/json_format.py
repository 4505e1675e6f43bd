"""JSON for programs, schemas ``kubewitness/policy-lint/v1`` and ``kubewitness/shipper-lint/v1``.

Keys are added, never renamed or removed.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from kubewitness.report.lint.shippers import ShipperReport

if TYPE_CHECKING:
    from kubewitness.auditpolicy.lint import Linted, LintFinding
    from kubewitness.report import Options
    from kubewitness.report.lint.report import LintReport
    from kubewitness.shippers.finding import ShipperFinding

SCHEMA: Final = "kubewitness/policy-lint/v1"
SHIPPER_SCHEMA: Final = "kubewitness/shipper-lint/v1"


def render(report: LintReport | ShipperReport, options: Options) -> str:
    """One object. ``null``: does not apply. ASCII only: a hostile name cannot steer a terminal."""
    del options  # a program needs no width
    document = _of_shippers(report) if isinstance(report, ShipperReport) else _of_policies(report)
    return json.dumps(document, indent=2, allow_nan=False) + "\n"


def _of_policies(report: LintReport) -> dict[str, Any]:
    return {
        "schema": SCHEMA,
        "tool": report.tool,
        "files": [_file(item) for item in report.linted],
        "findings": [_finding(item, finding) for item, finding in report.findings()],
        "accepted": [
            {**_finding(item, accepted.finding), "reason": accepted.reason}
            for item in report.linted
            for accepted in item.accepted
        ],
        "notLookedAt": [
            {"file": item.file, "id": missing.id, "why": missing.why}
            for item in report.linted
            for missing in item.not_looked_at
        ],
        "summary": {
            "files": len({item.file for item in report.linted}),
            "findings": dict(report.by_severity()),
            "accepted": report.accepted,
            "unjudged": len(report.unjudged),
        },
    }


def _file(item: Linted) -> dict[str, Any]:
    """``rules`` is 0 where kube-apiserver would not start with the policy, ``null`` for a manifest."""
    return {
        "file": item.file,
        "path": item.path or None,
        "kind": item.kind,
        "version": f"{item.version.major}.{item.version.minor}",
        "rules": item.rules,
        "unjudged": item.unjudged,
    }


def _finding(item: Linted, finding: LintFinding) -> dict[str, Any]:
    """``rule``: index of the rule that decided, -1 where none matched (its place is then that of the last rule)."""
    return {
        "id": finding.id,
        "severity": finding.severity,
        "message": finding.message,
        "file": item.file,
        "line": finding.line,
        "column": finding.column,
        "probe": finding.probe,
        "others": list(finding.others),
        "rule": finding.rule,
        "ruleLine": finding.rule_line,
        "ruleColumn": finding.rule_column,
        "suggestion": finding.suggestion,
        "replaces": finding.replaces,
        "check": finding.check,
    }


def _of_shippers(report: ShipperReport) -> dict[str, Any]:
    return {
        "schema": SHIPPER_SCHEMA,
        "tool": report.tool,
        "configurations": [{"program": item.program, "files": list(item.files)} for item in report.linted],
        "findings": [_shipper_finding(finding) for finding in report.findings()],
        "accepted": [
            {**_shipper_finding(accepted.finding), "reason": accepted.reason}
            for item in report.linted
            for accepted in item.accepted
        ],
        "summary": {
            "configurations": len(report.linted),
            "findings": dict(report.by_severity()),
            "accepted": report.accepted,
            "unknown": report.unknown,
        },
    }


def _shipper_finding(finding: ShipperFinding) -> dict[str, Any]:
    """``line`` and ``column`` are ``null`` for the file as a whole; ``unknown``: nothing is claimed."""
    return {
        "id": finding.id,
        "severity": finding.severity,
        "program": finding.program,
        "message": finding.message,
        "file": finding.place.file,
        "line": finding.place.line or None,
        "column": finding.place.column or None,
        "component": finding.name or None,
        "componentLine": finding.component.line or None,
        "route": finding.route or None,
        "setting": finding.setting or None,
        "written": finding.written or None,
        "byDefault": finding.by_default,
        "costs": finding.costs or None,
        "suggestion": finding.suggestion or None,
        "unknown": finding.unknown,
    }
