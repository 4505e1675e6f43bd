"""Answers about policies as text: a package for each question, in it a module for each format.

Each module has ``render(report, options) -> str``: pure, the text ends with a newline and holds no control character
but that and, in colour, SGR.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Final, Protocol, cast

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kubewitness.report import Options

_MODULES: Final[Mapping[str, str]] = {"table": "table", "json": "json_format", "markdown": "markdown"}


class PolicyRenderer(Protocol):
    """A format of the answer to one question."""

    def __call__(self, report: object, options: Options) -> str:
        """Pure: no terminal, no environment, no clock."""
        ...


def policy_renderer(question: str, name: str) -> PolicyRenderer:
    """The function that writes the answer to ``explanation``, ``matrix`` or ``difference`` in a format."""
    module = import_module(f"{__name__}.{question}.{_MODULES[name]}")
    return cast("PolicyRenderer", module.render)
