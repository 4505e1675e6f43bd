"""``kubewitness policy``: what an audit policy would record, exactly. No cluster is asked.

To add a command: one module here, one line in COMMANDS.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import click

from kubewitness.cli.groups import LazyGroup

if TYPE_CHECKING:
    from collections.abc import Mapping

COMMANDS: Final[Mapping[str, str]] = {
    "validate": "kubewitness.cli.policy.validate",
    "lint": "kubewitness.cli.policy.lint",
    "explain": "kubewitness.cli.policy.explain",
    "matrix": "kubewitness.cli.policy.matrix",
    "diff": "kubewitness.cli.policy.diff",
    "new": "kubewitness.cli.policy.new",
    "simulate": "kubewitness.cli.policy.simulate",
    "eval": "kubewitness.cli.policy.eval",
}
"""Command -> the module whose ``command`` it is."""


@click.group("policy", cls=LazyGroup, modules=COMMANDS)
def command() -> None:
    """What would kube-apiserver record under this audit policy? Answers without a cluster."""
