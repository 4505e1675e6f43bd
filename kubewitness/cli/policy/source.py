"""What every ``policy`` command asks for: a file, and the version of the server that would read it."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from kubewitness.cli.output import one_line
from kubewitness.errors import KubewitnessError
from kubewitness.filesize import MAX_BYTES
from kubewitness.knownversions import NEWEST, RANGE, is_known
from kubewitness.model import ServerVersion

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from kubewitness.auditpolicy import Loaded


def _minor(version: ServerVersion) -> str:
    return f"{version.major}.{version.minor}"


class _Version(click.ParamType):  # type: ignore[type-arg]  # click 8.1 has none
    name = "version"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> ServerVersion:
        if isinstance(value, ServerVersion):
            return value
        version = ServerVersion.parse(str(value))
        if version is None or not is_known(version):
            self.fail(f"{value!r} is none of the Kubernetes versions that are known here, {RANGE}", param, ctx)
        return version


def target_version() -> Callable[[Callable[..., None]], Callable[..., None]]:
    """The option ``--target-version``, as the parameter ``version``."""
    return click.option(
        "--target-version",
        "version",
        metavar="V",
        type=_Version(),
        default=_minor(NEWEST),
        show_default=True,
        help=f"The kube-apiserver that would read it, {RANGE}.",
    )


def read_bytes(file: str) -> bytes:
    """The file, or standard input for ``-``; at most one byte more than the engine's limit, which then refuses it."""
    if file == "-" and sys.stdin is None:
        raise KubewitnessError("standard input is closed: pipe the policy in, or name its file")
    try:
        if file == "-":
            return sys.stdin.buffer.read(MAX_BYTES + 1)
        with Path(file).open("rb") as stream:
            return stream.read(MAX_BYTES + 1)
    except OSError as error:
        raise KubewitnessError(
            f"{file}: cannot be read: {error.strerror}: name a policy file, or - for stdin"
        ) from error


def load_file(file: str, version: ServerVersion) -> Loaded:
    """A policy that kube-apiserver would start with. Raises KubewitnessError with its own words otherwise.

    What it would drop, or not read at all, is told on standard error.
    """
    from kubewitness.auditpolicy import Refused, load_bytes  # noqa: PLC0415

    data = read_bytes(file)
    found = load_bytes(data, version)
    if isinstance(found, Refused):
        place = f":{found.line}:{found.column}" if found.line is not None else ""
        if found.beyond_limits:
            raise KubewitnessError(f"{file}{place}: {found.error}")
        problem = f"{file}{place}: kube-apiserver {_minor(version)} would not start with it: {found.error}"
        raise KubewitnessError(f"{problem}{_inside(data)}")
    if found.strict_error is not None:
        _tell(f"{file}: kube-apiserver would warn, and drop what it does not know: {found.strict_error}")
    if found.rest is not None:
        _tell(f"{file}:{found.rest.line}: a second YAML document: kube-apiserver does not read it, and does not say so")
    return found


def read_once(files: Sequence[str]) -> None:
    """Raises UsageError where standard input is named twice: the second time, nothing would be left of it."""
    if files.count("-") > 1:
        raise click.UsageError("standard input can be read once only: name - once")


def _tell(text: str) -> None:
    click.echo(f"kubewitness: {one_line(text)}", err=True)


def _inside(data: bytes) -> str:
    """Where a policy lies inside the file, which is none itself."""
    from kubewitness.auditpolicy.embedded import embedded_policies  # noqa: PLC0415

    found = embedded_policies(data)
    places = ", ".join(f"line {policy.line} ({policy.path})" for policy in found[:3])
    return f": a policy lies inside, at {places}: write it to a file of its own" if found else ""
