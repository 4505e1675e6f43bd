"""What ``kubewitness discover`` found, as text. One pure function a format: ``render(report, options) -> str``.

To add a format: one module here, one line in FORMATS.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Final, Protocol, cast

from kubewitness.errors import KubewitnessError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kubewitness.discovery.expected import Comparison
    from kubewitness.discovery.found import Discovery
    from kubewitness.report import Options

FORMATS: Final[Mapping[str, str]] = {
    "table": "kubewitness.report.discovery.table",
    "json": "kubewitness.report.discovery.json_format",
    "inventory": "kubewitness.report.discovery.inventory",
}
"""Format -> the module whose ``render`` writes it."""


@dataclass(frozen=True, slots=True)
class DiscoveryReport:
    """``cloud``: as it was named on the command line. ``finished``: RFC 3339, UTC. ``comparison`` ``None``: no list."""

    tool: str
    cloud: str
    finished: str
    found: Discovery
    comparison: Comparison | None


class DiscoveryRenderer(Protocol):
    """A format. The text ends with a newline and holds no control character but that and, in colour, SGR."""

    def __call__(self, report: DiscoveryReport, options: Options) -> str:
        """Pure: no terminal, no environment, no clock."""
        ...


def discovery_renderer(name: str) -> DiscoveryRenderer:
    """The function that writes ``name``. Raises KubewitnessError for a format that there is not."""
    if name not in FORMATS:
        raise KubewitnessError(f"-o {name}: no such format; there are {', '.join(FORMATS)}")
    return cast("DiscoveryRenderer", import_module(FORMATS[name]).render)
