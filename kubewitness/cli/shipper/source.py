"""The files of one or more shipper configurations: what is named, what lies in folders, and what they include."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from kubewitness.errors import KubewitnessError
from kubewitness.filesize import MAX_BYTES
from kubewitness.shippers.detect import program_of
from kubewitness.shippers.embedded import embedded
from kubewitness.shippers.includes import includes_of

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Iterator, Sequence

    from kubewitness.shippers.model import Program

SUFFIXES: Final = frozenset({".conf", ".yaml", ".yml", ".toml", ".json"})
"""What is read of a folder."""
MOST_FILES: Final = 500
_MAIN: Final = frozenset({"rsyslog", "fluent-bit", "filebeat", "vector", "otelcol", "config"})
"""What main files are called."""


@dataclass(frozen=True, slots=True)
class Source:
    """A configuration. ``texts``: name -> text, the main one first; ``inside``: name -> the manifest it stands in."""

    program: Program
    texts: dict[str, str]
    inside: dict[str, str]


@dataclass(frozen=True, slots=True)
class _File:
    """``named``: on the command line. ``group``: of a ConfigMap, whose texts are one configuration."""

    name: str
    text: str
    named: bool
    group: str = ""
    inside: str = ""


def configurations(files: Sequence[str], program: Program | None) -> list[Source]:
    """The configurations in ``files``. ``program``: of all of them; ``None``: each says it itself.

    Raises KubewitnessError for a file that cannot be read, or that is no configuration of a shipper we know.
    """
    found: dict[tuple[Program, str], list[_File]] = {}
    unknown: list[_File] = []
    for file in _files(files):
        which = program or program_of(file.text)
        if which is not None:
            found.setdefault((which, file.group), []).append(file)
        elif file.named:
            unknown.append(file)
    if unknown and len(found) != 1:
        raise KubewitnessError(f"{unknown[0].name}: {_none_known(program)}")
    if not found:
        raise KubewitnessError(f"{' '.join(files)}: {_none_known(program)}")
    # with one program: an environment file or a unit, which its reader understands
    return [_source(which, [*group, *unknown]) for (which, _), group in found.items()]


def _source(program: Program, files: Sequence[_File]) -> Source:
    inside = {file.name: file.inside for file in files if file.inside}
    return Source(program, _with_includes(program, {file.name: file.text for file in files}, inside), inside)


def _none_known(program: Program | None) -> str:
    if program is not None:
        return "no file with .conf, .yaml, .yml, .toml or .json in it: name the files"
    return "not a shipper's configuration that is known here: say whose with --program"


def _files(files: Sequence[str]) -> Iterator[_File]:
    count = 0
    for file in files:
        path = Path(file)
        if file == "-" or not path.is_dir():
            yield from _parts(file, read_text(file), named=True)
            continue
        listed = (item for item in path.rglob("*") if item.suffix in SUFFIXES and item.is_file())
        inside = sorted(listed, key=_main_first)
        count += len(inside)
        if count > MOST_FILES:
            raise KubewitnessError(f"{file}: more than {MOST_FILES} files: name the folder of one configuration")
        for item in inside:
            yield from _parts(str(item), read_text(str(item)), named=False)


def _parts(file: str, text: str, *, named: bool) -> Iterator[_File]:
    """The file itself, or the texts of the ConfigMaps in it."""
    texts = embedded(text)
    if not texts:
        yield _File(file, text, named)
    for item in texts:
        yield _File(f"{file}/{item.key}", item.text, named=False, group=f"{file} {item.within}", inside=file)


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


def _with_includes(program: Program, texts: dict[str, str], inside: Container[str]) -> dict[str, str]:
    """And what they ask for, as far as it lies beside them, or where they say on this machine's own configuration.

    ``inside``: those that are no files.
    """
    found = dict(texts)
    waiting = [name for name in texts if name not in inside]
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
