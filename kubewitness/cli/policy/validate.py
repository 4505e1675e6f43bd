"""``kubewitness policy validate``."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Final

import click

from kubewitness.cli.output import one_line, options, write
from kubewitness.cli.policy.source import read_bytes, read_once, target_version
from kubewitness.errors import KubewitnessError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kubewitness.auditpolicy.verdict import Verdict
    from kubewitness.model import ServerVersion


_UNWRAPPED: Final = 10_000
"""In cells: into a pipe, the words of kube-apiserver stay on one line."""


@click.command("validate")
@click.argument("files", metavar="FILE...", nargs=-1, required=True, type=click.Path(allow_dash=True))
@target_version()
@click.option(
    "-o",
    "--output",
    "form",
    type=click.Choice(["table", "jsonl"]),
    default="table",
    show_default=True,
    help="For people, or a line of JSON a policy.",
)
def command(files: tuple[str, ...], version: ServerVersion, form: str) -> None:
    """Would kube-apiserver start with FILE, and with what left of it? - is standard input.

    A policy inside something else (a ConfigMap, a Talos, kOps, RKE2 or Cluster API file, a script, a page) is found,
    named with its line, and judged. JSON lines have file, line (only of such a policy), ok (it would start), error and
    strictError (kube-apiserver's words, or null), rules (how many are left) and ignoredFromLine (where a second YAML
    document begins, which kube-apiserver does not read: no error, but said).

    \b
    kubewitness policy validate --target-version 1.34 audit-policy.yaml

    Exit codes: 0 all would start with all that is written; 1 some would not, or would drop a part; 2 a file could not
    be read.
    """  # noqa: D301  click takes the paragraph behind the backspace as it is
    from kubewitness.report.validity import as_json, as_text  # noqa: PLC0415

    read_once(files)
    all_read = clean = True
    for verdicts in _judged(files, version):
        all_read = all_read and bool(verdicts)
        clean = clean and all(verdict.is_clean for verdict in verdicts)
        if form == "jsonl":
            write("".join(map(as_json, verdicts)), None)
        elif verdicts:
            write(as_text(verdicts, version, options(to_terminal=True, width=_UNWRAPPED)), None)
    sys.exit(2 if not all_read else 0 if clean else 1)


def _judged(files: tuple[str, ...], version: ServerVersion) -> Iterator[tuple[Verdict, ...]]:
    """The verdicts on each file; none, and a line on standard error, for one that could not be read."""
    from kubewitness.auditpolicy.verdict import judge  # noqa: PLC0415

    for file in files:
        try:
            yield judge(file, read_bytes(file), version)
        except KubewitnessError as error:
            click.echo(f"kubewitness: {one_line(str(error))}", err=True)
            yield ()
