"""``kubewitness completion``."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class

from kubewitness.errors import KubewitnessError

_SHELLS = ("bash", "zsh", "fish")


@click.command("completion")
@click.argument("shell", type=click.Choice(_SHELLS))
@click.pass_context
def command(ctx: click.Context, shell: str) -> None:
    """Print the completion script for SHELL: eval "$(kubewitness completion bash)"."""
    maker = get_completion_class(shell)
    if maker is None:
        raise KubewitnessError(f"{shell}: no completion for it: use one of {', '.join(_SHELLS)}")
    click.echo(maker(ctx.find_root().command, {}, "kubewitness", "_KUBEWITNESS_COMPLETE").source())
