"""``kubewitness policy lint``."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click
from click.core import ParameterSource

from kubewitness.cli.output import one_line, options, sinks, write
from kubewitness.cli.policy.source import read_bytes, target_version
from kubewitness.errors import KubewitnessError
from kubewitness.model import Severity

if TYPE_CHECKING:
    from kubewitness.apiserver import AuditSettings
    from kubewitness.auditpolicy.lint import Linted
    from kubewitness.manifestlint import Manifest
    from kubewitness.model import ServerVersion


def _formats(typed: str) -> list[str]:
    from kubewitness.report.lint import FORMATS  # noqa: PLC0415

    return [name for name in FORMATS if name.startswith(typed)]


@click.command("lint")
@click.argument("files", metavar="FILE...", nargs=-1, type=click.Path(allow_dash=True))
@target_version()
@click.option(
    "--flags",
    "manifest",
    metavar="MANIFEST",
    type=click.Path(),
    help="The kube-apiserver manifest whose flags go with the policy: the rules AF, AP062 and AP063.",
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
@click.pass_context
def command(
    ctx: click.Context,
    files: tuple[str, ...],
    *,
    version: ServerVersion,
    manifest: str | None,
    outputs: tuple[str, ...],
    fail_on: str,
    list_rules: bool,
) -> None:
    """What would FILE not record, or record that it should not? - is standard input.

    Requests that matter go through the policy as kube-apiserver evaluates it. A finding names the request, the rule
    that decided, and the rule to write instead. Policies inside other files (a ConfigMap, a Talos or kOps file) are
    found. With --flags and no --target-version the version is that of the manifest's image.

    A comment accepts a finding, on or before its rule, or at the top for the file:
    # kubewitness: ignore AP042 the reason

    \b
    kubewitness policy lint audit-policy.yaml
    kubewitness policy lint policies/*.yaml -o table -o sarif=lint.sarif
    kubewitness policy lint audit-policy.yaml --flags /etc/kubernetes/manifests/kube-apiserver.yaml

    Exit codes: 0 clean; 1 findings at or above --fail-on; 2 usage, or a file that cannot be read; 3 something could not
    be judged.
    """  # noqa: D301  click takes the paragraph behind the backspace as it is
    if list_rules:
        _write_rules(files, outputs)
        return
    if not files:
        raise click.UsageError("name a policy file, or - for standard input")
    if "-" in files and manifest == "-":
        raise click.UsageError("standard input is the policy or the manifest: one of the two")
    from kubewitness import __version__  # noqa: PLC0415
    from kubewitness.report.lint import LintReport, lint_renderer  # noqa: PLC0415

    wanted = [(lint_renderer(name), file) for name, file in sinks(outputs or ("table",))]
    explicit = ctx.get_parameter_source("version") is not ParameterSource.DEFAULT
    flags = _manifest(manifest, version if explicit else None) if manifest is not None else None
    linted, all_read = _lint(files, flags.version if flags else version, flags)
    report = LintReport(f"kubewitness {__version__}", tuple(linted))
    for render, file in wanted:
        write(render(report, options(to_terminal=file is None)), file)
    sys.exit(report.exit_code(Severity(fail_on)) if all_read else 2)


def _lint(files: tuple[str, ...], version: ServerVersion, flags: Manifest | None) -> tuple[list[Linted], bool]:
    """What was found, and whether every file could be read; a line on standard error says of each that could not."""
    from kubewitness.auditpolicy.lint import lint  # noqa: PLC0415

    linted: list[Linted] = []
    all_read = True
    settings: AuditSettings | str = "needs the API server's flags: --flags MANIFEST"
    if flags is not None:
        settings = flags.settings or "the flags are not known, see AF005"
    for file in files:
        try:
            linted += lint(file, read_bytes(file), version, settings)
        except KubewitnessError as error:
            click.echo(f"kubewitness: {one_line(str(error))}", err=True)
            all_read = False
    return [*linted, *([_lint_manifest(flags)] if flags else [])], all_read


def _manifest(file: str, version: ServerVersion | None) -> Manifest:
    """Raises KubewitnessError for a file that cannot be read."""
    from kubewitness.manifestlint import read_manifest  # noqa: PLC0415

    return read_manifest(file, read_bytes(file).decode("utf-8", "surrogateescape"), version)


def _lint_manifest(manifest: Manifest) -> Linted:
    from kubewitness.catalogue import load_catalogue  # noqa: PLC0415
    from kubewitness.content import read_standard  # noqa: PLC0415
    from kubewitness.manifestlint import lint_manifest  # noqa: PLC0415

    return lint_manifest(manifest, load_catalogue(), read_standard("standard"))


def _write_rules(files: tuple[str, ...], outputs: tuple[str, ...]) -> None:
    from kubewitness.auditpolicy.lint import LINT_RULES  # noqa: PLC0415
    from kubewitness.catalogue import load_catalogue  # noqa: PLC0415
    from kubewitness.report.lint.rules import RULE_FORMATS, policy_catalogue  # noqa: PLC0415

    if files:
        raise click.UsageError("--rules lists the rules and takes no FILE")
    for name, file in sinks(outputs or ("table",)):
        if name not in RULE_FORMATS:
            raise KubewitnessError(f"-o {name}: no such format of --rules; there are {', '.join(RULE_FORMATS)}")
        write(RULE_FORMATS[name](policy_catalogue(LINT_RULES, load_catalogue())), file)
