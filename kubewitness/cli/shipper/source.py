"""The files of one or more shipper configurations: what is named, what lies in folders, and what they include."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

from kubewitness.errors import KubewitnessError
from kubewitness.filesize import MAX_BYTES
from kubewitness.shippers.detect import program_of
from kubewitness.shippers.includes import includes_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from kubewitness.shippers.model import Program

SUFFIXES: Final = frozenset({".conf", ".yaml", ".yml", ".toml", ".json"})
"""What is read of a folder."""
MOST_FILES: Final = 500
_MAIN: Final = frozenset({"rsyslog", "fluent-bit", "filebeat", "vector", "otelcol", "config"})
"""What main files are called."""


def configurations(files: Sequence[str], program: Program | None) -> dict[Program, dict[str, str]]:
    """Program -> name -> text, the main file first. ``program``: of all files; ``None``: each says it itself.

    Raises KubewitnessError for a file that cannot be read, or that is no configuration of a shipper we know.
    """
    found: dict[Program, dict[str, str]] = {}
    unknown: dict[str, str] = {}
    for name, text, named in _texts(files):
        which = program or program_of(text)
        if which is not None:
            found.setdefault(which, {})[name] = text
        elif named:
            unknown[name] = text
    if unknown and len(found) != 1:
        raise KubewitnessError(f"{next(iter(unknown))}: {_none_known(program)}")
    if not found:
        raise KubewitnessError(f"{' '.join(files)}: {_none_known(program)}")
    for texts in found.values():
        texts.update(unknown)  # with one program: an environment file or a unit, which its reader understands
    return {which: dict(_with_includes(which, texts)) for which, texts in found.items()}


def _none_known(program: Program | None) -> str:
    if program is not None:
        return "no file with .conf, .yaml, .yml, .toml or .json in it: name the files"
    return "not a shipper's configuration that is known here: say whose with --program"


def _texts(files: Sequence[str]) -> Iterator[tuple[str, str, bool]]:
    """Name, text, and whether it was named itself."""
    count = 0
    for file in files:
        path = Path(file)
        if file != "-" and path.is_dir():
            inside = sorted(
                (item for item in path.rglob("*") if item.suffix in SUFFIXES and item.is_file()), key=_main_first
            )
            count += len(inside)
            if count > MOST_FILES:
                raise KubewitnessError(f"{file}: more than {MOST_FILES} files: name the folder of one configuration")
            yield from ((str(item), read_text(str(item)), False) for item in inside)
        else:
            yield file, read_text(file), True


def _main_first(path: Path) -> tuple[int, bool, str]:
    return len(path.parts), path.stem not in _MAIN, str(path)


def read_text(file: str) -> str:
    """The file, or standard input for ``-``. Bytes that are no UTF-8 are replaced.

    Raises KubewitnessError for one that cannot be read, or is too large for a configuration.
    """
    if file == "-" and sys.stdin is None:
        raise KubewitnessError("standard input is closed: pipe the configuration in, or name its file")
    try:
        if file == "-":
            data = sys.stdin.buffer.read(MAX_BYTES + 1)
        else:
            with Path(file).open("rb") as stream:
                data = stream.read(MAX_BYTES + 1)
    except OSError as error:
        problem = f"{file}: cannot be read: {error.strerror}: name a configuration, its folder, or - for stdin"
        raise KubewitnessError(problem) from error
    if len(data) > MAX_BYTES:
        raise KubewitnessError(f"{file}: larger than {MAX_BYTES} bytes: no configuration is")
    return data.decode("utf-8-sig", "replace")


def _with_includes(program: Program, texts: dict[str, str]) -> dict[str, str]:
    """And what they ask for, as far as it lies beside them, or where they say on this machine's own configuration."""
    found = dict(texts)
    waiting = list(texts)
    while waiting and len(found) < MOST_FILES:
        name = waiting.pop(0)
        for path in _asked_for(name, includes_of(program, found[name])):
            if str(path) not in found and str(path.resolve()) not in {str(Path(item).resolve()) for item in found}:
                found[str(path)] = read_text(str(path))
                waiting.append(str(path))
    return found


def _asked_for(name: str, patterns: Iterable[str]) -> Iterator[Path]:
    if name == "-":
        return
    folder = Path(name).parent
    for pattern in patterns:
        for base, glob in _places(folder, pattern):
            inside = [path for path in _matching(base, glob) if path.is_file() and _lies_in(base, path)]
            yield from inside
            if inside:
                break


def _places(folder: Path, pattern: str) -> Iterator[tuple[Path, str]]:
    """Where it can lie. What is absolute is another machine's, unless the file that asks lies above it."""
    asked = Path(pattern)
    if not asked.is_absolute():
        yield folder, pattern
        return
    if asked.is_relative_to(folder.resolve()):
        yield folder.resolve(), str(asked.relative_to(folder.resolve()))
        return
    yield folder, str(Path(*asked.parts[-2:]))
    yield folder, asked.name


def _lies_in(base: Path, path: Path) -> bool:
    """A configuration of somebody else's names no file of this machine by way of ``..`` or a link."""
    return path.resolve().is_relative_to(base.resolve())


def _matching(base: Path, glob: str) -> list[Path]:
    try:
        found = sorted(base.glob(glob)) if glob not in {"", "."} else []
    except (OSError, ValueError, NotImplementedError):  # .. and the like are no glob of pathlib's
        return []
    folders = [path for path in found if path.is_dir()]
    return [*found, *(path for folder in folders for path in sorted(folder.iterdir()) if path.suffix in SUFFIXES)]
