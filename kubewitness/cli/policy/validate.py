"""``kubewitness policy validate``."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from kubewitness.cli.output import one_line
from kubewitness.cli.policy.source import read_bytes, target_version

if TYPE_CHECKING:
    from kubewitness.model import ServerVersion


@click.command("validate")
@click.argument("files", metavar="FILE...", nargs=-1, required=True, type=click.Path(allow_dash=True))
@target_version()
def command(files: tuple[str, ...], version: ServerVersion) -> None:
    """Would kube-apiserver start with FILE, and with what left of it? Exit code 1: one of them not, or not wholly."""
    from kubewitness.auditpolicy import Refused, load_bytes  # noqa: PLC0415

    clean = True
    for file in files:
        found = load_bytes(read_bytes(file), version)
        error = found.error if isinstance(found, Refused) else found.strict_error
        clean = clean and error is None
        click.echo(f"{one_line(file)}: {'ok' if error is None else one_line(error)}")
    sys.exit(0 if clean else 1)
