"""``kubewitness checks``."""

from __future__ import annotations

import click

from kubewitness.cli.output import options, write


@click.command("checks")
@click.option("-o", "--output", type=click.Choice(["table", "json", "markdown"]), default="table", show_default=True)
def command(output: str) -> None:
    """List the checks: id, severity, rung, and the good state."""
    from kubewitness.catalogue import load_catalogue  # noqa: PLC0415
    from kubewitness.report.catalogue import CATALOGUE_FORMATS  # noqa: PLC0415

    in_lines = options(to_terminal=True, width=1000)  # a script wants one check a line
    write(CATALOGUE_FORMATS[output](load_catalogue(), in_lines), None)
