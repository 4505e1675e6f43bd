"""What ``kubewitness policy simulate`` found, as text. One pure function a format: ``render(report, options) -> str``.

To add a format: one module here, one line in FORMATS.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from kubewitness.report.formats import render_of
from kubewitness.report.simulation.replayed import Replayed

if TYPE_CHECKING:
    from collections.abc import Callable

    from kubewitness.report import Options
    from kubewitness.report.formats import Formats

__all__ = ["FORMATS", "Replayed", "simulation_renderer"]

FORMATS: Final[Formats] = {
    "table": "kubewitness.report.simulation.table",
    "json": "kubewitness.report.simulation.json_format",
}
"""Format -> the module whose ``render`` writes it."""


def simulation_renderer(name: str) -> Callable[[Replayed, Options], str]:
    """The function that writes ``name``. Raises KubewitnessError for a format that there is not."""
    return render_of(FORMATS, name, Replayed)
