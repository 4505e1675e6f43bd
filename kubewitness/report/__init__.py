"""What a run found, as text. One pure function a format: ``render(report, options) -> str``.

To add a format: one module here, one line in FORMATS, one golden file in ``tests/unit/report/golden``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from kubewitness.report.formats import render_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from kubewitness.model import Report
    from kubewitness.report.formats import Formats

FORMATS: Final[Formats] = {
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


def renderer(name: str) -> Callable[[Report, Options], str]:
    """The function that writes ``name``. Raises KubewitnessError for a format that there is not."""
    from kubewitness.model import Report  # noqa: PLC0415  its type is wanted here only

    return render_of(FORMATS, name, Report)
