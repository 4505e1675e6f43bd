"""Does a policy record enough, and not too much? Decided probe by probe, by the evaluator."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from kubewitness.auditpolicy.evaluate import evaluate
from kubewitness.auditpolicy.probes import PROBES, Probe
from kubewitness.auditpolicy.types import Level, Policy
from kubewitness.errors import KubewitnessError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from kubewitness.auditpolicy.evaluate import Decision
    from kubewitness.model import ServerVersion

_BY_ID: Final = {probe.id: probe for probe in PROBES}


@dataclass(frozen=True, slots=True)
class Recorded:
    """What is left of a probe in the log: ``level`` None where no event with its outcome is written.

    ``rule``: index of the rule that decided, -1 where none matched. ``omitted``: the rule records the request, but not
    at a stage at which its outcome is known.
    """

    level: Level
    rule: int
    omitted: bool = False


@dataclass(frozen=True, slots=True)
class Shortfall:
    """A probe that is recorded at ``got``, below ``wanted``."""

    probe: Probe
    wanted: Level
    got: Level
    rule: int


@dataclass(frozen=True, slots=True)
class Excess:
    """A probe that is recorded at ``got``, above ``wanted``: the body of a secret in the log."""

    probe: Probe
    wanted: Level
    got: Level
    rule: int


def recorded(policy: Policy, probe: Probe, version: ServerVersion) -> Recorded:
    """What a server of this version records of the probe.

    A watch or another long-running request is recorded if one of its two stages stays: both carry the answer's code. An
    event of stage RequestReceived alone does not count: it does not say whether the request succeeded.
    """
    return left_of(evaluate(policy, probe.attributes, version), probe)


def left_of(decision: Decision, probe: Probe) -> Recorded:
    """What is left of the probe in the log after this decision."""
    if decision.level is not Level.NONE and decision.omit_stages.issuperset(probe.stages):
        return Recorded(Level.NONE, decision.rule, omitted=True)
    return Recorded(decision.level, decision.rule)


def shortfalls(policy: Policy, at_least: Mapping[str, Level], version: ServerVersion) -> tuple[Shortfall, ...]:
    """Every probe of ``at_least`` (probe id to level) that is recorded below its level.

    Raises KubewitnessError for an id that is no probe.
    """
    return tuple(
        Shortfall(probe, wanted, found.level, found.rule)
        for probe, wanted, found in _records(policy, at_least, version)
        if found.level.rank < wanted.rank
    )


def excesses(policy: Policy, at_most: Mapping[str, Level], version: ServerVersion) -> tuple[Excess, ...]:
    """Every probe of ``at_most`` that is recorded above its level. Raises KubewitnessError as ``shortfalls``."""
    return tuple(
        Excess(probe, wanted, found.level, found.rule)
        for probe, wanted, found in _records(policy, at_most, version)
        if found.level.rank > wanted.rank
    )


def _records(
    policy: Policy, levels: Mapping[str, Level], version: ServerVersion
) -> Iterator[tuple[Probe, Level, Recorded]]:
    for probe_id, level in levels.items():
        if probe_id not in _BY_ID:
            raise KubewitnessError(f'"{probe_id}" is no probe request: use one of {", ".join(_BY_ID)}')
        yield _BY_ID[probe_id], level, recorded(policy, _BY_ID[probe_id], version)
