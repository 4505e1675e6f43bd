"""``kubewitness explain``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from kubewitness.errors import KubewitnessError

if TYPE_CHECKING:
    from kubewitness.check import Check


def _check_ids(typed: str) -> list[str]:
    from kubewitness.catalogue import load_catalogue  # noqa: PLC0415

    return sorted({item.id for item in load_catalogue() if item.id.startswith(typed)})


@click.command("explain")
@click.argument("id", shell_complete=lambda _ctx, _parameter, typed: _check_ids(typed))
def command(id: str) -> None:  # noqa: A002
    """Say what the check ID looks at, why, and which controls it serves."""
    from kubewitness.catalogue import load_catalogue  # noqa: PLC0415

    found = [item for item in load_catalogue() if item.id == id]
    if not found:
        raise KubewitnessError(f"{id!r} is not a check: `kubewitness checks` lists them")
    click.echo("\n".join(_told(item) for item in found), nl=False)


def _told(item: Check) -> str:
    why = "\n".join(line.strip() for line in item.why.splitlines())
    return (
        f"{item.id} ({item.kind}): {item.title}\n\n{why}\n\n"
        f"severity  {item.severity}\nrung      {item.rung.value} ({item.rung.name.lower()})\n"
        f"source    {item.source}\ncontrols  {', '.join(item.controls)}\n"
    )
