"""Our answer beside the oracle's: the same, or what differs."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from kubewitness.auditpolicy import Loaded, Refused, compile_policy, evaluate, load_bytes
from kubewitness.model import ServerVersion
from tests.oracle.asking import Answer, Question

_SYNTAX: Final = "failed decoding: yaml: "
_OTHER_KIND: Final = "to (audit.Policy): unknown conversion"
_DECODING: Final = "failed decoding: "
"""What is said of an Event or a Status. The server looks at its fields first, and may find fault with one: the only
text that may differ, as both refuse what is no policy at all. To say it too would need the schemas of all those kinds.
"""

_SURROGATE: Final = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Case:
    """A question, and what we say of its policy."""

    question: Question
    ours: Loaded | Refused

    @classmethod
    def of(cls, question: Question, version: ServerVersion) -> Case:
        return cls(question, load_bytes(question.policy, version))


@dataclass(frozen=True, slots=True)
class Difference:
    """``what`` differs, with both answers about it."""

    what: str
    ours: str
    theirs: str
    question: Question


@dataclass(slots=True)
class Tally:
    """What was compared, by verdict, and how many decisions; ``differences`` holds the first few."""

    counts: Counter[str]
    differences: list[Difference]

    @classmethod
    def empty(cls) -> Tally:
        return cls(Counter(), [])

    def add(self, other: Tally) -> None:
        self.counts += other.counts
        self.differences += other.differences


def compare(cases: Sequence[Case], answers: Sequence[Answer], version: ServerVersion) -> Tally:
    """Every case with the oracle's answer."""
    tally = Tally.empty()
    for case, theirs in zip(cases, answers, strict=True):
        question, ours = case.question, case.ours
        difference = _difference(question, ours, theirs, version)
        if difference is not None:
            tally.differences.append(Difference(*difference, question))
        tally.counts["policies"] += 1
        tally.counts["another kind, other words"] += _says_it_otherwise(ours, theirs)
        tally.counts[_verdict(ours)] += 1
        tally.counts["strict errors"] += bool(ours.strict_error)
        tally.counts["decisions"] += len(theirs.decisions)
        tally.counts["decided by a rule"] += sum(decision.rule >= 0 for decision in theirs.decisions)
    return tally


def _verdict(ours: Loaded | Refused) -> str:
    if isinstance(ours, Loaded):
        return "loaded"
    if ours.beyond_limits:
        return "beyond our limits"
    return "syntax errors" if ours.error.startswith(_SYNTAX) else "refused"


def _difference(
    question: Question, ours: Loaded | Refused, theirs: Answer, version: ServerVersion
) -> tuple[str, str, str] | None:
    if isinstance(ours, Refused):
        return _refused_otherwise(ours, theirs)
    if theirs.error:
        return "verdict", "loaded", theirs.error
    if (ours.strict_error or "") != theirs.strict:
        return "strict error", ours.strict_error or "none", theirs.strict or "none"
    if ours.policy != theirs.policy:
        return "decoded policy", repr(ours.policy), repr(theirs.policy)
    compiled = compile_policy(ours.policy, version)
    for request, decided in zip(question.requests, theirs.decisions, strict=True):
        for name, decision in (("", evaluate(ours.policy, request, version)), ("compiled ", compiled(request))):
            if decision != decided:
                return f"{name}decision about {request}", repr(decision), repr(decided)
    return None


def _says_it_otherwise(ours: Loaded | Refused, theirs: Answer) -> bool:
    return (
        isinstance(ours, Refused) and ours.error != theirs.error and _is_of_another_kind(_as_json(ours.error), theirs)
    )


def _refused_otherwise(ours: Refused, theirs: Answer) -> tuple[str, str, str] | None:
    said = _as_json(ours.error)
    if ours.beyond_limits or _is_of_another_kind(said, theirs):
        return None
    if not theirs.error:
        return "verdict", said, "loaded"
    if said != theirs.error:
        return "text", said, theirs.error
    if _as_json(ours.strict_error or "") != theirs.strict:
        return "strict error", ours.strict_error or "none", theirs.strict or "none"
    if said.startswith(_SYNTAX) and not (ours.line and ours.column):
        return "place", "nowhere", "a syntax error has one"
    return None


def _is_of_another_kind(said: str, theirs: Answer) -> bool:
    """The server finds fault with a field of what is no policy, before it says that it is none."""
    return said.endswith(_OTHER_KIND) and theirs.error.startswith(_DECODING) and not theirs.strict


def _as_json(text: str) -> str:
    """An error may quote bytes of the file; on its way here, JSON made U+FFFD of those that are no UTF-8."""
    return _SURROGATE.sub("\ufffd", text)
