"""What ``kubewitness policy lint`` found, as text. One pure function a format: ``render(report, options) -> str``.

To add a format: one module here, one line in FORMATS.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Final, Protocol, cast

from kubewitness.errors import KubewitnessError
from kubewitness.report.lint.report import LintReport

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kubewitness.report import Options

__all__ = ["FORMATS", "LintRenderer", "LintReport", "lint_renderer"]

FORMATS: Final[Mapping[str, str]] = {
    "table": "kubewitness.report.lint.table",
    "json": "kubewitness.report.lint.json_format",
    "sarif": "kubewitness.report.lint.sarif",
    "github": "kubewitness.report.lint.github",
}
"""Format -> the module whose ``render`` writes it."""


class LintRenderer(Protocol):
    """A format. The text ends with a newline and holds no control character but that and, in colour, SGR."""

    def __call__(self, report: LintReport, options: Options) -> str:
        """Pure: no terminal, no environment, no clock."""
        ...


def lint_renderer(name: str) -> LintRenderer:
    """The function that writes ``name``. Raises KubewitnessError for a format that there is not."""
    if name not in FORMATS:
        raise KubewitnessError(f"-o {name}: no such format; there are {', '.join(FORMATS)}")
    return cast("LintRenderer", import_module(FORMATS[name]).render)
