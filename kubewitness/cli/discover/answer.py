"""What the discover commands share: their options, one search, and its answer."""

from __future__ import annotations

import logging
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from kubewitness.cli.output import options, progress, sinks, write
from kubewitness.errors import KubewitnessError
from kubewitness.moments import rfc3339

if TYPE_CHECKING:
    from collections.abc import Callable

_C = TypeVar("_C", bound="Callable[..., Any]")


def answer_options(command: _C) -> _C:
    """``--expected`` and ``-o``."""
    for option in (
        click.option(
            "-o",
            "--output",
            metavar="FORMAT[=FILE]",
            multiple=True,
            help="table, json or inventory; may be given again, all but one with a FILE.",
        ),
        click.option(
            "--expected",
            metavar="FILE",
            type=click.Path(dir_okay=False),
            help="The clusters that should be there: an id a line, or what -o json wrote earlier.",
        ),
    ):
        command = option(command)
    return command


def answer(cloud: str, *, expected: str | None, output: tuple[str, ...], **where: Any) -> None:
    """Search, write, and end with the exit code."""
    from kubewitness import __version__  # noqa: PLC0415
    from kubewitness.discovery.expected import compared, exit_code, parse_expected, scopes_of  # noqa: PLC0415
    from kubewitness.discovery.search import discover, search_of  # noqa: PLC0415
    from kubewitness.report.discovery import DiscoveryReport, discovery_renderer  # noqa: PLC0415

    renderers = [(discovery_renderer(name), file) for name, file in sinks(output or ("table",))]
    wanted = None if expected is None else parse_expected(_read(expected), expected)
    for library in ("azure", "botocore", "google"):
        logging.getLogger(library).setLevel(logging.CRITICAL)  # what went wrong is in the report
    with progress("looked at") as tell:
        found = discover(search_of(cloud, **where, expected=scopes_of(wanted or ())), tell)
    comparison = None if wanted is None else compared(found, wanted)
    finished = rfc3339(datetime.now(UTC))
    report = DiscoveryReport(f"kubewitness {__version__}", cloud, finished, found, comparison)
    for render, file in renderers:
        write(render(report, options(to_terminal=file is None)), file)
    if not found.looked and not found.clusters:
        click.echo("kubewitness: nothing at all could be looked at: the report says why", err=True)
    sys.exit(exit_code(found, comparison))


def _read(file: str) -> str:
    try:
        return Path(file).read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise KubewitnessError(f"{file}: cannot be read: {getattr(error, 'strerror', None) or error}") from error
