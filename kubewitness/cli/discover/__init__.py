"""``kubewitness discover``: every managed cluster, and every place that could not be looked at.

To add a cloud: one module here, one line in COMMANDS.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import click

from kubewitness.cli.groups import LazyGroup

if TYPE_CHECKING:
    from collections.abc import Mapping

COMMANDS: Final[Mapping[str, str]] = {
    "aws": "kubewitness.cli.discover.aws",
    "azure": "kubewitness.cli.discover.azure",
    "gcp": "kubewitness.cli.discover.gcp",
}
"""Command -> the module whose ``command`` it is."""


@click.group("discover", cls=LazyGroup, modules=COMMANDS)
def command() -> None:
    """Find every managed cluster of a cloud, and say what could not be looked at."""
