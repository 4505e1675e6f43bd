"""``kubewitness shipper``: what a log shipper's configuration loses. No cluster is asked.

To add a command: one module here, one line in COMMANDS.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import click

from kubewitness.cli.groups import LazyGroup

if TYPE_CHECKING:
    from collections.abc import Mapping

COMMANDS: Final[Mapping[str, str]] = {
    "lint": "kubewitness.cli.shipper.lint",
}
"""Command -> the module whose ``command`` it is."""


@click.group("shipper", cls=LazyGroup, modules=COMMANDS)
def command() -> None:
    """What would this log shipper lose on the way? Answers without a cluster."""
