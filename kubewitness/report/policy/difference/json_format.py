"""For programs, schema ``kubewitness/policy-diff/v1``: keys are added, never renamed or removed."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from kubewitness.auditpolicy.difference import LevelChange, ManagedFieldsChange, StagesChange
from kubewitness.auditpolicy.query import spoken
from kubewitness.auditpolicy.types import Stage
from kubewitness.report.policy.difference.words import exception, requests
from kubewitness.report.policy.explanation.json_format import request

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kubewitness.auditpolicy.difference import Box, Change, Paths, RequestClass, Sample, Values, Who
    from kubewitness.auditpolicy.types import Policy
    from kubewitness.report import Options
    from kubewitness.report.policy.difference import DifferenceReport

SCHEMA: Final = "kubewitness/policy-diff/v1"


def render(report: DifferenceReport, options: Options) -> str:
    """One object. ``equal`` is ``null`` where a limit was reached before anything was found. ASCII only.

    ``partial``: a limit was reached; ``examples`` are requests that were tried then, and not all that differ.

    ``ordinary``: a server sees some of the requests as a rule; ``text`` then leaves out what goes without saying of
    their users, ``requests`` and ``exceptions`` do not.

    A set of texts is ``{"in": […]}`` or ``{"notIn": […]}``. ``requests`` minus ``exceptions`` is the class: a request
    lies in one of its ``resources`` (each a product) or ``paths``, in its namespaces and verbs, and is by one of
    ``who``; ``memberOf`` is a list of choices, of each of which one group is wanted.
    """
    del options  # a program needs no width
    unfinished = report.difference.unfinished
    differ = bool(report.difference.classes or report.difference.samples)
    equal = False if differ else (True if unfinished is None else None)
    before, after = report.files
    document = {
        "schema": SCHEMA,
        "before": before,
        "after": after,
        "targetVersion": f"{report.version.major}.{report.version.minor}",
        "exact": report.exact,
        "equal": equal,
        "partial": unfinished is not None,
        "unfinished": unfinished,
        "counts": report.by_kind(report.difference.classes),
        "classes": [_class(report, item) for item in report.difference.classes],
        "examples": [_sample(report, item) for item in report.difference.samples],
    }
    return json.dumps(document, indent=2, allow_nan=False) + "\n"


def _class(report: DifferenceReport, item: RequestClass) -> dict[str, Any]:
    before, after = report.policies
    return {
        "kind": item.kind,
        **_change(item.change),
        "ordinary": item.ordinary,
        "text": str(requests(item.requests, as_a_rule=item.ordinary)),
        "exceptTexts": [str(exception(box, as_a_rule=item.ordinary)) for box in item.exceptions],
        "rulesBefore": _rules(before, item.rules_before),
        "rulesAfter": _rules(after, item.rules_after),
        "example": {"words": spoken(item.example, report.version), "request": request(item.example)},
        "requests": _box(item.requests),
        "exceptions": [_box(box) for box in item.exceptions],
    }


def _sample(report: DifferenceReport, item: Sample) -> dict[str, Any]:
    before, after = report.policies
    return {
        "kind": item.kind,
        **_change(item.change),
        "ruleBefore": _rules(before, (item.rule_before,))[0],
        "ruleAfter": _rules(after, (item.rule_after,))[0],
        "words": spoken(item.request, report.version),
        "request": request(item.request),
    }


def _change(change: Change) -> dict[str, Any]:
    match change:
        case LevelChange(before, after):
            return {"aspect": "level", "from": before, "to": after}
        case StagesChange(before, after):
            return {"aspect": "omitStages", "from": _stages(before), "to": _stages(after)}
        case ManagedFieldsChange(before, after):
            return {"aspect": "omitManagedFields", "from": before, "to": after}


def _stages(stages: frozenset[Stage]) -> list[Stage]:
    return [stage for stage in Stage if stage in stages]


def _rules(policy: Policy, indexes: Sequence[int]) -> list[dict[str, Any]]:
    return [{"rule": index, "line": policy.rules[index].line if index >= 0 else None} for index in indexes]


def _box(box: Box) -> dict[str, Any]:
    return {
        "resources": [
            {
                "groups": _values(item.groups),
                "resources": _values(item.resources),
                "subresources": _values(item.subresources),
                "names": _values(item.names),
            }
            for item in box.resources
        ],
        "paths": [_paths(item) for item in box.paths],
        "namespaces": _values(box.namespaces),
        "verbs": _values(box.verbs),
        "who": [_who(item) for item in box.who],
    }


def _values(values: Values) -> dict[str, list[str]]:
    return {"notIn" if values.others else "in": list(values.names)}


def _paths(paths: Paths) -> dict[str, Any]:
    return {"prefix" if paths.prefix else "path": paths.text, "but": [_paths(item) for item in paths.but]}


def _who(who: Who) -> dict[str, Any]:
    return {
        "users": _values(who.users),
        "failedLogins": who.nobody,
        "memberOf": [list(choice) for choice in who.inside],
        "notMemberOf": list(who.outside),
    }
