"""``kubewitness check``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from kubewitness.cli.output import options, progress, write
from kubewitness.model import Severity


@click.command("check")
@click.argument("inventory", required=False, type=click.Path())
@click.option(
    "--root",
    metavar="DIR",
    type=click.Path(file_okay=False),
    help="Check a file tree (an image, a mounted disk) instead of an inventory.",
)
@click.option("--limit", metavar="NAME", multiple=True, help="Only this host or group; may be given again.")
@click.option("--standard", metavar="NAME|FILE", help="For every host; else host data `standard`, else `standard`.")
@click.option(
    "--require", metavar="RUNG", help="The rung that suffices: off declared effective emitting delivered kept."
)
@click.option(
    "--prove", is_flag=True, help="Send a harmless request to each API server of your own and look for it in its log."
)
@click.option(
    "-o", "--output", metavar="FORMAT[=FILE]", multiple=True, help="table, json or markdown; may be given again."
)
@click.option(
    "--fail-on", type=click.Choice([item.value for item in Severity]), default=Severity.MEDIUM.value, show_default=True
)
@click.option(
    "--checks",
    "folders",
    metavar="DIR",
    multiple=True,
    type=click.Path(file_okay=False),
    help="A folder with checks of your own (its code is run).",
)
def command(inventory: str | None, root: str | None, **chosen: Any) -> None:
    """Say of every control plane and managed cluster how far its logging was seen, and what falls short.

    INVENTORY is a pyinfra inventory: machines, file trees (@tree/NAME) and managed clusters (@managed/NAME). Nothing
    is changed on any of them. Exit codes: 0 clean, 1 findings at or above
    --fail-on, 2 usage or nothing assessed, 3 something is unknown.
    """
    from kubewitness.assessment import assess_fleet  # noqa: PLC0415
    from kubewitness.ladder import exit_code  # noqa: PLC0415
    from kubewitness.report import renderer  # noqa: PLC0415

    if (inventory is None) == (root is None):
        raise click.UsageError("name an inventory, or a folder with --root: one of the two")
    sinks = [_sink(item) for item in chosen.pop("output") or ("table",)]
    fail_on = Severity(chosen.pop("fail_on"))
    folders = [Path(folder) for folder in chosen.pop("folders")]
    with progress() as tell:
        report = assess_fleet(inventory=inventory, root=root, folders=folders, progress=tell, **chosen)
    for name, file in sinks:
        write(renderer(name)(report, options(to_terminal=file is None)), file)
    sys.exit(exit_code(report.findings, report.targets, fail_on))


def _sink(item: str) -> tuple[str, str | None]:
    """``json=out.json`` as format and file. An unknown format is refused before anything is read."""
    from kubewitness.report import renderer  # noqa: PLC0415

    name, equals, file = item.partition("=")
    renderer(name)
    if equals and not file:
        raise click.UsageError(f"-o {item}: no file is named behind the =")
    return name, file or None
