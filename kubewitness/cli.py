"""The command line: arguments, streams and exit codes. Everything heavy is imported where it is used.

Exit codes: 0 as wanted; 1 findings at or above ``--fail-on``; 2 cannot run, or nothing was assessed; 3 something was
not read. When several hold: 2 over 1 over 3.
"""

from __future__ import annotations

import os
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from kubewitness import __version__
from kubewitness.errors import KubewitnessError
from kubewitness.model import Severity

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from kubewitness.model import Report
    from kubewitness.report import Options

_SHELLS = ("bash", "zsh", "fish")


class _Group(click.Group):
    """Turns an error that the user can mend into one line and exit code 2."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except KubewitnessError as error:
            click.echo(f"kubewitness: {_one_line(str(error))}", err=True)
            ctx.exit(2)
        except KeyboardInterrupt:
            click.echo("kubewitness: interrupted: nothing is reported", err=True)
            ctx.exit(130)


@click.group(cls=_Group, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="kubewitness")
def main() -> None:
    """Prove that the logging of Kubernetes clusters is on, and say where that stops being true.

    \b
    kubewitness check inventories/prod.py              what is logged, how far it was seen
    pyinfra inventories/prod.py deploys/audit.py       switch it on

    Exit codes: 0 as wanted, 1 findings, 2 cannot run, 3 something was not read (2 over 1 over 3).
    """  # noqa: D301  click takes the paragraph behind the backspace as it is


@main.command()
@click.argument("inventory", required=False, type=click.Path())
@click.option(
    "--root",
    metavar="DIR",
    type=click.Path(file_okay=False),
    help="Check a file tree (an image, a mounted disk) instead of an inventory.",
)
@click.option("--limit", metavar="NAME", multiple=True, help="Only this host or group; may be given again.")
@click.option("--standard", metavar="NAME|FILE", help="For every host; else host data `standard`, else `standard`.")
@click.option(
    "--require", metavar="RUNG", help="The rung that suffices: off declared effective emitting delivered kept."
)
@click.option("--prove", is_flag=True, help="Send a harmless request to each API server and look for it in its log.")
@click.option(
    "-o", "--output", metavar="FORMAT[=FILE]", multiple=True, help="table, json or markdown; may be given again."
)
@click.option(
    "--fail-on", type=click.Choice([item.value for item in Severity]), default=Severity.MEDIUM.value, show_default=True
)
@click.option(
    "--checks",
    "folders",
    metavar="DIR",
    multiple=True,
    type=click.Path(file_okay=False),
    help="A folder with checks of your own (its code is run).",
)
def check(inventory: str | None, root: str | None, **options: Any) -> None:
    """Say of every control plane how far its logging was seen, and what falls short.

    INVENTORY is a pyinfra inventory. Nothing is changed on any host. Exit codes: 0 clean, 1 findings at or above
    --fail-on, 2 usage or nothing assessed, 3 something is unknown.
    """
    from kubewitness.assessment import assess_fleet  # noqa: PLC0415
    from kubewitness.check import exit_code  # noqa: PLC0415

    if (inventory is None) == (root is None):
        raise click.UsageError("name an inventory, or a folder with --root: one of the two")
    sinks = [_sink(item) for item in options.pop("output") or ("table",)]
    fail_on = Severity(options.pop("fail_on"))
    folders = [Path(folder) for folder in options.pop("folders")]
    with _progress() as progress:
        report = assess_fleet(inventory=inventory, root=root, folders=folders, progress=progress, **options)
    for name, file in sinks:
        _write(report, name, file)
    sys.exit(exit_code(report.findings, report.targets, fail_on))


@main.command()
@click.option("-o", "--output", type=click.Choice(["table", "json", "markdown"]), default="table", show_default=True)
def checks(output: str) -> None:
    """List the checks: id, severity, rung, and the good state."""
    from kubewitness.catalogue import load_catalogue  # noqa: PLC0415
    from kubewitness.report.catalogue import CATALOGUE_FORMATS  # noqa: PLC0415

    _print(CATALOGUE_FORMATS[output](load_catalogue()))


@main.command()
@click.argument("id", shell_complete=lambda _ctx, _parameter, typed: _check_ids(typed))
def explain(id: str) -> None:  # noqa: A002
    """Say what the check ID looks at, why, and which controls it serves."""
    from kubewitness.catalogue import load_catalogue  # noqa: PLC0415

    catalogue = {item.id: item for item in load_catalogue()}
    if id not in catalogue:
        raise KubewitnessError(f"{id!r} is not a check: `kubewitness checks` lists them")
    item = catalogue[id]
    click.echo(f"{item.id}: {item.title}\n\n{_unindent(item.why)}\n")
    click.echo(f"severity  {item.severity}\nrung      {item.rung.value} ({item.rung.name.lower()})")
    click.echo(f"source    {item.source}\ncontrols  {', '.join(item.controls)}")


@main.command()
@click.argument("shell", type=click.Choice(_SHELLS))
def completion(shell: str) -> None:
    """Print the completion script for SHELL: eval "$(kubewitness completion bash)"."""
    from click.shell_completion import get_completion_class  # noqa: PLC0415

    maker = get_completion_class(shell)
    if maker is None:
        raise KubewitnessError(f"{shell}: no completion for it: use one of {', '.join(_SHELLS)}")
    click.echo(maker(main, {}, "kubewitness", "_KUBEWITNESS_COMPLETE").source())


def _check_ids(typed: str) -> list[str]:
    from kubewitness.catalogue import load_catalogue  # noqa: PLC0415

    return [item.id for item in load_catalogue() if item.id.startswith(typed)]


def _sink(item: str) -> tuple[str, str | None]:
    """``json=out.json`` as format and file. An unknown format is refused before anything is read."""
    from kubewitness.report import renderer  # noqa: PLC0415

    name, _, file = item.partition("=")
    renderer(name)
    return name, file or None


def _write(report: Report, name: str, file: str | None) -> None:
    from kubewitness.report import renderer  # noqa: PLC0415

    text = renderer(name)(report, _options(file is None))
    if file is None:
        _print(text)
        return
    path = Path(file)
    part = path.with_name(f".{path.name}.part")
    try:  # a reader of the file sees the old report or the new one, never half of one
        part.write_text(text, "utf-8")
        part.replace(path)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise KubewitnessError(f"{file}: the report cannot be written: {error.strerror}") from error


def _print(text: str) -> None:
    try:
        click.echo(text, nl=False, color=True)
        sys.stdout.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123, SIM115  or Python tries once more at its end
        raise KubewitnessError(f"standard output: cannot be written: {error.strerror}") from error


def _options(to_terminal: bool) -> Options:
    """What standard output can show: its width, colour (never into a pipe, never with NO_COLOR), letters."""
    import shutil  # noqa: PLC0415

    from kubewitness.report import Options  # noqa: PLC0415

    tty = to_terminal and sys.stdout.isatty()
    forced = bool(os.environ.get("FORCE_COLOR"))
    shows_colour = sys.stdout.isatty() and os.environ.get("TERM") != "dumb"
    encoding = (sys.stdout.encoding or "ascii").lower().replace("-", "")
    return Options(
        width=shutil.get_terminal_size((100, 24)).columns if tty or "COLUMNS" in os.environ else 100,
        color=to_terminal and (shows_colour or forced) and "NO_COLOR" not in os.environ,
        ascii_only=to_terminal and encoding != "utf8",
    )


@contextmanager
def _progress() -> Iterator[Callable[[str], None]]:
    """Names of the hosts that answered, on one line of a terminal's standard error; nothing anywhere else."""
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    count = 0

    def tell(name: str) -> None:
        nonlocal count
        count += 1
        click.echo(f"\r\033[Kread {count}: {_one_line(name)[:60]}", nl=False, err=True)

    yield tell
    click.echo("\r\033[K", nl=False, err=True)


def _one_line(text: str) -> str:
    from kubewitness.report.safe import safe  # noqa: PLC0415

    return safe(text.replace("\n", " "))


def _unindent(text: str) -> str:
    return "\n".join(line.strip() for line in text.splitlines())
