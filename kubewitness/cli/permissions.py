"""``kubewitness permissions``."""

from __future__ import annotations

import json

import click

from kubewitness.cli.output import write


@click.command("permissions")
@click.argument("cloud", type=click.Choice(["aws"]))
@click.option("--enforce", is_flag=True, help="With what deploys/managed.py needs beside what the check reads.")
@click.option("--discover", is_flag=True, help="With what `kubewitness discover` needs beside it.")
@click.option(
    "-o",
    "--output",
    type=click.Choice(["policy", "markdown"]),
    default="policy",
    show_default=True,
    help="The policy to apply, or a table that says what each permission is for.",
)
def command(cloud: str, *, enforce: bool, discover: bool, output: str) -> None:
    """Print what a role needs to read managed clusters: the least that does it, ready to apply.

    \b
    kubewitness permissions aws > read.json
    aws iam create-policy --policy-name kubewitness-read --policy-document file://read.json

    Exit codes: 0, 2 usage.
    """  # noqa: D301  click takes the paragraph behind the backspace as it is
    del cloud  # one so far
    from kubewitness.providers.eks.permissions import policy, table  # noqa: PLC0415

    wanted = {"enforce": enforce, "discover": discover}
    write(table(**wanted) if output == "markdown" else json.dumps(policy(**wanted), indent=2) + "\n", None)
