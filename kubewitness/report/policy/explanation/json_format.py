"""For programs, schema ``kubewitness/policy-explain/v1``: keys are added, never renamed or removed."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from kubewitness.auditpolicy.query import spoken
from kubewitness.auditpolicy.types import Stage
from kubewitness.report.policy.explanation import why_not

if TYPE_CHECKING:
    from kubewitness.auditpolicy.evaluate import RequestAttributes
    from kubewitness.auditpolicy.explanation import Explanation
    from kubewitness.auditpolicy.types import Policy
    from kubewitness.report import Options
    from kubewitness.report.policy.explanation import ExplanationReport

SCHEMA: Final = "kubewitness/policy-explain/v1"


def render(report: ExplanationReport, options: Options) -> str:
    """One object. ``rule`` is -1, its line and column ``null``, where no rule matches. ASCII only."""
    del options  # a program needs no width
    document = {
        "schema": SCHEMA,
        "file": report.file,
        "targetVersion": f"{report.version.major}.{report.version.minor}",
        "query": report.text,
        "notes": list(report.query.notes),
        "requests": [
            {
                "words": spoken(item.attributes, report.version),
                "why": asked.why,
                "request": request(item.attributes),
                **_decision(item, report.policy),
            }
            for asked, item in zip(report.query.asked, report.explanations, strict=True)
        ],
    }
    return json.dumps(document, indent=2, allow_nan=False) + "\n"


def request(asked: RequestAttributes) -> dict[str, Any]:
    """The fields that ``kubewitness policy eval`` takes."""
    return {
        "user": asked.user,
        "groups": list(asked.groups),
        "verb": asked.verb,
        "resourceRequest": asked.resource_request,
        "apiGroup": asked.api_group,
        "resource": asked.resource,
        "subresource": asked.subresource,
        "name": asked.name,
        "namespace": asked.namespace,
        "path": asked.path,
    }


def _decision(item: Explanation, policy: Policy) -> dict[str, Any]:
    decision = item.decision
    rule = policy.rules[decision.rule] if decision.rule >= 0 else None
    return {
        "level": decision.level,
        "omitStages": [stage for stage in Stage if stage in decision.omit_stages],
        "omitManagedFields": decision.omit_managed_fields,
        "rule": decision.rule,
        "line": rule.line if rule is not None else None,
        "column": rule.column if rule is not None else None,
        "writtenAt": list(item.stages),
        "hasObject": item.has_object,
        "hint": item.hint,
        "notMatched": [
            {
                "rule": index,
                "line": policy.rules[index].line,
                "column": policy.rules[index].column,
                "condition": mismatch.condition,
                "value": mismatch.value,
                "wanted": list(mismatch.wanted),
                "hint": mismatch.hint,
                "text": why_not(mismatch),
            }
            for index, mismatch in enumerate(item.passed)
        ],
    }
