"""Which files a glob takes, in the dialect of the program that expands it. Pure.

Patterns are foreign text: they are matched in time that grows with pattern times path, never by backtracking.
"""

from __future__ import annotations

import posixpath
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeAlias

from kubewitness.shippers.model import Program

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

MOST_ALTERNATIVES: Final = 256
"""Of the braces of one pattern; what lies beyond is not looked at."""
LONGEST: Final = 4096
"""Characters of a pattern; PATH_MAX of Linux."""
STAMP: Final = "2026-11-21T23-50-00.000"
"""How lumberjack writes the moment of a rotation.

Source: https://github.com/natefinch/lumberjack/blob/v2.2.1/lumberjack.go (backupTimeFormat)
"""


@dataclass(frozen=True, slots=True)
class Dialect:
    """``braces``: ``{a,b}``. ``double_star``: ``**`` crosses folders. ``hidden``: a star takes a leading dot."""

    braces: bool
    double_star: bool
    hidden: bool


DIALECTS: Final[Mapping[Program, Dialect]] = {
    # glob(3) with GLOB_BRACE: https://github.com/rsyslog/rsyslog/blob/v8.2302.0/plugins/imfile/imfile.c
    Program.RSYSLOG: Dialect(braces=True, double_star=False, hidden=False),
    # https://pkg.go.dev/github.com/bmatcuk/doublestar/v4
    Program.OTELCOL: Dialect(braces=True, double_star=True, hidden=True),
    # filepath.Glob, and ** as a folder of up to eight levels (recursive_glob):
    # https://www.elastic.co/guide/en/beats/filebeat/7.17/filebeat-input-filestream.html
    Program.FILEBEAT: Dialect(braces=False, double_star=True, hidden=True),
    # glob(3): https://docs.fluentbit.io/manual/data-pipeline/inputs/tail
    Program.FLUENT_BIT: Dialect(braces=False, double_star=False, hidden=False),
    # https://docs.rs/glob/latest/glob/struct.Pattern.html
    Program.VECTOR: Dialect(braces=False, double_star=True, hidden=True),
}


@dataclass(frozen=True, slots=True)
class _Star:
    """Any characters. ``folders``: slashes too."""

    folders: bool


@dataclass(frozen=True, slots=True)
class _Folders:
    """``**/``: no folder, or any number of whole ones. It stands twice: ``inside`` is where one has begun."""

    inside: bool


@dataclass(frozen=True, slots=True)
class _One:
    """One character of ``chars`` (``None``: any), or none of them; never a slash."""

    chars: frozenset[str] | None
    ranges: tuple[tuple[str, str], ...] = ()
    negated: bool = False

    def takes(self, char: str) -> bool:
        if char == "/":
            return False
        if self.chars is None:
            return True
        inside = char in self.chars or any(low <= char <= high for low, high in self.ranges)
        return inside != self.negated


_Piece: TypeAlias = "_Star | _Folders | _One | str"


def takes(pattern: str, path: str, program: Program) -> bool:
    """Whether ``program`` reads the file ``path`` for ``pattern``."""
    dialect = DIALECTS[program]
    return any(_matches(list(_tokens(each, dialect)), path, dialect) for each in _expanded(pattern, dialect))


def is_glob(pattern: str, program: Program) -> bool:
    """Whether more than one name can match."""
    return any(char in pattern for char in "*?[") or (DIALECTS[program].braces and "{" in pattern)


def sample(pattern: str, program: Program) -> str:
    """A live log that ``pattern`` is meant for: its stars stand for nothing, or for ``audit`` where no name is left."""
    dialect = DIALECTS[program]
    first = next(_expanded(pattern, dialect), pattern)
    folder, name = posixpath.split(first)
    plain = _filled(name, dialect, "")
    if not plain or plain.startswith("."):
        plain = _filled(name, dialect, "audit")
    return posixpath.join(_filled(folder, dialect, "x"), plain)


def _filled(text: str, dialect: Dialect, star: str) -> str:
    return "".join(_standing_for(token, star) for token in _tokens(text, dialect))


def _standing_for(token: _Piece, star: str) -> str:
    if isinstance(token, str):
        return token
    if isinstance(token, _Star):
        return star
    if isinstance(token, _Folders):
        return "x/" if token.inside else ""
    known: list[str] = [*sorted(token.chars or ()), *(low for low, _ in token.ranges), "x", "y", "z"]
    return next((char for char in known if token.takes(char)), "x")


def rotated(path: str) -> str:
    """What lumberjack calls ``path`` once it is full: ``audit.log`` becomes ``audit-<moment>.log`` beside it."""
    folder, name = posixpath.split(path)
    dot = name.rfind(".")
    stem, extension = (name[:dot], name[dot:]) if dot >= 0 else (name, "")
    return posixpath.join(folder, f"{stem}-{STAMP}{extension}")


