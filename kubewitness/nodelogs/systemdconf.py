"""Configuration files of systemd as it merges them: a main file, and drop-ins by name. Pure.

Source: https://www.freedesktop.org/software/systemd/man/latest/systemd.unit.html and journald.conf.html: the first main
file found counts; of drop-ins with one name the one in the first folder; they are read in the order of their names,
whatever their folder, after the main file; the last assignment wins, and an empty one takes back what was before.
"""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from kubewitness.model import Reason, Unread

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from kubewitness.probe.reading import File

#: Where systemd looks, the first first. The last is the same as the one before on most distributions.
FOLDERS: Final = ("/etc/systemd", "/run/systemd", "/usr/local/lib/systemd", "/usr/lib/systemd", "/lib/systemd")
_COMMENTED: Final = re.compile(r"^#([A-Z][A-Za-z]*)=(.*)$")


@dataclass(frozen=True, slots=True)
class Assignment:
    """``KEY=value`` as it stands in a file. ``where``: ``FILE:LINE``."""

    value: str
    where: str


@dataclass(frozen=True, slots=True)
class Merged:
    """One section, merged. ``assignments``: by key, in the order in which they are read.

    ``commented``: what the main file has behind ``#``: on Debian, Fedora and others the defaults that are compiled in.
    ``files``: those that count, in that order. ``shadowed``: those that another of the same name hides.
    """

    assignments: dict[str, tuple[Assignment, ...]]
    commented: dict[str, str]
    files: tuple[File, ...]
    shadowed: tuple[str, ...]


def merge(files: Sequence[File], name: str, section: str) -> Merged | Unread:
    """``section`` of the configuration ``name`` (``journald.conf``, ``system/kubelet.service``) among ``files``.

    ``Unread`` where one that counts could not be read: it may say anything.
    """
    mains = [file for folder in FOLDERS for file in files if file.path == f"{folder}/{name}" and _counts(file)]
    found: dict[str, File] = {}
    shadowed: list[str] = [file.path for file in mains[1:] if file.real != mains[0].real]
    for file in sorted(files, key=_rank):
        folder, base = posixpath.split(file.path)
        if folder not in {f"{place}/{name}.d" for place in FOLDERS} or not _counts(file):
            continue
        if base in found:
            shadowed += [file.path] if found[base].real != file.real else []
        else:
            found[base] = file
    counting = (*mains[:1], *(found[base] for base in sorted(found)))
    assignments: dict[str, tuple[Assignment, ...]] = {}
    for file in counting:
        if is_masked(file):
            continue
        if not isinstance(file.text, str):
            return _why(file)
        for key, assignment in _assignments(file.text, file.path, section):
            assignments[key] = (*assignments.get(key, ()), assignment) if assignment.value else ()
    return Merged(assignments, _commented(mains), counting, tuple(shadowed))


def is_masked(file: File) -> bool:
    """A link to /dev/null: it says nothing, and hides those of its name."""
    return file.real == "/dev/null"


def _counts(file: File) -> bool:
    """Whether something has this name: in a file tree a link to /dev/null leads to nothing."""
    return not file.absent or is_masked(file)


def _why(file: File) -> Unread:
    if isinstance(file.text, Unread):
        return Unread(file.text.reason, f"{file.path}: {file.text.detail}")
    why = file.shape if isinstance(file.shape, Unread) else Unread(Reason.NOT_OBSERVED, "not read")
    return Unread(why.reason, f"{file.path}: {why.detail}")


def _rank(file: File) -> int:
    """Its folder's place among those in which systemd looks."""
    return next((rank for rank, folder in enumerate(FOLDERS) if file.path.startswith(f"{folder}/")), len(FOLDERS))


def _commented(mains: Sequence[File]) -> dict[str, str]:
    text = mains[0].text if mains else None
    matches = map(_COMMENTED.match, text.splitlines()) if isinstance(text, str) else ()
    return {match[1]: match[2].strip() for match in matches if match}


def _assignments(text: str, path: str, section: str) -> Iterator[tuple[str, Assignment]]:
    inside = False
    for number, line in _lines(text):
        if line.startswith("["):
            inside = line.rstrip() == f"[{section}]"
        elif inside:
            key, equals, value = line.partition("=")
            if equals:
                yield key.strip(), Assignment(value.strip(), f"{path}:{number}")


def _lines(text: str) -> Iterator[tuple[int, str]]:
    """Logical lines with the number of their first: a backslash at the end goes on, comments do not count."""
    held, at = "", 0
    for number, raw in enumerate(text.split("\n"), start=1):
        line = raw.strip()
        if line.startswith(("#", ";")) or (not line and not held):
            continue
        at = at if held else number
        if line.endswith("\\"):
            held += f"{line[:-1]} "
            continue
        yield at, f"{held}{line}"
        held = ""
    if held:
        yield at, held
