"""``kubewitness policy diff``."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from kubewitness.cli.output import options, progress, write
from kubewitness.cli.policy.source import load_file, read_once, target_version

if TYPE_CHECKING:
    from kubewitness.auditpolicy.difference import Difference
    from kubewitness.model import ServerVersion

_KINDS = ("lost", "lowered", "stages", "raised", "gained", "managed-fields")
"""As ``difference.Kind``, which is not imported for --help."""


@click.command("diff")
@click.argument("before", metavar="BEFORE", type=click.Path(allow_dash=True))
@click.argument("after", metavar="AFTER", type=click.Path(allow_dash=True))
@target_version()
@click.option("-o", "--output", type=click.Choice(("table", "json", "markdown")), default="table", show_default=True)
@click.option(
    "--fail-on",
    metavar="KIND[,KIND]",
    default=",".join(_KINDS),
    help=f"Which differences make the exit code 1: {', '.join(_KINDS)}.  [default: all]",
)
@click.option("--odd", is_flag=True, help="Tell also of requests that no server sees as a rule.")
@click.option("--exact", is_flag=True, help="Compare decisions, also where they make no difference to the log.")
def command(before: str, after: str, version: ServerVersion, *, output: str, fail_on: str, **flags: bool) -> None:
    """Which requests does the policy AFTER record otherwise than BEFORE? By its rules' meaning, not their text.

    Found from the rules of both, for all users, groups, verbs, resources, namespaces, names and paths that they name,
    and for all others. Equal policies that are written differently are equal.

    \b
    kubewitness policy diff audit-policy.old.yaml audit-policy.yaml
    git show main:audit-policy.yaml | kubewitness policy diff - audit-policy.yaml --fail-on lost,lowered

    Policies that are too large to be compared in full are said to be; examples of differences are then tried out.

    Exit codes: 0 no difference (of those that --fail-on names), 1 differences, 2 a policy does not load, 3 none found,
    and too large to be compared in full.
    """  # noqa: D301  click takes the paragraph behind the backspace as it is
    from kubewitness.auditpolicy.difference import difference  # noqa: PLC0415
    from kubewitness.report.formats import render_of  # noqa: PLC0415
    from kubewitness.report.policy.difference import FORMATS, DifferenceReport  # noqa: PLC0415

    kinds = _kinds(fail_on)
    read_once((before, after))
    loaded = [load_file(file, version) for file in (before, after)]
    policies = (loaded[0].policy, loaded[1].policy)
    with progress("comparing, step") as tell:
        found = difference(*policies, version, exact=flags["exact"], progress=tell)
    report = DifferenceReport((before, after), policies, version, found, **flags)
    write(render_of(FORMATS, output, DifferenceReport)(report, options(to_terminal=True)), None)
    sys.exit(_exit_code(found, kinds))


def _kinds(text: str) -> frozenset[str]:
    kinds = frozenset(text.split(","))
    for unknown in sorted(kinds.difference(_KINDS)):
        raise click.UsageError(f"--fail-on {unknown!r}: no kind of difference: there are {', '.join(_KINDS)}")
    return kinds


def _exit_code(found: Difference, kinds: frozenset[str]) -> int:
    if kinds & {*(item.kind for item in found.classes), *(item.kind for item in found.samples)}:
        return 1
    return 3 if found.unfinished is not None else 0
