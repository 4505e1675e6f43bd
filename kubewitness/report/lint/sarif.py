"""SARIF 2.1.0, for code scanning. Source: https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from kubewitness.model import Severity
from kubewitness.report.lint.github import text_of
from kubewitness.report.lint.notes import RuleText
from kubewitness.report.safe import safe

if TYPE_CHECKING:
    from kubewitness.auditpolicy.lint.edits import Edit
    from kubewitness.report import Options
    from kubewitness.report.lint.notes import Linting, Note, Notes

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


def render(report: Linting, options: Options) -> str:
    """One run. Paths stay as they were given: relative ones are relative to the folder of the checkout."""
    del options  # a program needs no width
    found = report.notes()
    ids = sorted({note.id for note in found.notes})
    name, _, version = found.tool.partition(" ")
    driver = {
        "name": name,
        "version": version,
        "informationUri": "https://kubernetes.io/docs/tasks/debug/debug-cluster/audit/",
    }
    run: dict[str, Any] = {
        "tool": {"driver": {**driver, "rules": [_rule(found, rule_id) for rule_id in ids]}},
        "columnKind": "unicodeCodePoints",
        "results": [_result(note, ids) for note in found.notes],
        "invocations": [_invocation(found)],
    }
    return json.dumps({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2, allow_nan=False) + "\n"


def _rule(found: Notes, rule_id: str) -> dict[str, Any]:
    """Of the catalogue, or of the check that carries the id."""
    known = next((rule for rule in found.rules if rule.id == rule_id), None)
    if known is None:
        note = next(note for note in found.notes if note.id == rule_id)
        known = RuleText(rule_id, note.name or rule_id, note.severity, note.name or rule_id, "")
    return {
        "id": rule_id,
        "name": rule_id,
        "shortDescription": {"text": known.title},
        "fullDescription": {"text": " ".join(known.why.split())},
        **({"helpUri": known.source} if known.source else {}),
        "defaultConfiguration": {"level": _LEVEL[known.severity]},
        "properties": {"security-severity": _SCORE[known.severity], "tags": ["security", "kubernetes", "audit"]},
    }


def _result(note: Note, ids: list[str]) -> dict[str, Any]:
    region = {"startLine": note.line or 1, **({"startColumn": note.column} if note.line and note.column else {})}
    location = {"artifactLocation": {"uri": _uri(note.file)}, "region": region}
    suppression = {"kind": "inSource", "justification": safe(note.reason or "")}
    return {
        "ruleId": note.id,
        "ruleIndex": ids.index(note.id),
        "level": _LEVEL[note.severity],
        "message": {"text": "\n".join(text_of(note))},
        "locations": [{"physicalLocation": location}],
        "partialFingerprints": {
            "kubewitness/v1": ":".join(safe(part, ascii_only=True) for part in note.fingerprint),
        },
        "properties": {"severity": note.severity, **note.properties},
        **({"fixes": [_fix(note, note.edit)]} if note.edit is not None else {}),
        **({"suppressions": [suppression]} if note.reason is not None else {}),
    }


def _fix(note: Note, edit: Edit) -> dict[str, Any]:
    """The suggestion, put where it belongs. A region that ends where it begins is a place to write at."""
    place = {"startLine": edit.line, "startColumn": edit.column, "endLine": edit.line, "endColumn": edit.column}
    written = {"deletedRegion": place, "insertedContent": {"text": edit.text}}
    return {
        "description": {"text": note.edit_text},
        "artifactChanges": [{"artifactLocation": {"uri": _uri(note.file)}, "replacements": [written]}],
    }


def _invocation(found: Notes) -> dict[str, Any]:
    notes = [{"level": "warning", "message": {"text": safe(f"{file}: {why}")}} for file, why in found.unjudged]
    return {"executionSuccessful": not notes, "toolExecutionNotifications": notes}


def _uri(file: str) -> str:
    """RFC 3986; standard input has no name of its own."""
    if file == "-":
        return "stdin"
    data = file.encode("utf-8", "surrogatepass")
    path = "".join(chr(byte) if chr(byte) in _UNRESERVED else f"%{byte:02X}" for byte in data)
    return f"file://{path}" if path.startswith("/") else path
