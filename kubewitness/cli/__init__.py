"""The command line: arguments, streams and exit codes. Everything heavy is imported where it is used.

To add a command: one module here, one line in COMMANDS. Exit codes: 0 as wanted; 1 findings at or above ``--fail-on``;
2 cannot run, or nothing was assessed; 3 something was not read. When several hold: 2 over 1 over 3. 141: whoever reads
standard output has gone, as head does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import click

from kubewitness import __version__
from kubewitness.cli.groups import RootGroup

if TYPE_CHECKING:
    from collections.abc import Mapping

COMMANDS: Final[Mapping[str, str]] = {
    "check": "kubewitness.cli.check",
    "checks": "kubewitness.cli.checks",
    "completion": "kubewitness.cli.completion",
    "discover": "kubewitness.cli.discover",
    "explain": "kubewitness.cli.explain",
    "permissions": "kubewitness.cli.permissions",
    "policy": "kubewitness.cli.policy",
    "shipper": "kubewitness.cli.shipper",
}
"""Command -> the module whose ``command`` it is."""


@click.group(
    cls=RootGroup,
    modules=COMMANDS,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(__version__, prog_name="kubewitness")
def main() -> None:
    """Prove that the logging of Kubernetes clusters is on, and say where that stops being true.

    \b
    kubewitness check INVENTORY          how far it was seen
    kubewitness policy lint POLICY       what it would miss
    kubewitness shipper lint FILE        what gets lost
    pyinfra INVENTORY deploys/audit.py   switch it on

    Exit codes: 0 as wanted, 1 findings, 2 cannot run, 3 something was not read (2 over 1 over 3).
    """  # noqa: D301  click takes the paragraph behind the backspace as it is
