"""SARIF 2.1.0, for code scanning. Source: https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from kubewitness.auditpolicy.lint import LINT_RULES
from kubewitness.model import Severity
from kubewitness.report.lint.report import where_to_write
from kubewitness.report.safe import safe, safe_lines

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kubewitness.auditpolicy.lint import Accepted, Linted, LintFinding
    from kubewitness.auditpolicy.lint.edits import Edit
    from kubewitness.report import Options
    from kubewitness.report.lint.report import LintReport

_SCHEMA: Final = "https://json.schemastore.org/sarif-2.1.0.json"
_LEVEL: Final = {
    Severity.CRITICAL: "error",
    Severity.HIGH: "error",
    Severity.MEDIUM: "warning",
    Severity.LOW: "note",
    Severity.INFO: "note",
}
_SCORE: Final = {
    Severity.CRITICAL: "9.5",
    Severity.HIGH: "8.0",
    Severity.MEDIUM: "5.5",
    Severity.LOW: "3.0",
    Severity.INFO: "0.0",
}
"""What code scanning makes its own severities from, by the bounds of CVSS."""
_UNRESERVED: Final = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/")


def render(report: LintReport, options: Options) -> str:
    """One run. Paths stay as they were given: relative ones are relative to the folder of the checkout."""
    del options  # a program needs no width
    ids = sorted({finding.id for _, finding in _all(report)})
    rules = [_rule(report, rule_id) for rule_id in ids]
    results = [_result(item, finding, ids) for item, finding in report.findings()]
    results += [_accepted(item, accepted, ids) for item in report.linted for accepted in item.accepted]
    name, _, version = report.tool.partition(" ")
    driver = {
        "name": name,
        "version": version,
        "informationUri": "https://kubernetes.io/docs/tasks/debug/debug-cluster/audit/",
    }
    run: dict[str, Any] = {
        "tool": {"driver": {**driver, "rules": rules}},
        "columnKind": "unicodeCodePoints",
        "results": results,
        "invocations": [_invocation(report)],
    }
    return json.dumps({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2, allow_nan=False) + "\n"


def _all(report: LintReport) -> Iterator[tuple[Linted, LintFinding]]:
    yield from report.findings()
    yield from ((item, accepted.finding) for item in report.linted for accepted in item.accepted)


def _rule(report: LintReport, rule_id: str) -> dict[str, Any]:
    """Of the catalogue, or of the check that carries the id."""
    known = next((rule for rule in LINT_RULES if rule.id == rule_id), None)
    if known is None:
        finding = next(finding for _, finding in _all(report) if finding.id == rule_id)
        title, why, source, severity = finding.check or rule_id, finding.check or rule_id, "", finding.severity
    else:
        title, why, source, severity = known.title, known.why, known.source, known.severity
    return {
        "id": rule_id,
        "name": rule_id,
        "shortDescription": {"text": title},
        "fullDescription": {"text": " ".join(why.split())},
        **({"helpUri": source} if source else {}),
        "defaultConfiguration": {"level": _LEVEL[severity]},
        "properties": {"security-severity": _SCORE[severity], "tags": ["security", "kubernetes", "audit"]},
    }


def _result(item: Linted, finding: LintFinding, ids: list[str]) -> dict[str, Any]:
    region = {"startLine": finding.line, "startColumn": finding.column} if finding.line else {"startLine": 1}
    location = {"artifactLocation": {"uri": _uri(item.file)}, "region": region}
    return {
        "ruleId": finding.id,
        "ruleIndex": ids.index(finding.id),
        "level": _LEVEL[finding.severity],
        "message": {"text": "\n".join(_text(finding))},
        "locations": [{"physicalLocation": location}],
        "partialFingerprints": {"kubewitness/v1": _fingerprint(item, finding)},
        "properties": {"severity": finding.severity, "probe": finding.probe, "others": list(finding.others)},
        **({"fixes": [_fix(item, finding, finding.edit)]} if finding.edit is not None else {}),
    }


def _fix(item: Linted, finding: LintFinding, edit: Edit) -> dict[str, Any]:
    """The suggestion, put where it belongs. A region that ends where it begins is a place to write at."""
    place = {"startLine": edit.line, "startColumn": edit.column, "endLine": edit.line, "endColumn": edit.column}
    written = {"deletedRegion": place, "insertedContent": {"text": edit.text}}
    return {
        "description": {"text": f"Write a rule {where_to_write(finding).replace('instead of', 'before')}"},
        "artifactChanges": [{"artifactLocation": {"uri": _uri(item.file)}, "replacements": [written]}],
    }


def _accepted(item: Linted, accepted: Accepted, ids: list[str]) -> dict[str, Any]:
    suppression = {"kind": "inSource", "justification": safe(accepted.reason)}
    return {**_result(item, accepted.finding, ids), "suppressions": [suppression]}


def _text(finding: LintFinding) -> Iterator[str]:
    yield safe(finding.message)
    if finding.suggestion is not None:
        yield f"Write {where_to_write(finding)}:"
        yield from safe_lines(finding.suggestion)


def _fingerprint(item: Linted, finding: LintFinding) -> str:
    """The same finding after lines were added above it."""
    parts = (item.path, finding.id, finding.probe or "", str(finding.rule))
    return ":".join(safe(part, ascii_only=True) for part in parts)


def _invocation(report: LintReport) -> dict[str, Any]:
    notes = [
        {"level": "warning", "message": {"text": safe(f"{item.file}: {item.unjudged}")}} for item in report.unjudged
    ]
    return {"executionSuccessful": not notes, "toolExecutionNotifications": notes}


def _uri(file: str) -> str:
    """RFC 3986; standard input has no name of its own."""
    if file == "-":
        return "stdin"
    data = file.encode("utf-8", "surrogatepass")
    path = "".join(chr(byte) if chr(byte) in _UNRESERVED else f"%{byte:02X}" for byte in data)
    return f"file://{path}" if path.startswith("/") else path
