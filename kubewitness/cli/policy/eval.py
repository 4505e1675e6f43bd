"""``kubewitness policy eval``."""

from __future__ import annotations

import gzip
import io
import sys
import zlib
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Final, cast

import click

from kubewitness.cli.lines import portions
from kubewitness.cli.output import one_line, write
from kubewitness.cli.policy.source import load_file, target_version
from kubewitness.errors import KubewitnessError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kubewitness.model import ServerVersion


_GZIP: Final = b"\x1f\x8b"
_ZSTANDARD: Final = b"\x28\xb5\x2f\xfd"


@click.command("eval")
@click.argument("file", metavar="FILE", type=click.Path(allow_dash=True))
@target_version()
@click.option(
    "--input",
    "requests",
    metavar="FILE",
    default="-",
    type=click.Path(allow_dash=True),
    help="Where the requests are, if not on standard input; may be packed with gzip.",
)
def command(file: str, version: ServerVersion, requests: str) -> None:
    """What does the audit policy FILE record of each request? JSON lines in, JSON lines out.

    A line is an audit event, or an object with the fields user (null: none), groups, verb, resourceRequest, apiGroup,
    resource, subresource, name, namespace and path. Its answer has level, omitStages, omitManagedFields and rule (the
    index of the rule that decided, -1 for none); or error, where the line was not read.

    \b
    jq -c 'select(.user.username == "jane")' audit.log | kubewitness policy eval audit-policy.yaml

    Exit codes: 0 all answered; 2 the policy does not load, or a file cannot be read; 3 some lines were not read; 141
    whoever reads the answers has gone, as in a pipe to head.
    """  # noqa: D301  click takes the paragraph behind the backspace as it is
    from kubewitness.auditpolicy.jsonlines import LONGEST_LINE, LineAnswers  # noqa: PLC0415

    if file == requests == "-":
        raise click.UsageError("the policy and the requests cannot both come from standard input: use --input")
    loaded = load_file(file, version)
    found = LineAnswers(loaded.policy, version)
    for lines in _portions(requests, LONGEST_LINE):
        write(found.answers(lines), None)
    if found.unread:
        _tell(f"{found.unread} of {found.count} lines not read; the first is {found.first_unread}")
    sys.exit(3 if found.unread else 0)


def _tell(text: str) -> None:
    click.echo(f"kubewitness: {one_line(text)}", err=True)


def _portions(file: str, longest: int) -> Iterator[list[bytes]]:
    """The lines of the file, or of standard input for ``-``. Raises KubewitnessError where they cannot be read."""
    if file == "-" and sys.stdin is None:
        raise KubewitnessError("standard input is closed: pipe the requests in, or name their file by --input")
    try:
        with nullcontext(sys.stdin.buffer) if file == "-" else Path(file).open("rb") as stream:
            yield from portions(_unpacked(file, cast("io.BufferedReader", stream)), longest)
    except (OSError, EOFError, zlib.error) as error:
        why = getattr(error, "strerror", None) or error
        raise KubewitnessError(f"{file}: cannot be read: {why}: name a file, or - for stdin") from error


def _unpacked(file: str, stream: io.BufferedReader) -> io.BufferedReader:
    """What is packed with gzip is unpacked; nothing is waited for but the first bytes."""
    begin = stream.peek(len(_ZSTANDARD)) if isinstance(stream, io.BufferedReader) else b""
    if begin.startswith(_ZSTANDARD):
        raise KubewitnessError(f"{file}: packed with Zstandard: unpack it, and pipe it in: zstdcat {file} | ...")
    return cast("io.BufferedReader", gzip.GzipFile(fileobj=stream)) if begin.startswith(_GZIP) else stream
