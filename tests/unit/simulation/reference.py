"""The simulation as one would write it down: every event through ``attributes_of`` and ``evaluate``, one by one."""

from __future__ import annotations

import copy
import json
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import Any

from kubewitness.auditpolicy import Decision, Level, Policy, RecordError, RequestAttributes, attributes_of, evaluate
from kubewitness.model import ServerVersion
from kubewitness.simulation.model import RequestKind, Tally
from tests.unit.simulation.recorded import line as written


@dataclass
class Sum:
    events: int = 0
    bytes: int = 0

    def add(self, size: int) -> None:
        self.events += 1
        self.bytes += size

    @property
    def tally(self) -> Tally:
        return Tally(self.events, self.bytes)


def sums() -> defaultdict[Any, Sum]:
    return defaultdict(Sum)


@dataclass
class Expected:
    recorded: Sum = field(default_factory=Sum)
    kept: Sum = field(default_factory=Sum)
    unreadable: int = 0
    levels: defaultdict[Any, Sum] = field(default_factory=sums)
    omitted: defaultdict[Any, Sum] = field(default_factory=sums)
    rules: defaultdict[Any, Sum] = field(default_factory=sums)
    kept_by_rule: defaultdict[Any, Sum] = field(default_factory=sums)
    kept_by_user: defaultdict[Any, Sum] = field(default_factory=sums)
    kept_by_request: defaultdict[Any, Sum] = field(default_factory=sums)
    lost: Counter[Any] = field(default_factory=Counter)


def expected(policy: Policy, version: ServerVersion, log: bytes) -> Expected:
    found = Expected()
    dropped: Counter[Any] = Counter()
    omitted: Counter[Any] = Counter()
    kept_groups = set()
    for text in log.split(b"\n"):
        if not text.strip():
            continue
        event, request = _read(text)
        if event is None or request is None:
            found.unreadable += 1
            continue
        size = len(text) + 1
        decision = evaluate(policy, request, version)
        kind = RequestKind(
            request.verb,
            request.api_group,
            request.resource,
            request.subresource,
            "" if request.resource_request else request.path,
        )
        group = (kind, request.user)
        found.recorded.add(size)
        found.rules[decision.rule].add(size)
        if decision.level is Level.NONE:
            found.levels[Level.NONE].add(size)
            dropped[group] += 1
        elif event.get("stage") in decision.omit_stages:
            found.omitted[event.get("stage")].add(size)
            omitted[group] += 1
        else:
            kept_groups.add(group)
            kept_size = size - _shorter(event, decision)
            for sum_ in (
                found.kept,
                found.levels[decision.level],
                found.kept_by_rule[decision.rule],
                found.kept_by_user[request.user],
                found.kept_by_request[kind],
            ):
                sum_.add(kept_size)
    found.lost = dropped
    for group, number in omitted.items():
        if group not in kept_groups:
            found.lost[group] += number
    return found


def _read(text: bytes) -> tuple[dict[str, Any] | None, RequestAttributes | None]:
    try:
        event = json.loads(text.decode())
        if isinstance(event, dict) and (event.get("requestURI") or event.get("objectRef")):
            return event, attributes_of(event)
    except (ValueError, RecordError):
        pass
    return None, None


def _shorter(event: dict[str, Any], decision: Decision) -> int:
    """By how many bytes the line would be shorter."""
    changed = copy.deepcopy(event)
    if "level" in changed:
        changed["level"] = str(decision.level)
    if decision.level.rank < Level.REQUEST.rank:
        changed.pop("requestObject", None)
    if decision.level.rank < Level.REQUEST_RESPONSE.rank:
        changed.pop("responseObject", None)
    if decision.omit_managed_fields:
        if event.get("verb") != "patch":
            _strip(changed.get("requestObject"))
        _strip(changed.get("responseObject"))
        response = changed.get("responseObject")
        for item in response.get("items", ()) if event.get("verb") == "list" and isinstance(response, dict) else ():
            _strip(item)
    return len(written(event)) - len(written(changed))


def _strip(body: Any) -> None:
    if isinstance(body, dict) and isinstance(body.get("metadata"), dict):
        body["metadata"].pop("managedFields", None)
