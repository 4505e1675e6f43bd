"""A pyinfra inventory: Python that names every cluster, and every place that could not be looked at.

Values are written as ASCII literals: nothing that a cloud calls itself becomes code.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from kubewitness.discovery.found import hosts
from kubewitness.report.discovery.words import summary

if TYPE_CHECKING:
    from kubewitness.report import Options
    from kubewitness.report.discovery import DiscoveryReport

_FROM_THE_ENVIRONMENT: Final = {"external_id": "KUBEWITNESS_EXTERNAL_ID"}
"""Host data that stays out of the file."""


def render(report: DiscoveryReport, options: Options) -> str:
    """A file to save: ``kubewitness check FILE``, ``pyinfra FILE deploys/managed.py``."""
    del options
    listed = hosts(report.found)
    secret = any(_FROM_THE_ENVIRONMENT.keys() & data.keys() for _, data in listed)
    lines = [
        f'"""Written by `kubewitness discover {report.cloud}` at {report.finished}: {summary(report)}."""',
        *(["", "import os"] if secret else []),
        "",
        "managed = [",
        *(f"    ({name!a}, {_data(data)})," for name, data in listed),
        "]",
    ]
    return "\n".join(lines) + "\n"


def _data(data: dict[str, str]) -> str:
    return "{" + ", ".join(f"{key!a}: {_value(key, value)}" for key, value in data.items()) + "}"


def _value(key: str, value: str) -> str:
    variable = _FROM_THE_ENVIRONMENT.get(key)
    return f"os.environ[{variable!r}]" if variable else ascii(value)
