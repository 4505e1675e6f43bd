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
    """Events of requests that leave none, by kind and user: a request is its auditID and what was asked by whom."""


def expected(policy: Policy, version: ServerVersion, log: bytes) -> Expected:
    found = Expected()
    not_kept: Counter[Any] = Counter()
    leaving_a_trace = set()
    for number, text in enumerate(log.split(b"\n")):
        if not text.strip():
            continue
        event, request = _read(text)
        if event is None or request is None:
            found.unreadable += 1
            continue
        size = len(text) + 1
        decision = evaluate(policy, request, version)
        kind = _kind(request)
        asked = (event.get("auditID", number), request)
        found.recorded.add(size)
        found.rules[decision.rule].add(size)
        if decision.level is Level.NONE:
            found.levels[Level.NONE].add(size)
            not_kept[asked] += 1
        elif event.get("stage") in decision.omit_stages:
            found.omitted[event.get("stage")].add(size)
            not_kept[asked] += 1
        else:
            leaving_a_trace.add(asked)
            kept_size = size - _shorter(event, decision)
            for sum_ in (
                found.kept,
                found.levels[decision.level],
                found.kept_by_rule[decision.rule],
                found.kept_by_user[request.user],
                found.kept_by_request[kind],
            ):
                sum_.add(kept_size)
    for asked, events in not_kept.items():
        if asked not in leaving_a_trace:
            found.lost[_kind(asked[1]), asked[1].user] += events
    return found


def _kind(request: RequestAttributes) -> RequestKind:
    path = "" if request.resource_request else request.path
    return RequestKind(request.verb, request.api_group, request.resource, request.subresource, path)


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
