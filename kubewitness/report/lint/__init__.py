"""What ``kubewitness policy lint`` found, as text. One pure function a format: ``render(report, options) -> str``.

To add a format: one module here, one line in FORMATS.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from kubewitness.report.formats import render_of
from kubewitness.report.lint.report import LintReport

if TYPE_CHECKING:
    from collections.abc import Callable

    from kubewitness.report import Options
    from kubewitness.report.formats import Formats

__all__ = ["FORMATS", "LintReport", "lint_renderer"]

FORMATS: Final[Formats] = {
    "table": "kubewitness.report.lint.table",
    "json": "kubewitness.report.lint.json_format",
    "sarif": "kubewitness.report.lint.sarif",
    "github": "kubewitness.report.lint.github",
}
"""Format -> the module whose ``render`` writes it."""


def lint_renderer(name: str) -> Callable[[LintReport, Options], str]:
    """The function that writes ``name``. Raises KubewitnessError for a format that there is not."""
    return render_of(FORMATS, name, LintReport)