def widened(path: str) -> str:
    """A glob for the file ``path`` and for what it is called once it is full."""
    folder, name = posixpath.split(path)
    dot = name.rfind(".")
    stem, extension = (name[:dot], name[dot:]) if dot > 0 else (name, "")
    return posixpath.join(folder, f"{stem.rstrip('*')}*{extension.rstrip('*')}")


def _expanded(pattern: str, dialect: Dialect) -> Iterator[str]:
    """``pattern`` without braces: each alternative, at most ``MOST_ALTERNATIVES``."""
    if len(pattern) > LONGEST:
        return
    waiting, given = [pattern], 0
    while waiting and given < MOST_ALTERNATIVES:
        text = waiting.pop()
        found = _first_brace(text) if dialect.braces else None
        if found is None:
            given += 1
            yield text
        elif len(waiting) < MOST_ALTERNATIVES:
            start, end, parts = found
            waiting += [text[:start] + part + text[end:] for part in reversed(parts)]


def _first_brace(text: str) -> tuple[int, int, list[str]] | None:
    """Start, end and alternatives of the first whole pair of braces."""
    start = text.find("{")
    if start < 0:
        return None
    depth, parts, begin = 0, [], start + 1
    for at in range(start, len(text)):
        char = text[at]
        depth += (char == "{") - (char == "}")
        if char == "," and depth == 1:
            parts.append(text[begin:at])
            begin = at + 1
        if depth == 0:
            return start, at + 1, [*parts, text[begin:at]]
    return None


def _tokens(pattern: str, dialect: Dialect) -> Iterator[_Piece]:
    at = 0
    while at < len(pattern):
        token, at = _token(pattern, at, dialect)
        yield token
        if isinstance(token, _Folders):
            yield _Folders(inside=True)


def _token(pattern: str, at: int, dialect: Dialect) -> tuple[_Piece, int]:
    char = pattern[at]
    if char == "*":
        end = at
        while end < len(pattern) and pattern[end] == "*":
            end += 1
        crosses = dialect.double_star and end - at > 1
        whole = crosses and pattern[end : end + 1] == "/" and (at == 0 or pattern[at - 1] == "/")
        return (_Folders(inside=False), end + 1) if whole else (_Star(crosses), end)
    if char == "?":
        return _One(None), at + 1
    if char == "[" and (found := _class(pattern, at)):
        return found
    if char == "\\" and at + 1 < len(pattern):
        return pattern[at + 1], at + 2
    return char, at + 1


def _class(pattern: str, at: int) -> tuple[_One, int] | None:
    """``[a-z]``, ``[!a]``, ``[^a]``; ``None``: the bracket is never closed and stands for itself."""
    begin = at + 1
    negated = pattern[begin : begin + 1] in {"!", "^"}
    begin += negated
    end = pattern.find("]", begin + 1)
    if end < 0:
        return None
    inner, chars, ranges, here = pattern[begin:end], set(), [], 0
    while here < len(inner):
        if inner[here + 1 : here + 2] == "-" and here + 2 < len(inner):
            ranges.append((inner[here], inner[here + 2]))
            here += 3
        else:
            chars.add(inner[here])
            here += 1
    return _One(frozenset(chars), tuple(ranges), negated), end + 1


def _matches(tokens: list[_Piece], path: str, dialect: Dialect) -> bool:
    """The places in ``tokens`` that can have been reached, character by character."""
    here = _closed({0}, tokens)
    for at, char in enumerate(path):
        hidden = char == "." and not dialect.hidden and (at == 0 or path[at - 1] == "/")
        here = _closed(set(_stepped(here, tokens, char, hidden=hidden)), tokens)
        if not here:
            return False
    return len(tokens) in here


def _stepped(here: Iterable[int], tokens: list[_Piece], char: str, *, hidden: bool) -> Iterator[int]:
    for place in here:
        match tokens[place] if place < len(tokens) else None:
            case str(letter) if letter == char:
                yield place + 1
            case _Star(folders) if not hidden and (char != "/" or folders):
                yield place
            case _Folders(inside=True):
                yield place
                if char == "/":
                    yield place + 1
            case _One() as one if not hidden and one.takes(char):
                yield place + 1


def _closed(places: set[int], tokens: list[_Piece]) -> set[int]:
    """With the places that are reached without a character more: a star may stand for nothing."""
    waiting = list(places)
    while waiting:
        at = waiting.pop()
        token = tokens[at] if at < len(tokens) else None
        further: tuple[int, ...] = ()
        if isinstance(token, _Star):
            further = (at + 1,)
        elif isinstance(token, _Folders) and not token.inside:
            further = (at + 1, at + 2)
        waiting += [place for place in further if place not in places]
        places.update(further)
    return places
