"""What leaves by standard output, standard error or a file that the user names."""

from __future__ import annotations

import os
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TextIO, cast

import click

from kubewitness.errors import KubewitnessError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from kubewitness.report import Options

BROKEN_PIPE: Final = 141
"""What a shell says of a program that SIGPIPE ended: 128 and 13."""


def sinks(outputs: Sequence[str]) -> list[tuple[str, str | None]]:
    """What ``-o FORMAT[=FILE]`` asks for: format and file, which is ``None`` for standard output.

    Raises KubewitnessError where two of them would be written over or behind one another.
    """
    found = [_sink(item) for item in outputs]
    places = [file and _place(file) for _, file in found]
    for at, place in enumerate(places):
        if place in places[:at]:
            where = "standard output" if place is None else str(found[at][1])
            raise KubewitnessError(f"-o {outputs[at]}: {where} has a report already: give each a file: -o FORMAT=FILE")
    return found


def _sink(item: str) -> tuple[str, str | None]:
    name, equals, file = item.partition("=")
    if equals and not file:
        raise KubewitnessError(f"-o {item}: no file is named behind the =: -o {name}=FILE")
    return name, None if file == "-" else file or None


def _place(file: str) -> str:
    """The same for two names of one file."""
    try:
        return str(Path(file).resolve())
    except (OSError, RuntimeError):  # links that lead in a circle: writing says so
        return file


def write(text: str, file: str | None) -> None:
    """To standard output, or to ``file``: a device, a pipe, a file behind a link, or a file of its own."""
    if file is None:
        click.echo(text, nl=False, color=True)
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


class _Told:
    """A text or binary stream: what it does not take is a KubewitnessError, whoever writes.

    Where the reader of a pipe has gone, as head does, the program ends without a word.
    """

    def __init__(self, stream: Any) -> None:
        self._stream = stream

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    @property
    def buffer(self) -> _Told:
        return _Told(self._stream.buffer)

    def write(self, data: Any) -> Any:
        return self._tried(self._stream.write, data)

    def flush(self) -> None:
        self._tried(self._stream.flush)

    def _tried(self, function: Callable[..., Any], *arguments: Any) -> Any:
        try:
            return function(*arguments)
        except BrokenPipeError:
            sys.stdout = _nowhere()  # or Python tries once more at its end
            sys.exit(BROKEN_PIPE)
        except OSError as error:
            sys.stdout = _nowhere()
            raise KubewitnessError(
                f"standard output: cannot be written: {error.strerror}: send it elsewhere"
            ) from error


@contextmanager
def told_streams() -> Iterator[None]:
    """Within it, what standard output does not take is a KubewitnessError. Raises one where that is closed."""
    if sys.stderr is None:
        sys.stderr = _nowhere()
    if sys.stdout is None:
        raise KubewitnessError("standard output: is closed: send it to a file, or to /dev/null")
    real = sys.stdout
    told = sys.stdout = cast("TextIO", _Told(real))
    try:
        yield
    finally:
        if sys.stdout is told:
            sys.stdout = real


def _nowhere() -> TextIO:
    return open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123  as long as the process lives


def steers(stream: TextIO) -> bool:
    """Whether ``stream`` is a terminal that knows escape sequences."""
    return stream.isatty() and os.environ.get("TERM") != "dumb"


def options(*, to_terminal: bool, width: int = 100) -> Options:
    """What standard output can show: its width, colour (never into a pipe, never with NO_COLOR), letters.

    ``width`` is for where there is no terminal, and nobody says COLUMNS.
    """
    import shutil  # noqa: PLC0415

    from kubewitness.report import Options  # noqa: PLC0415

    tty = to_terminal and sys.stdout.isatty()
    forced = bool(os.environ.get("FORCE_COLOR"))
    encoding = (sys.stdout.encoding or "ascii").lower().replace("-", "")
    return Options(
        width=shutil.get_terminal_size((width, 24)).columns if tty or "COLUMNS" in os.environ else width,
        color=to_terminal and (steers(sys.stdout) or forced) and "NO_COLOR" not in os.environ,
        ascii_only=to_terminal and encoding != "utf8",
    )


@contextmanager
def progress(verb: str = "read") -> Iterator[Callable[[str], None]]:
    """Names of what was done so far, on one line of a terminal's standard error; nothing anywhere else."""
    if not steers(sys.stderr):
        yield lambda _: None
        return
    count = 0

    def tell(name: str) -> None:
        nonlocal count
        count += 1
        click.echo(f"\r\033[K{verb} {count}: {one_line(name)[:60]}", nl=False, err=True)

    try:
        yield tell
    finally:
        click.echo("\r\033[K", nl=False, err=True)


def one_line(text: str) -> str:
    """Without line breaks and without control characters: it may hold what a host or a file said."""
    from kubewitness.report.safe import safe  # noqa: PLC0415

    return safe(text.replace("\n", " "))
