"""``kubewitness policy explain``."""

from __future__ import annotations

import shlex
import sys
from typing import TYPE_CHECKING, Final

import click

from kubewitness.cli.output import options, write
from kubewitness.cli.policy.source import load_file, target_version
from kubewitness.errors import KubewitnessError

if TYPE_CHECKING:
    from kubewitness.model import ServerVersion

_LONGEST: Final = 1 << 20
"""Of a request on standard input, in bytes."""


@click.command("explain", context_settings={"ignore_unknown_options": True})
@click.argument("file", metavar="FILE", type=click.Path(allow_dash=True))
@click.argument("request", metavar="REQUEST...", nargs=-1, required=True, type=click.UNPROCESSED)
@target_version()
@click.option("-o", "--output", type=click.Choice(("table", "json")), default="table", show_default=True)
def command(file: str, request: tuple[str, ...], version: ServerVersion, output: str) -> None:
    """What would the audit policy FILE record of this request, which rule decides, and why not the ones before?

    REQUEST is written as for kubectl; several words, a JSON object or an audit event of it, or - for standard input:

    \b
    kubewitness policy explain audit-policy.yaml 'get secrets -n prod --as jane --as-group devs'
    kubewitness policy explain audit-policy.yaml 'create pods/exec web-0 -n prod'
    kubewitness policy explain audit-policy.yaml 'get /healthz --as system:anonymous'
    kubewitness policy explain audit-policy.yaml 'list secrets -A --unauthenticated'
    kubewitness policy explain audit-policy.yaml 'drain node-1'
    kubewitness policy explain audit-policy.yaml 'delete pods -l app=web -n prod'
    grep 4f1c audit.log | kubewitness policy explain audit-policy.yaml -

    --as says who asks; without it, it is somebody whom no rule names. (With kubectl's own --as the policy sees the user
    who impersonates, never the impersonated one.) The groups that the server gives by itself are added: those of
    service accounts and nodes, system:authenticated. --unauthenticated is a failed login: no user, no groups.
    -n, -A, -l, --all, --raw, --subresource and --field-selector are kubectl's; RESOURCE.GROUP or --group names the API
    group. Words of kubectl that cause several requests (exec, cp, apply, drain, debug, rollout, set, top and others)
    are told request by request.

    Exit codes: 0 explained, 2 the policy does not load or the request cannot be read.
    """  # noqa: D301  click takes the paragraph behind the backspace as it is
    from kubewitness.auditpolicy.explanation import explain  # noqa: PLC0415
    from kubewitness.auditpolicy.query import parse_query  # noqa: PLC0415
    from kubewitness.report.formats import render_of  # noqa: PLC0415
    from kubewitness.report.policy.explanation import FORMATS, ExplanationReport  # noqa: PLC0415

    text = _text(file, request)
    query = parse_query(text, version)
    loaded = load_file(file, version)
    explanations = tuple(explain(loaded.policy, asked.attributes, version) for asked in query.asked)
    report = ExplanationReport(file, loaded.policy, version, text, query, explanations)
    write(render_of(FORMATS, output, ExplanationReport)(report, options(to_terminal=True)), None)


def _text(file: str, request: tuple[str, ...]) -> str:
    """The words as one text; each of several is a word for itself, as the shell has parted them."""
    if request != ("-",):
        return request[0] if len(request) == 1 else shlex.join(request)
    if file == "-":
        raise click.UsageError("the policy and the request cannot both come from standard input")
    data = sys.stdin.buffer.read(_LONGEST + 1)
    if len(data) > _LONGEST:
        raise KubewitnessError(f"standard input: a request of more than {_LONGEST} bytes: give one request, not a log")
    return data.decode("utf-8", "replace")
