"""``kubewitness permissions``."""

from __future__ import annotations

import json
from importlib import import_module
from typing import TYPE_CHECKING, Final

import click

from kubewitness.cli.output import write

if TYPE_CHECKING:
    from collections.abc import Mapping

_MODULES: Final[Mapping[str, str]] = {
    "aws": "kubewitness.providers.eks.permissions",
    "azure": "kubewitness.providers.aks.permissions",
    "gcp": "kubewitness.providers.gke.permissions",
}
"""Cloud -> its module with ``policy`` and ``table``."""


@click.command("permissions")
@click.argument("cloud", type=click.Choice(sorted(_MODULES)))
@click.option("--enforce", is_flag=True, help="With what deploys/managed.py needs beside what the check reads.")
@click.option("--discover", is_flag=True, help="With what `kubewitness discover` needs beside it.")
@click.option(
    "--search",
    metavar="ROLE",
    help="AWS: instead, what whoever starts `discover --role ROLE` needs: the accounts, and ROLE in each of them.",
)
@click.option(
    "--scope",
    multiple=True,
    metavar="ID",
    help="Azure: a subscription or management group where the role can be given; several times for several.",
)
@click.option(
    "-o",
    "--output",
    type=click.Choice(["policy", "markdown"]),
    default="policy",
    show_default=True,
    help="The policy to apply, or a table that says what each permission is for.",
)
def command(
    cloud: str, *, enforce: bool, discover: bool, search: str | None, scope: tuple[str, ...], output: str
) -> None:
    """Print what a role needs to read managed clusters: the least that does it, ready to apply.

    \b
    kubewitness permissions aws > read.json
    aws iam create-policy --policy-name kubewitness-read --policy-document file://read.json

    \b
    kubewitness permissions aws --discover > everywhere.json      for the role ROLE in each account
    kubewitness permissions aws --search ROLE > search.json       for whoever starts the search

    \b
    kubewitness permissions azure --scope /subscriptions/ID > read.json
    az role definition create --role-definition read.json

    \b
    kubewitness permissions gcp > read.json
    gcloud iam roles create kubewitnessRead --organization=ID --file=read.json

    Exit codes: 0, 2 usage.
    """  # noqa: D301  click takes the paragraph behind the backspace as it is
    of, wanted = import_module(_MODULES[cloud]), {"enforce": enforce, "discover": discover}
    if scope and cloud != "azure":
        raise click.UsageError("--scope is for azure: what others print says itself where it holds")
    if search is not None:
        if cloud != "aws" or enforce or discover or output != "policy":
            raise click.UsageError("--search ROLE is a policy of its own, for aws: give it alone")
        write(json.dumps(of.search_policy(search), indent=2) + "\n", None)
    elif output == "markdown":
        write(of.table(**wanted), None)
    else:
        policy = of.policy(**wanted, **({"scopes": scope} if scope else {}))
        write(json.dumps(policy, indent=2) + "\n", None)
