"""``kubewitness discover gcp``."""

from __future__ import annotations

from typing import Any

import click

from kubewitness.cli.discover.answer import answer, answer_options


@click.command("gcp")
@click.option(
    "--parent",
    "parents",
    metavar="organizations/N|folders/N",
    multiple=True,
    help="All projects under it; may be given again.",
)
@click.option("--project", "projects", metavar="ID", multiple=True, help="Only this project; may be given again.")
@answer_options
def command(**chosen: Any) -> None:
    """Find every GKE cluster: of all projects, or of those under an organization or a folder.

    \b
    kubewitness discover gcp                                     all projects that the credentials are shown
    kubewitness discover gcp --parent organizations/123456789012
    kubewitness discover gcp --expected ours.txt -o inventory=clusters.py
    kubewitness check clusters.py

    Google shows no project that may not be seen; a walk from --parent is refused aloud, and a project of --project or
    --expected is asked itself. A project where the API is disabled and a zone that GKE cannot reach are lines of
    their own, and never "no cluster".

    Exit codes: 0 all was looked at; 1 it is not as --expected says; 2 cannot run, or nothing at all could be looked
    at; 3 something could not be. When several hold: 2 over 1 over 3.
    """  # noqa: D301  click takes the paragraph behind the backspace as it is
    for parent in chosen["parents"]:
        if not parent.startswith(("organizations/", "folders/")):
            raise click.UsageError(f"--parent {parent}: write organizations/NUMBER or folders/NUMBER")
    answer("gcp", **chosen)
