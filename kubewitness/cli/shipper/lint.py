"""``kubewitness shipper lint``."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from kubewitness.cli.output import options, sinks, write
from kubewitness.cli.policy.source import read_once
from kubewitness.errors import KubewitnessError
from kubewitness.model import Severity
from kubewitness.shippers.model import Program

if TYPE_CHECKING:
    from kubewitness.shippers.rules import LintedShipper


def _formats(typed: str) -> list[str]:
    from kubewitness.report.lint import FORMATS  # noqa: PLC0415

    return [name for name in FORMATS if name.startswith(typed)]


@click.command("lint")
@click.argument("files", metavar="FILE...", nargs=-1, type=click.Path(allow_dash=True))
@click.option(
    "--program",
    type=click.Choice([item.value for item in Program]),
    help="Whose configuration it is, where its content does not say it.",
)
@click.option(
    "-o",
    "--output",
    "outputs",
    metavar="FORMAT[=FILE]",
    multiple=True,
    help="table, json, sarif or github; may be given again, all but one with a FILE.",
    shell_complete=lambda _ctx, _parameter, typed: _formats(typed),
)
@click.option(
    "--fail-on", type=click.Choice([item.value for item in Severity]), default=Severity.MEDIUM.value, show_default=True
)
@click.option("--rules", "list_rules", is_flag=True, help="List the rules instead; -o table, json or markdown.")
def command(
    files: tuple[str, ...], *, program: str | None, outputs: tuple[str, ...], fail_on: str, list_rules: bool
) -> None:
    """What would a shipper with this configuration lose, cut, alter or betray? - is standard input.

    Reads rsyslog, OpenTelemetry Collector, Filebeat, Fluent Bit and Vector. The files of one program are one
    configuration, the main file first; a folder is read whole, and includes are followed where they lie beside the file
    that asks for them. In a manifest each ConfigMap is one. An audit log is judged more strictly than other logs.

    A comment accepts a finding, on or before its setting, input, output or filter, or at the top for the file:
    # kubewitness: ignore SH012 the reason

    \b
    kubewitness shipper lint /etc/rsyslog.conf
    kubewitness shipper lint fluent-bit.conf -o table -o sarif=lint.sarif
    kubectl get configmap fluent-bit -o jsonpath='{.data.fluent-bit\\.conf}' | kubewitness shipper lint -

    Exit codes: 0 clean; 1 findings at or above --fail-on; 2 usage, or a file that cannot be read or is no configuration
    of a shipper; 3 something could not be told.
    """  # noqa: D301  click takes the paragraph behind the backspace as it is
    if list_rules:
        _write_rules(files, outputs)
        return
    if not files:
        raise click.UsageError("name a configuration, its folder, or - for standard input")
    read_once(files)
    from kubewitness import __version__  # noqa: PLC0415
    from kubewitness.report.lint import ShipperReport, lint_renderer  # noqa: PLC0415

    wanted = [(lint_renderer(name), file) for name, file in sinks(outputs or ("table",))]
    report = ShipperReport(f"kubewitness {__version__}", tuple(_lint(files, Program(program) if program else None)))
    for render, file in wanted:
        write(render(report, options(to_terminal=file is None)), file)
    sys.exit(report.exit_code(Severity(fail_on)))


def _lint(files: tuple[str, ...], program: Program | None) -> list[LintedShipper]:
    from kubewitness.cli.shipper.source import configurations  # noqa: PLC0415
    from kubewitness.shippers import read  # noqa: PLC0415
    from kubewitness.shippers.rules import lint_configuration  # noqa: PLC0415

    return [
        lint_configuration(read(source.program, source.texts), source.texts, source.inside)
        for source in configurations(files, program)
    ]


def _write_rules(files: tuple[str, ...], outputs: tuple[str, ...]) -> None:
    from kubewitness.report.lint.rules import RULE_FORMATS, shipper_catalogue  # noqa: PLC0415
    from kubewitness.shippers.rules import SHIPPER_RULES  # noqa: PLC0415

    if files:
        raise click.UsageError("--rules lists the rules and takes no FILE")
    for name, file in sinks(outputs or ("table",)):
        if name not in RULE_FORMATS:
            raise KubewitnessError(f"-o {name}: no such format of --rules; there are {', '.join(RULE_FORMATS)}")
        write(RULE_FORMATS[name](shipper_catalogue(SHIPPER_RULES)), file)
