"""``kubewitness policy matrix``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from kubewitness.cli.output import one_line, options, write
from kubewitness.cli.policy.source import load_file, target_version

if TYPE_CHECKING:
    from kubewitness.model import ServerVersion


@click.command("matrix")
@click.argument("files", metavar="FILE...", nargs=-1, required=True, type=click.Path(allow_dash=True))
@target_version()
@click.option("-o", "--output", type=click.Choice(("table", "json", "markdown")), default="table", show_default=True)
def command(files: tuple[str, ...], version: ServerVersion, output: str) -> None:
    """At which level would each audit policy FILE record what an intruder does, and what everybody does?

    The requests are those of `policy lint`; beside the level stands the line of the rule that decides.

    \b
    kubewitness policy matrix old.yaml new.yaml
    kubewitness policy matrix audit-policy.yaml -o markdown

    Exit codes: 0 shown, 2 a policy does not load.
    """  # noqa: D301  click takes the paragraph behind the backspace as it is
    from kubewitness.auditpolicy.matrix import matrix  # noqa: PLC0415
    from kubewitness.report.policy import policy_renderer  # noqa: PLC0415
    from kubewitness.report.policy.matrix import MatrixReport  # noqa: PLC0415

    if files.count("-") > 1:
        raise click.UsageError("standard input can be read once only: name - once")
    loaded = [load_file(file, version) for file in files]
    for file, item in zip(files, loaded, strict=True):
        if item.strict_error is not None:
            click.echo(f"kubewitness: {one_line(file)}: {one_line(item.strict_error)}", err=True)
    policies = tuple(item.policy for item in loaded)
    report = MatrixReport(files, policies, version, matrix(policies, version))
    write(policy_renderer("matrix", output)(report, options(to_terminal=True)), None)
