"""JSON for programs, schema ``kubewitness/report/v1``: keys are added, never renamed or removed."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Final

from kubewitness.report.summary import summarise

if TYPE_CHECKING:
    from kubewitness.model import Finding, Report, Target
    from kubewitness.report import Options

SCHEMA: Final = "kubewitness/report/v1"


def render(report: Report, options: Options) -> str:
    """One object. ``null``: not known, or does not apply. ASCII only: a hostile name cannot steer a terminal."""
    del options  # a program needs no width
    document = {
        "schema": SCHEMA,
        "run": asdict(report.run),
        "targets": [_target(target) for target in report.targets],
        "findings": [_finding(finding) for finding in report.findings],
        "summary": _summary(report),
    }
    return json.dumps(document, indent=2, allow_nan=False) + "\n"


def _target(target: Target) -> dict[str, Any]:
    return {
        "name": target.name,
        "cluster": target.cluster,
        "kind": target.kind,
        "sources": {
            source: {
                "rung": state.rung,
                "required": state.required,
                "ceiling": state.ceiling,
                "status": state.status,
                "reason": state.reason,
                "hint": state.hint,
            }
            for source, state in target.sources.items()
        },
    }


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "check": finding.check,
        "target": finding.target,
        "cluster": finding.cluster,
        "kind": finding.kind,
        "log": finding.log,
        "status": finding.status,
        "severity": finding.severity,
        "reason": finding.reason,
        "message": finding.message,
        "rung": finding.rung,
        "required": finding.required,
        "expected": finding.expected,
        "actual": finding.actual,
        "differences": [asdict(difference) for difference in finding.differences],
        "evidence": [{"where": item.where, "value": item.value, "readAt": item.read_at} for item in finding.evidence],
        "remediation": finding.remediation,
        "controls": list(finding.controls),
        "code": finding.code or None,
    }


def _summary(report: Report) -> dict[str, Any]:
    summary = summarise(report)
    return {
        "targets": summary.targets,
        "findings": summary.findings,
        "failed": summary.failed,
        "sources": summary.sources,
    }
