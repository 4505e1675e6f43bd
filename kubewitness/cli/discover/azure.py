"""``kubewitness discover azure``."""

from __future__ import annotations

from typing import Any

import click

from kubewitness.cli.discover.answer import answer, answer_options


@click.command("azure")
@click.option(
    "--subscription", "subscriptions", metavar="ID", multiple=True, help="Only this subscription; may be given again."
)
@answer_options
def command(**chosen: Any) -> None:
    """Find every AKS cluster, and every cluster that Azure Arc connects, in all subscriptions.

    \b
    kubewitness discover azure                                   all subscriptions that the credentials are shown
    kubewitness discover azure --expected ours.txt -o inventory=clusters.py
    kubewitness check clusters.py

    Azure shows no subscription that may not be read: those of --subscription and --expected that are not shown are
    lines that say so.

    Exit codes: 0 all was looked at; 1 it is not as --expected says; 2 cannot run, or nothing at all could be looked
    at; 3 something could not be. When several hold: 2 over 1 over 3.
    """  # noqa: D301  click takes the paragraph behind the backspace as it is
    answer("azure", **chosen)
