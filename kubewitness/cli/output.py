"""What leaves by standard output, standard error or a file that the user names."""

from __future__ import annotations

import os
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kubewitness.errors import KubewitnessError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from kubewitness.report import Options


def write(text: str, file: str | None) -> None:
    """To standard output, or to ``file``: a device, a pipe, a file behind a link, or a file of its own."""
    if file is None:
        _print(text)
        return
    try:
        path = Path(file).resolve()
        if path.exists() and not path.is_file():
            path.write_text(text, "utf-8")
        else:
            _replace(path, text)
    except (OSError, RuntimeError) as error:  # RuntimeError: links that lead in a circle
        raise KubewitnessError(f"{file}: cannot be written: {getattr(error, 'strerror', None) or error}") from error


def _replace(path: Path, text: str) -> None:
    """A reader of the file sees the old text or the new one, never half of one; its mode stays."""
    part = path.with_name(f".{path.name}.part")
    try:
        part.write_text(text, "utf-8")
        if path.exists():
            part.chmod(path.stat().st_mode)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def _print(text: str) -> None:
    try:
        click.echo(text, nl=False, color=True)
        sys.stdout.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123, SIM115  or Python tries once more at its end
        raise KubewitnessError(f"standard output: cannot be written: {error.strerror}") from error


def options(*, to_terminal: bool) -> Options:
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
def progress(verb: str = "read") -> Iterator[Callable[[str], None]]:
    """Names of what was done so far, on one line of a terminal's standard error; nothing anywhere else."""
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    count = 0

    def tell(name: str) -> None:
        nonlocal count
        count += 1
        click.echo(f"\r\033[K{verb} {count}: {one_line(name)[:60]}", nl=False, err=True)

    yield tell
    click.echo("\r\033[K", nl=False, err=True)


def one_line(text: str) -> str:
    """Without line breaks and without control characters: it may hold what a host or a file said."""
    from kubewitness.report.safe import safe  # noqa: PLC0415

    return safe(text.replace("\n", " "))
