"""Batches: a seed makes the questions, the oracle answers them, ours is compared."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random
from typing import Final

from kubewitness.auditpolicy import Loaded, Policy, RequestAttributes
from kubewitness.model import ServerVersion
from tests.differential.comparing import Case, Tally, compare
from tests.differential.mutations import mutate, smear, soup
from tests.differential.requests import requests
from tests.differential.spelling import encode, spell
from tests.differential.values import policy
from tests.oracle.asking import Question, ask
from tests.oracle.building import build

BATCH: Final = 200
"""Policies of one seed."""

_ROOT: Final = Path(__file__).parents[2]
_LONGEST: Final = 20_000


@dataclass(frozen=True, slots=True)
class Batch:
    """``seed`` and ``sources`` make the questions; ``decisions`` about each policy that loads."""

    version: str
    seed: int
    decisions: int
    sources: tuple[str, ...]


def sources() -> tuple[str, ...]:
    """Policies to start from: our own, and the files of the folder that KUBEWITNESS_POLICIES names."""
    folders = [_ROOT / "policies" / "audit"]
    if given := os.environ.get("KUBEWITNESS_POLICIES"):
        folders.append(Path(given))
    files = [path for folder in folders for path in sorted(folder.iterdir()) if path.is_file()]
    texts = [path.read_bytes().decode("utf-8", "surrogateescape") for path in files]
    return tuple(text for text in texts if len(text) < _LONGEST)


def run(batch: Batch) -> Tally:
    """Raises LabError where the oracle cannot be built."""
    cases = list(_cases(batch))
    return compared(cases, batch.version)


def compared(cases: Sequence[Case], version: str) -> Tally:
    """Our answers beside the oracle's."""
    answers = ask(build(version), [case.question for case in cases])
    return compare(cases, answers, server_version(version))


def server_version(text: str) -> ServerVersion:
    version = ServerVersion.parse(text)
    if version is None:
        raise ValueError(f"{text} is no version")
    return version


def with_requests(case: Case, made: tuple[RequestAttributes, ...]) -> Case:
    """The same case, asked about requests too."""
    return replace(case, question=replace(case.question, requests=made))


def words_of(case: Case) -> Policy | None:
    """The policy, where there is one."""
    return case.ours.policy if isinstance(case.ours, Loaded) else None


def _cases(batch: Batch) -> Iterator[Case]:
    random, version = Random(batch.seed), server_version(batch.version)  # noqa: S311  nobody's secret
    for _ in range(BATCH):
        case = Case.of(Question(_policy(random, batch.sources)), version)
        yield with_requests(case, requests(random, words_of(case), batch.decisions))


def _policy(random: Random, sources: Sequence[str]) -> bytes:
    kind = random.random()
    if kind < 0.06:
        return encode(random, soup(random))
    if kind < 0.75:
        data = spell(random, policy(random))
        if random.random() < 0.8:
            return data
        text = data.decode("utf-8", "surrogateescape")
    else:
        text = random.choice(sources)
    if random.random() < 0.75:
        text = mutate(random, text, sources)
    data = encode(random, text)
    return smear(random, data) if random.random() < 0.05 else data
