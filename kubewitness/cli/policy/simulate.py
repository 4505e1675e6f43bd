"""``kubewitness policy simulate``."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from kubewitness.cli.output import one_line, options, write
from kubewitness.cli.policy.source import load_file, read_once, target_version

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from kubewitness.model import ServerVersion

_TOP = {"table": 10, "json": 1000}


@click.command("simulate")
@click.argument("file", metavar="FILE", type=click.Path(allow_dash=True))
@click.argument("more_logs", metavar="[LOG]...", nargs=-1, type=click.Path(allow_dash=True))
@click.option(
    "--log",
    "logs",
    metavar="LOG",
    multiple=True,
    type=click.Path(allow_dash=True),
    help="A log, as LOG is: a file, a folder or a pattern; plain, .gz or .zst; - for stdin. May be given again.",
)
@target_version()
@click.option("-o", "--output", type=click.Choice(("table", "json")), default="table", show_default=True)
@click.option(
    "--top",
    type=click.IntRange(min=1, max=1_000_000),
    help="How many users, requests and losses are listed.  [default: 10, with -o json 1000]",
)
def command(
    file: str,
    more_logs: tuple[str, ...],
    *,
    logs: tuple[str, ...],
    version: ServerVersion,
    output: str,
    top: int | None,
) -> None:
    """What would the audit policy FILE have kept of recorded events, and what would be lost?

    Replays what kube-apiserver wrote (JSON, one event a line) and says how many events and bytes a day would be kept,
    by level, rule, user and request; which requests would leave no trace any more; and what a recording cannot tell.
    Bodies of requests are measured and never shown. Needs DuckDB: pip install 'kubewitness[logs]'.

    \b
    kubewitness policy simulate candidate.yaml --log /var/log/kubernetes/audit/
    kubewitness policy simulate candidate.yaml --log audit.log --log 'audit-*.log.gz'
    ssh cp-1 sudo cat /var/log/kubernetes/audit/audit.log | kubewitness policy simulate candidate.yaml --log -

    Exit codes: 0 replayed; 2 the policy does not load, or there is no event to replay; 3 some lines or files were not
    read: they are counted, and the first one is named.
    """  # noqa: D301  click takes the paragraph behind the backspace as it is
    from kubewitness.report.simulation import Replayed, simulation_renderer  # noqa: PLC0415
    from kubewitness.simulation.replay import simulate  # noqa: PLC0415

    names = (*logs, *more_logs)  # a shell writes --log a.log b.log for --log *.log
    if not names:
        raise click.UsageError("no log is named: kubewitness policy simulate FILE audit.log")
    read_once((file, *names))
    loaded = load_file(file, version)
    with _percent() as look:
        found = simulate(loaded.policy, version, names, top=top or _TOP[output], look=look)
    report = Replayed(file, version, loaded.strict_error, found)
    write(simulation_renderer(output)(report, options(to_terminal=True)), None)
    left = {"line": found.unreadable.count, "file": len(found.unreadable.files)}
    if any(left.values()):
        counts = (f"{count} {noun}{'' if count == 1 else 's'}" for noun, count in left.items() if count)
        _tell(f"{'at least ' if found.unreadable.at_least else ''}{' and '.join(counts)} not read")
        sys.exit(3)


def _tell(text: str) -> None:
    click.echo(f"kubewitness: {one_line(text)}", err=True)


@contextmanager
def _percent() -> Iterator[Callable[[float], None]]:
    """How far it is, on one line of a terminal's standard error; nothing anywhere else."""
    if not sys.stderr.isatty():
        yield lambda _: None
        return

    def tell(percent: float) -> None:
        click.echo(f"\r\033[Kreplayed {percent:.0f}%" if percent >= 0 else "\r\033[Kreplaying", nl=False, err=True)

    try:
        yield tell
    finally:
        click.echo("\r\033[K", nl=False, err=True)
