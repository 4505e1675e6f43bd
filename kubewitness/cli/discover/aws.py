"""``kubewitness discover aws``."""

from __future__ import annotations

from typing import Any

import click

from kubewitness.cli.discover.answer import answer, answer_options


@click.command("aws")
@click.option("--role", metavar="NAME", default="", help="The role to assume in each account but the own one.")
@click.option(
    "--external-id",
    metavar="ID",
    default="",
    envvar="KUBEWITNESS_EXTERNAL_ID",
    help="What that role's trust policy asks for; better in KUBEWITNESS_EXTERNAL_ID.",
)
@click.option("--account", "accounts", metavar="ID", multiple=True, help="Only this account; may be given again.")
@click.option("--region", "regions", metavar="NAME", multiple=True, help="Only this region; may be given again.")
@click.option("--profile", metavar="NAME", default="", help="Of the AWS configuration; else AWS_PROFILE and the rest.")
@answer_options
def command(**chosen: Any) -> None:
    """Find every EKS cluster: of one account, or with --role of a whole organisation.

    \b
    kubewitness discover aws                                     the own account, its enabled regions
    kubewitness discover aws --role kubewitness                  all accounts of the organisation
    kubewitness discover aws --role kubewitness -o inventory=clusters.py
    kubewitness check clusters.py

    What is refused is a line with what is missing, never an empty list: an account, a region, a cluster.

    Exit codes: 0 all was looked at; 1 it is not as --expected says; 2 cannot run, or nothing at all could be looked
    at; 3 something could not be. When several hold: 2 over 1 over 3.
    """  # noqa: D301  click takes the paragraph behind the backspace as it is
    if chosen["role"].startswith("arn:"):
        raise click.UsageError(f"--role {chosen['role']}: write the role's name alone: it is assumed in each account")
    for account in chosen["accounts"]:
        if not (account.isascii() and account.isdigit() and len(account) == 12):
            raise click.UsageError(f"--account {account}: write the twelve digits of its id")
    answer("aws", **chosen)
