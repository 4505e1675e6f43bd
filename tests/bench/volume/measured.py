"""What was measured: written as JSON by ``python -m tests.bench.volume``, read by the page of docs that shows it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

RESULT: Final = Path(__file__).with_name("measured.json")


@dataclass(frozen=True, slots=True)
class Amount:
    """Events, and their size in bytes."""

    events: int = 0
    bytes: int = 0


Amounts = Mapping[str, Amount]
"""A level, or the title of a rule -> what it wrote or left out; the largest first."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """What was written in a time. ``requests``: how many there were, recorded or not; ``longest``: line, in bytes."""

    seconds: float
    requests: int
    written: Amount
    of_kubelets: Amount
    longest: int
    levels: Amounts
    rules: Amounts


@dataclass(frozen=True, slots=True)
class Policy:
    """One policy in force. ``digest``: of what kube-apiserver made of it."""

    digest: str
    idle: Stretch
    workload: Stretch


@dataclass(frozen=True, slots=True)
class LeftOut:
    """What the rules of a policy would have left out of the log that the catch-all wrote."""

    idle: Amounts
    workload: Amounts


@dataclass(frozen=True, slots=True)
class Measured:
    """One run. ``policies`` begins with the catch-all that the others are compared with; ``left_out`` is without it."""

    date: str
    server: str
    seed: int
    policies: Mapping[str, Policy]
    left_out: Mapping[str, LeftOut]

    def as_json(self) -> str:
        return json.dumps(asdict(self), indent=1) + "\n"


def parse(text: str) -> Measured:
    """What ``as_json`` wrote."""
    raw = json.loads(text)
    return Measured(
        raw["date"],
        raw["server"],
        raw["seed"],
        {
            name: Policy(found["digest"], _stretch(found["idle"]), _stretch(found["workload"]))
            for name, found in raw["policies"].items()
        },
        {
            name: LeftOut(_amounts(found["idle"]), _amounts(found["workload"]))
            for name, found in raw["left_out"].items()
        },
    )


def _stretch(raw: Mapping[str, Any]) -> Stretch:
    return Stretch(
        raw["seconds"],
        raw["requests"],
        Amount(**raw["written"]),
        Amount(**raw["of_kubelets"]),
        raw["longest"],
        _amounts(raw["levels"]),
        _amounts(raw["rules"]),
    )


def _amounts(raw: Mapping[str, Any]) -> Amounts:
    return {name: Amount(**amount) for name, amount in raw.items()}
