"""A simulation, with what it was asked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from kubewitness.simulation.model import Tally

if TYPE_CHECKING:
    from kubewitness.model import ServerVersion
    from kubewitness.simulation.model import Simulation

DAY: Final = 86_400


@dataclass(frozen=True, slots=True)
class Replayed:
    """``strict_error``: what kube-apiserver would warn of and drop; ``None`` where it takes the whole file."""

    policy: str
    version: ServerVersion
    strict_error: str | None
    simulation: Simulation

    @property
    def days(self) -> float | None:
        """How long the recording is; ``None`` where no rate can be told from it."""
        span = self.simulation.span
        return span.seconds / DAY if span is not None and span.seconds > 0 else None

    def a_day(self, tally: Tally) -> Tally | None:
        """The same at the pace of the recording; ``None`` where that is not known."""
        if self.days is None:
            return None
        return Tally(round(tally.events / self.days), round(tally.bytes / self.days))
