"""Several policies side by side: at which level each probe request is recorded, and by which rule."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kubewitness.auditpolicy.coverage import left_of
from kubewitness.auditpolicy.emitted import emitted
from kubewitness.auditpolicy.evaluate import evaluate
from kubewitness.auditpolicy.probes import FAMILIES, Probe
from kubewitness.auditpolicy.types import Level

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kubewitness.auditpolicy.types import Policy
    from kubewitness.model import ServerVersion


@dataclass(frozen=True, slots=True)
class MatrixCell:
    """What a policy does with a probe.

    ``level``: None where no event is written, be it that every stage is left out that the request has. ``rule``: index
    of the rule that decides, -1 for none. ``omitted``: the rule records the request, but at no stage at which its
    outcome is known. ``leaks``: an event holds a secret or a token; where the outcome is not written there is no body.
    """

    level: Level
    rule: int
    omitted: bool
    leaks: bool

    @property
    def never_written(self) -> bool:
        """The rule records the request, but leaves out every stage that it has."""
        return self.omitted and self.level is Level.NONE


@dataclass(frozen=True, slots=True)
class MatrixRow:
    """A probe and what each policy does with it, in their order."""

    probe: Probe
    cells: tuple[MatrixCell, ...]


@dataclass(frozen=True, slots=True)
class Matrix:
    """``families``: what the probes are about -> its rows, in the order in which a reader wants them."""

    families: tuple[tuple[str, tuple[MatrixRow, ...]], ...]

    def levels(self, index: int) -> dict[Level, int]:
        """How many probes the policy records at each level, 0 included."""
        found = Counter(row.cells[index].level for _, rows in self.families for row in rows)
        return {level: found[level] for level in Level}

    def leaks(self, index: int) -> int:
        """How many probes leave a secret or a token in the log of the policy."""
        return sum(row.cells[index].leaks for _, rows in self.families for row in rows)

    def omitted(self, index: int) -> int:
        """Of how many probes the policy leaves an event in the log, but not how they ended."""
        cells = [row.cells[index] for _, rows in self.families for row in rows]
        return sum(cell.omitted and not cell.never_written for cell in cells)


def matrix(policies: Sequence[Policy], version: ServerVersion) -> Matrix:
    """All probes, through each of the policies as a server of this version reads them."""
    return Matrix(
        tuple(
            (family, tuple(_row(policies, probe, version) for probe in probes)) for family, probes in FAMILIES.items()
        )
    )


def _row(policies: Sequence[Policy], probe: Probe, version: ServerVersion) -> MatrixRow:
    return MatrixRow(probe, tuple(_cell(policy, probe, version) for policy in policies))


def _cell(policy: Policy, probe: Probe, version: ServerVersion) -> MatrixCell:
    decision = evaluate(policy, probe.attributes, version)
    found = left_of(decision, probe)
    level = decision.level if emitted(probe.attributes).is_told(decision.omit_stages) else Level.NONE
    return MatrixCell(level, decision.rule, found.omitted, probe.leaks_at(found.level))
