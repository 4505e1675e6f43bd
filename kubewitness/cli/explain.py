"""``kubewitness explain``."""

from __future__ import annotations

import click

from kubewitness.errors import KubewitnessError


def _check_ids(typed: str) -> list[str]:
    from kubewitness.catalogue import load_catalogue  # noqa: PLC0415

    return [item.id for item in load_catalogue() if item.id.startswith(typed)]


@click.command("explain")
@click.argument("id", shell_complete=lambda _ctx, _parameter, typed: _check_ids(typed))
def command(id: str) -> None:  # noqa: A002
    """Say what the check ID looks at, why, and which controls it serves."""
    from kubewitness.catalogue import load_catalogue  # noqa: PLC0415

    catalogue = {item.id: item for item in load_catalogue()}
    if id not in catalogue:
        raise KubewitnessError(f"{id!r} is not a check: `kubewitness checks` lists them")
    item = catalogue[id]
    why = "\n".join(line.strip() for line in item.why.splitlines())
    click.echo(f"{item.id}: {item.title}\n\n{why}\n")
    click.echo(f"severity  {item.severity}\nrung      {item.rung.value} ({item.rung.name.lower()})")
    click.echo(f"source    {item.source}\ncontrols  {', '.join(item.controls)}")
