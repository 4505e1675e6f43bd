"""Ask the oracle, and read what it answers into our own types."""

from __future__ import annotations

import base64
import json
import re
import subprocess
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from kubewitness.auditpolicy import Decision, GroupResources, Level, Policy, RequestAttributes, Rule, Stage

# Where the Go code was compiled decides how it names its own file: a binary that is built from modules says this, a
# released kube-apiserver says the other. Nothing else of an answer is touched.
_BUILT: Final = re.compile(r'(?<= in scheme ")pkg/runtime/scheme\.go:\d+(?="$)')
_RELEASED: Final = "k8s.io/apiserver/pkg/audit/scheme.go:30"


@dataclass(frozen=True, slots=True)
class Question:
    """Would kube-apiserver take this policy, and what would it record of these requests?"""

    policy: bytes
    requests: tuple[RequestAttributes, ...] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """``error`` and ``strict`` are ``""`` where there is none; ``policy`` is ``None`` where there is an error."""

    error: str
    strict: str
    policy: Policy | None
    decisions: tuple[Decision, ...]


def ask(oracle: Path, questions: Iterable[Question]) -> list[Answer]:
    """An answer a question. Raises CalledProcessError where the oracle itself fails."""
    lines = b"".join(_line(question) for question in questions)
    done = subprocess.run([oracle, "judge"], input=lines, stdout=subprocess.PIPE, check=True)
    return [_answer(json.loads(line)) for line in done.stdout.splitlines()]


def _line(question: Question) -> bytes:
    requests = [fields(request) for request in question.requests]
    return json.dumps({"policy": base64.b64encode(question.policy).decode(), "requests": requests}).encode() + b"\n"


def fields(request: RequestAttributes) -> dict[str, Any]:
    """As a line of ``kubewitness policy eval``."""
    return {
        "user": request.user,
        "groups": request.groups,
        "verb": request.verb,
        "resourceRequest": request.resource_request,
        "apiGroup": request.api_group,
        "resource": request.resource,
        "subresource": request.subresource,
        "name": request.name,
        "namespace": request.namespace,
        "path": request.path,
    }


def _answer(found: dict[str, Any]) -> Answer:
    policy = found["policy"]
    return Answer(
        _BUILT.sub(_RELEASED, found["error"]),
        found["strict"],
        None if policy is None else _policy(policy),
        tuple(map(decision, found["decisions"] or ())),
    )


def decision(found: dict[str, Any]) -> Decision:
    """From a line of ``kubewitness policy eval``."""
    stages = frozenset(map(Stage, found["omitStages"]))
    return Decision(Level(found["level"]), stages, found["omitManagedFields"], found["rule"])


def _policy(found: dict[str, Any]) -> Policy:
    rules = tuple(map(_rule, found.get("rules", ())))
    return Policy(rules, _stages(found.get("omitStages", ())), found.get("omitManagedFields", False))


def _rule(found: dict[str, Any]) -> Rule:
    return Rule(
        level=Level(found["level"]),
        users=tuple(found.get("users", ())),
        user_groups=tuple(found.get("userGroups", ())),
        verbs=tuple(found.get("verbs", ())),
        resources=tuple(map(_group, found.get("resources", ()))),
        namespaces=tuple(found.get("namespaces", ())),
        non_resource_urls=tuple(found.get("nonResourceURLs", ())),
        omit_stages=_stages(found.get("omitStages", ())),
        omit_managed_fields=found.get("omitManagedFields"),
    )


def _group(found: dict[str, Any]) -> GroupResources:
    names = tuple(found.get("resourceNames", ()))
    return GroupResources(found.get("group", ""), tuple(found.get("resources", ())), names)


def _stages(texts: Sequence[str]) -> tuple[Stage, ...]:
    return tuple(map(Stage, texts))
