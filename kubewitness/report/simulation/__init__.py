"""What ``kubewitness policy simulate`` found, as text. One pure function a format: ``render(report, options) -> str``.

To add a format: one module here, one line in FORMATS.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Final, Protocol, cast

from kubewitness.errors import KubewitnessError
from kubewitness.report.simulation.replayed import Replayed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kubewitness.report import Options

__all__ = ["FORMATS", "Replayed", "SimulationRenderer", "simulation_renderer"]

FORMATS: Final[Mapping[str, str]] = {
    "table": "kubewitness.report.simulation.table",
    "json": "kubewitness.report.simulation.json_format",
}
"""Format -> the module whose ``render`` writes it."""


class SimulationRenderer(Protocol):
    """A format. The text ends with a newline and holds no control character but that and, in colour, SGR."""

    def __call__(self, report: Replayed, options: Options) -> str:
        """Pure: no terminal, no environment, no clock."""
        ...


def simulation_renderer(name: str) -> SimulationRenderer:
    """The function that writes ``name``. Raises KubewitnessError for a format that there is not."""
    if name not in FORMATS:
        raise KubewitnessError(f"-o {name}: no such format; there are {', '.join(FORMATS)}")
    return cast("SimulationRenderer", import_module(FORMATS[name]).render)
