"""From the name of a format to the function that writes it; the module is imported on use."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, TypeAlias, TypeVar, cast

from kubewitness.errors import KubewitnessError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from kubewitness.report import Options

_Report = TypeVar("_Report")

Formats: TypeAlias = "Mapping[str, str]"
"""Format -> the module whose ``render(report, options) -> str`` writes it.

It is pure: no terminal, no environment, no clock. The text ends with a newline and holds no control character but that
and, in colour, SGR.
"""


def render_of(formats: Formats, name: str, report: type[_Report]) -> Callable[[_Report, Options], str]:
    """The function that writes a ``report`` as ``name``. Raises KubewitnessError for a format that there is not."""
    del report  # its type is what matters
    if name not in formats:
        raise KubewitnessError(f"-o {name}: no such format; there are {', '.join(formats)}")
    return cast("Callable[[_Report, Options], str]", import_module(formats[name]).render)
