"""What a run found, as text. One pure function a format: ``render(report, options) -> str``.

To add a format: one module here, one line in FORMATS, one golden file in ``tests/unit/report/golden``.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Final, Protocol, cast

from kubewitness.errors import KubewitnessError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kubewitness.model import Report

FORMATS: Final[Mapping[str, str]] = {
    "table": "kubewitness.report.table",
    "json": "kubewitness.report.json_format",
    "markdown": "kubewitness.report.markdown",
}
"""Format -> the module whose ``render`` writes it. Imported on use: JSON needs no rich."""


@dataclass(frozen=True, slots=True)
class Options:
    """What the reader's side can show. ``width`` in terminal cells; only ``table`` looks at these."""

    width: int = 100
    color: bool = False
    ascii_only: bool = False


class Renderer(Protocol):
    """A report format. The text ends with a newline and holds no control character but that and, in colour, SGR."""

    def __call__(self, report: Report, options: Options) -> str:
        """Pure: no terminal, no environment, no clock."""
        ...


def renderer(name: str) -> Renderer:
    """The function that writes ``name``. Raises KubewitnessError for a format that there is not."""
    if name not in FORMATS:
        raise KubewitnessError(f"-o {name}: no such report format; there are {', '.join(FORMATS)}")
    return cast("Renderer", import_module(FORMATS[name]).render)
