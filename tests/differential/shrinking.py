"""The smallest part of a question that still shows a difference, and how it is told."""

from __future__ import annotations

from dataclasses import replace

from tests.differential.comparing import Case, Difference
from tests.differential.running import Batch, compared, server_version
from tests.oracle.asking import Question

_MOST_ROUNDS = 200


def shrunk(difference: Difference, version: str) -> Difference:
    """Fewer requests, then less text: half of it, a quarter… as long as the same thing differs."""
    kind = difference.what.partition(" about ")[0]
    found = _first(_single_requests(difference.question), version, kind) or difference
    size = len(found.question.policy) // 2
    rounds = 0
    while size and rounds < _MOST_ROUNDS:
        smaller = _first(_cuts(found.question, size), version, kind)
        found, rounds = smaller or found, rounds + 1
        if smaller is None or size > len(found.question.policy) // 2:
            size //= 2
    return found


def _first(questions: list[Question], version: str, kind: str) -> Difference | None:
    tally = compared([Case.of(question, server_version(version)) for question in questions], version)
    return next((found for found in tally.differences if found.what.startswith(kind)), None)


def _single_requests(question: Question) -> list[Question]:
    return [replace(question, requests=(request,)) for request in question.requests]


def _cuts(question: Question, size: int) -> list[Question]:
    data, step = question.policy, max(size // 2, 1)
    shorter = (data[:start] + data[start + size :] for start in range(0, len(data), step))
    return [replace(question, policy=policy) for policy in shorter]


def told(difference: Difference, version: str) -> str:
    """The policy and both answers, whole."""
    return "\n".join(
        (
            f"kubewitness and Kubernetes {version} differ in their {difference.what}",
            f"  policy: {difference.question.policy!r}",
            f"  ours:   {difference.ours}",
            f"  theirs: {difference.theirs}",
        )
    )


def told_of(difference: Difference, batch: Batch) -> str:
    """The same made small, with the command that shows it again."""
    options = f"--version {batch.version} --seed {batch.seed} --decisions {batch.decisions}"
    return f"{told(shrunk(difference, batch.version), batch.version)}\n  again:  python -m tests.differential {options}"
