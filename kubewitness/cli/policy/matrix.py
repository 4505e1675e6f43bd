"""``kubewitness policy matrix``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from kubewitness.cli.output import options, write
from kubewitness.cli.policy.source import load_file, read_once, target_version

if TYPE_CHECKING:
    from kubewitness.model import ServerVersion


@click.command("matrix")
@click.argument("files", metavar="FILE...", nargs=-1, required=True, type=click.Path(allow_dash=True))
@target_version()
@click.option("-o", "--output", type=click.Choice(("table", "json", "markdown")), default="table", show_default=True)
def command(files: tuple[str, ...], version: ServerVersion, output: str) -> None:
    """At which level would each audit policy FILE record what an intruder does, and what everybody does?

    The requests are those of `policy lint`, asked by somebody whom no rule names; beside the level stands the line of
    the rule that decides. None: no event of it is written, at no stage; "no outcome": one is, but not how the request
    ended. Whom a rule exempts by name is not here: `policy lint` and the check
    audit-policy-exemptions tell of them.

    \b
    kubewitness policy matrix old.yaml new.yaml
    kubewitness policy matrix audit-policy.yaml -o markdown

    Exit codes: 0 shown, 2 a policy does not load.
    """  # noqa: D301  click takes the paragraph behind the backspace as it is
    from kubewitness.auditpolicy.matrix import matrix  # noqa: PLC0415
    from kubewitness.report.formats import render_of  # noqa: PLC0415
    from kubewitness.report.policy.matrix import FORMATS, MatrixReport  # noqa: PLC0415

    read_once(files)
    loaded = [load_file(file, version) for file in files]
    policies = tuple(item.policy for item in loaded)
    report = MatrixReport(files, policies, version, matrix(policies, version))
    write(render_of(FORMATS, output, MatrixReport)(report, options(to_terminal=True)), None)
