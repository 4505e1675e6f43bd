"""For programs, schema ``kubewitness/policy-matrix/v1``: keys are added, never renamed or removed."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from kubewitness.auditpolicy.matrix import MatrixCell
    from kubewitness.report import Options
    from kubewitness.report.policy.matrix import MatrixReport

SCHEMA: Final = "kubewitness/policy-matrix/v1"


def render(report: MatrixReport, options: Options) -> str:
    """One object. ``results`` stand in the order of ``files``; ``rule`` is -1 where none matches. ASCII only.

    ``level`` is None where no event is written. ``outcomeOmitted``: the rule records the request, but not how it ended.
    """
    del options  # a program needs no width
    document = {
        "schema": SCHEMA,
        "targetVersion": f"{report.version.major}.{report.version.minor}",
        "files": [
            {"file": file, "levels": report.matrix.levels(index), "leaks": report.matrix.leaks(index)}
            for index, file in enumerate(report.files)
        ],
        "probes": [
            {
                "id": row.probe.id,
                "family": family,
                "title": row.probe.title,
                "results": [_result(report, index, cell) for index, cell in enumerate(row.cells)],
            }
            for family, rows in report.matrix.families
            for row in rows
        ],
    }
    return json.dumps(document, indent=2, allow_nan=False) + "\n"


def _result(report: MatrixReport, index: int, cell: MatrixCell) -> dict[str, Any]:
    rule = report.policies[index].rules[cell.rule] if cell.rule >= 0 else None
    return {
        "file": report.files[index],
        "level": cell.level,
        "rule": cell.rule,
        "line": rule.line if rule is not None else None,
        "leaks": cell.leaks,
        "outcomeOmitted": cell.omitted,
    }
