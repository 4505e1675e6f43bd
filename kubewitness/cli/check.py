"""``kubewitness check``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click
from click.shell_completion import CompletionItem

from kubewitness.cli.output import options, progress, sinks, write
from kubewitness.model import Rung, Severity

_RUNGS = [rung.name.lower() for rung in Rung]


def _formats(typed: str) -> list[str]:
    from kubewitness.report import FORMATS  # noqa: PLC0415

    return [name for name in FORMATS if name.startswith(typed)]


def _standards(typed: str) -> list[CompletionItem]:
    """The names that there are; else files."""
    from kubewitness.content import standard_names  # noqa: PLC0415

    names = [CompletionItem(name) for name in standard_names() if name.startswith(typed)]
    return names or [CompletionItem(typed, type="file")]


@click.command("check")
@click.argument("inventory", required=False, type=click.Path())
@click.option(
    "--root",
    metavar="DIR",
    type=click.Path(file_okay=False),
    help="Check a file tree (an image, a mounted disk) instead of an inventory.",
)
@click.option("--limit", metavar="NAME", multiple=True, help="Only this host or group; may be given again.")
@click.option(
    "--standard",
    metavar="NAME|FILE",
    help="For every host; else host data `standard`, else `standard`.",
    shell_complete=lambda _ctx, _parameter, typed: _standards(typed),
)
@click.option(
    "--require",
    metavar="RUNG",
    help=f"The rung that suffices: {' '.join(_RUNGS)}.",
    shell_complete=lambda _ctx, _parameter, typed: [name for name in _RUNGS if name.startswith(typed)],
)
@click.option(
    "--prove", is_flag=True, help="Send a harmless request to each API server of your own and look for it in its log."
)
@click.option(
    "-o",
    "--output",
    metavar="FORMAT[=FILE]",
    multiple=True,
    help="table, json or markdown; may be given again, all but one with a FILE.",
    shell_complete=lambda _ctx, _parameter, typed: _formats(typed),
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
    is changed on any of them.

    Exit codes: 0 clean; 1 findings at or above --fail-on; 2 usage, or nothing assessed: no target could be read (the
    report is printed all the same); 3 something is unknown. When several hold: 2 over 1 over 3.
    """
    from kubewitness.assessment import assess_fleet  # noqa: PLC0415
    from kubewitness.ladder import exit_code, nothing_assessed  # noqa: PLC0415
    from kubewitness.report import renderer  # noqa: PLC0415

    if (inventory is None) == (root is None):
        raise click.UsageError("name an inventory, or a folder with --root: one of the two")
    wanted = [(renderer(name), file) for name, file in sinks(chosen.pop("output") or ("table",))]
    fail_on = Severity(chosen.pop("fail_on"))
    folders = [Path(folder) for folder in chosen.pop("folders")]
    with progress() as tell:
        report = assess_fleet(inventory=inventory, root=root, folders=folders, progress=tell, **chosen)
    for render, file in wanted:
        write(render(report, options(to_terminal=file is None)), file)
    if nothing_assessed(report.findings, report.targets):
        click.echo("kubewitness: nothing was assessed: no target could be read: the report says why of each", err=True)
    sys.exit(exit_code(report.findings, report.targets, fail_on))
