"""``kubewitness policy explain``."""

from __future__ import annotations

import re
import shlex
import sys
from typing import TYPE_CHECKING, Final

import click

from kubewitness.cli.output import options, write
from kubewitness.cli.policy.source import load_file, target_version
from kubewitness.errors import KubewitnessError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kubewitness.model import ServerVersion

_LONGEST: Final = 1 << 20
"""Of a request on standard input, in bytes."""
_HELP: Final = frozenset({"-h", "--help"})
_JSON: Final = re.compile(r"(?:^| )(?:-o|--output)[ =]?json(?: |$)")


class _Explain(click.Command):
    """Parts what is kubewitness's own from what is kubectl's.

    Own options stand before the request, or behind one in quotes. Of a request in several words all is kubectl's, as
    in its own command line: `-o wide`, and what follows `--`.
    """

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        names = [name for param in self.params if isinstance(param, click.Option) for name in param.opts]
        own, file, words = _parted(args, names)
        if words and _is_first_of_several(words[0]) and not _HELP.intersection(_without_command(args)):
            _look_for_own(_without_command(words))
            args = [*own, "--", *file, *words]
        return super().parse_args(ctx, args)


def _parted(args: Sequence[str], names: Sequence[str]) -> tuple[list[str], list[str], list[str]]:
    """Own options with their values (``names``: they all take one), the file, and the request."""
    attached = tuple(f"{name}=" if name.startswith("--") else name for name in names)
    own: list[str] = []
    file: list[str] = []
    words = list(args)
    while words:
        is_own = words[0] in names or words[0].startswith(attached)
        if file and not is_own:
            break
        taken = 2 if words[0] in names else 1
        (own if is_own else file).extend(words[:taken])
        del words[:taken]
    return own, file, words


def _is_first_of_several(word: str) -> bool:
    """Not a request in quotes, a path, an object in JSON, standard input."""
    return bool(word) and word not in {"-", "--"} and word[0] not in "{/" and not any(map(str.isspace, word))


def _without_command(words: list[str]) -> list[str]:
    return words[: words.index("--")] if "--" in words else words


def _look_for_own(words: Sequence[str]) -> None:
    """Own options within the request: said, not guessed. Raises UsageError."""
    if any(word.startswith("--target-version") for word in words):
        raise click.UsageError("--target-version stands before FILE, or behind a request in quotes")
    if _JSON.search(" ".join(words)):
        click.echo("kubewitness: -o json is kubectl's here: write it before FILE to have JSON of kubewitness", err=True)


@click.command("explain", cls=_Explain, context_settings={"ignore_unknown_options": True})
@click.argument("file", metavar="FILE", type=click.Path(allow_dash=True))
@click.argument("request", metavar="REQUEST...", nargs=-1, required=True, type=click.UNPROCESSED)
@target_version()
@click.option("-o", "--output", type=click.Choice(("table", "json")), default="table", show_default=True)
def command(file: str, request: tuple[str, ...], version: ServerVersion, output: str) -> None:
    """What would the audit policy FILE record of this request, which rule decides, and why not the ones before?

    REQUEST is written as for kubectl, in quotes or not; or a JSON object, an audit event, or - for standard input.
    Options of kubewitness stand before FILE, or behind a request in quotes:

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
