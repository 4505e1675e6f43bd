"""An audit log counted: events and bytes by level, and by the rule of the policy that wrote them."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from kubewitness.auditpolicy import Decision, Level, Loaded, Policy, attributes_of, compile_policy, load_bytes
from kubewitness.auditpolicy.evaluate import RequestAttributes
from kubewitness.errors import KubewitnessError
from tests.bench.volume.measured import Amount, Amounts, Stretch

if TYPE_CHECKING:
    from kubewitness.model import ServerVersion

RECEIVED: Final = "RequestReceived"
EARLY: Final = "The stage RequestReceived of each request"
_FIRST_PHRASE: Final = re.compile(r"[:;.](?=\s|$)")


@dataclass(frozen=True, slots=True)
class Titled:
    """A policy as the measured server loads it. ``titles``: what the comment above each rule begins with."""

    policy: Policy
    titles: tuple[str, ...]
    decide: Callable[[RequestAttributes], Decision]

    def title(self, decision: Decision) -> str:
        return self.titles[decision.rule] if decision.rule >= 0 else "no rule"


def load(text: str, version: ServerVersion) -> Titled:
    """Raises KubewitnessError where that server would not start with it."""
    found = load_bytes(text.encode(), version)
    if not isinstance(found, Loaded):
        raise KubewitnessError(found.error)
    lines = text.splitlines()
    titles = tuple(_title(lines[: rule.line - 1]) for rule in found.policy.rules)
    return Titled(found.policy, titles, compile_policy(found.policy, version))


def digest(policy: Policy) -> str:
    """The same for every text that kube-apiserver understands alike."""
    bare = replace(policy, rules=tuple(replace(rule, line=0, column=0) for rule in policy.rules))
    return hashlib.sha256(repr(bare).encode()).hexdigest()[:16]


def _title(before: list[str]) -> str:
    """The first phrase of the comment that ends these lines."""
    comment: list[str] = []
    while before and before[-1].lstrip().startswith("# "):
        comment.insert(0, before.pop().strip(" #"))
    return _FIRST_PHRASE.split(" ".join(comment), maxsplit=1)[0]


@dataclass(slots=True)
class _Tally:
    """Counts lines under names."""

    found: dict[str, Amount] = field(default_factory=dict)

    def add(self, name: str, line: bytes) -> None:
        before = self.found.get(name, Amount())
        self.found[name] = Amount(before.events + 1, before.bytes + len(line))

    def largest_first(self) -> Amounts:
        return dict(sorted(self.found.items(), key=lambda item: (-item[1].bytes, item[0])))


def count(lines: Sequence[bytes], written_by: Titled, *, seconds: float, requests: int) -> Stretch:
    """Count a log that this policy wrote in so many seconds and of so many requests."""
    levels, rules, of_kubelets = _Tally(), _Tally(), _Tally()
    for line in lines:
        event = json.loads(line)
        levels.add(event["level"], line)
        rules.add(written_by.title(written_by.decide(attributes_of(event))), line)
        if "system:nodes" in (event.get("user") or {}).get("groups", ()):
            of_kubelets.add("all", line)
    return Stretch(
        seconds,
        requests,
        Amount(len(lines), sum(map(len, lines))),
        of_kubelets.found.get("all", Amount()),
        max(map(len, lines), default=0),
        levels.largest_first(),
        rules.largest_first(),
    )


def left_out(lines: Iterable[bytes], wanted: Titled) -> Amounts:
    """What each rule would have left out of a log that a plain catch-all at Metadata wrote."""
    tally = _Tally()
    for line in lines:
        event = json.loads(line)
        decision = wanted.decide(attributes_of(event))
        if event["stage"] == RECEIVED:
            tally.add(EARLY, line)
        elif decision.level is Level.NONE or event["stage"] in decision.omit_stages:
            tally.add(wanted.title(decision), line)
    return tally.largest_first()


def requests_of(metrics: str) -> int:
    """How many requests the server has put to its policy since it started, recorded or not: from its /metrics."""
    counters = (line for line in metrics.splitlines() if line.startswith("apiserver_audit_level_total{"))
    return sum(int(float(line.rpartition(" ")[2])) for line in counters)
