"""What ``policy lint`` and ``shipper lint`` found, as text; a pure function a format: ``render(report, options)``.

To add a format: one module here, one line in FORMATS.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, cast

from kubewitness.report.formats import render_of
from kubewitness.report.lint.report import LintReport
from kubewitness.report.lint.shippers import ShipperReport

if TYPE_CHECKING:
    from collections.abc import Callable

    from kubewitness.report import Options
    from kubewitness.report.formats import Formats

__all__ = ["FORMATS", "LintReport", "ShipperReport", "lint_renderer"]

FORMATS: Final[Formats] = {
    "table": "kubewitness.report.lint.table",
    "json": "kubewitness.report.lint.json_format",
    "sarif": "kubewitness.report.lint.sarif",
    "github": "kubewitness.report.lint.github",
}
"""Format -> the module whose ``render`` writes it."""


def lint_renderer(name: str) -> Callable[[LintReport | ShipperReport, Options], str]:
    """The function that writes ``name``. Raises KubewitnessError for a format that there is not."""
    return cast("Callable[[LintReport | ShipperReport, Options], str]", render_of(FORMATS, name, LintReport))
