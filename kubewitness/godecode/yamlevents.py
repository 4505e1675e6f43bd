"""The events of the first YAML document, as go-yaml v2 would see them, with limits.

libyaml does the scanning. go-yaml v2 is a port of an older libyaml; where the two disagree, the text is rewritten into
one that libyaml reads as go-yaml reads the original (columns behind such a place are a little too high then).
Sources: https://pkg.go.dev/go.yaml.in/yaml/v2, https://github.com/yaml/libyaml
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass, replace
from enum import Enum, auto
from typing import TYPE_CHECKING, Any, Final

import yaml

from kubewitness.godecode.tree import START, Mark, TreeError

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_DEPTH: Final = 900
"""libyaml gives up at 1000, go-yaml at 10,000. Nothing that a policy may hold is nested deeper than eight."""
MAX_NODES: Final = 100_000
_TOO_MUCH: Final = f"more than {MAX_NODES} values, or more than {MAX_DEPTH} levels of nesting"
_MAX_REWRITES: Final = 20
_CHUNK: Final = 512

_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_TAG: Final = re.compile(r"!(?!<)[-\w;/?:@&=+$,.!~*'()\[\]%]*", re.ASCII)
_INDICATORS: Final = str.maketrans({",": "%2C", "[": "%5B", "]": "%5D"})
_MARK_INSIDE: Final = re.compile(rb"([\r\n]|\xc2\x85|\xe2\x80[\xa8\xa9])\xef\xbb\xbf")
_STAND_IN: Final = "\ue0a1"
"""A character without any meaning, private to whoever uses it."""


class EventKind(Enum):
    """What an event starts, ends or is."""

    MAP = auto()
    LIST = auto()
    END = auto()
    ALIAS = auto()
    SCALAR = auto()


@dataclass(frozen=True, slots=True)
class Event:
    """One event. ``index`` counts characters from the start of the file.

    ``tag`` is the long form, or ``""`` where none is written. ``plain``: an unquoted scalar without a tag, or with the
    tag ``!``. ``flow``: a collection in brackets.
    """

    kind: EventKind
    mark: Mark
    index: int
    anchor: str | None = None
    tag: str = ""
    text: str = ""
    plain: bool = False
    flow: bool = False


class _Rewritten(Exception):  # noqa: N818  no error: read this text instead
    def __init__(self, text: str) -> None:
        super().__init__()
        self.text = text


def events(data: bytes) -> list[Event]:
    """The events of the first document; empty where there is none. Raises TreeError."""
    data = data.removeprefix(codecs.BOM_UTF8)
    if data.startswith(codecs.BOM_UTF8):
        # go-yaml then loses the first letter of many a line
        raise TreeError("a file with two byte order marks", START, beyond_limits=True)
    if _MARK_INSIDE.search(data) is None:
        return _events(data)
    # a byte order mark at the start of a later line is a letter to go-yaml, and nothing to libyaml
    found = _events(_MARK_INSIDE.sub(rb"\1" + _STAND_IN.encode("utf-8"), data))
    return [replace(event, text=event.text.replace(_STAND_IN, "\ufeff")) for event in found]


def _events(data: bytes) -> list[Event]:
    for _ in range(_MAX_REWRITES):
        try:
            return list(_first_document(data))
        except _Rewritten as rewritten:
            data = rewritten.text.encode("utf-8")
        except yaml.MarkedYAMLError as error:
            text = _rewritten(data, error)
            if text is None:
                raise _syntax_error(error) from error
            data = text.encode("utf-8")
        except UnicodeDecodeError as error:
            # !a%ED%A0%80: libyaml passes the bytes on, PyYAML cannot
            raise TreeError("a tag whose escapes are no UTF-8", START, beyond_limits=True) from error
        except yaml.reader.ReaderError as error:
            raise TreeError(f"yaml: {error.reason}", _mark_at(data[: error.position])) from error
    raise TreeError("YAML that libyaml and go-yaml read differently in many places", START, beyond_limits=True)


class _Chunks:
    """The file in go-yaml's portions: what stands behind the first document is not always looked at."""

    name = "<audit policy>"

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.start = 0
        self.unfinished = 0

    def read(self, _size: int = 0, /) -> bytes:
        """The next portion: 512 bytes, those of a character that the last one left unfinished included."""
        end = self.start + _CHUNK - self.unfinished
        chunk = self.data[self.start : end]
        self.start = end
        lead = next((back for back in (1, 2, 3) if chunk[-back:][:1] >= b"\xc0"), 0)
        self.unfinished = lead if lead and lead < _width(chunk[-lead]) else 0
        return chunk


def _width(lead: int) -> int:
    return 2 if lead < 0xE0 else 3 if lead < 0xF0 else 4


def _first_document(data: bytes) -> Iterator[Event]:
    inside: list[Event] = []
    anchors: set[str | None] = set()
    nodes = 0
    for event in _content(data):
        if event.kind is EventKind.END:
            inside.pop()
        else:
            nodes += 1
            if nodes > MAX_NODES or len(inside) > MAX_DEPTH:
                raise TreeError(_TOO_MUCH, event.mark, beyond_limits=True)
            _refuse_as_goyaml(event, inside, anchors, data)
        if event.kind in {EventKind.MAP, EventKind.LIST}:
            inside.append(event)
        yield event


def _content(data: bytes) -> Iterator[Event]:
    """Starts and ends of the nodes of the first document, as libyaml sees them."""
    loader = _Loader(_Chunks(data))
    try:
        while loader.check_event():
            found = loader.get_event()
            if isinstance(found, yaml.DocumentEndEvent):
                return
            if isinstance(found, yaml.DocumentStartEvent) and found.version == (1, 2):
                raise TreeError("yaml: found incompatible YAML document", _mark(found.start_mark))
            event = _event(found)
            if event is not None:
                yield event
    finally:
        loader.dispose()


def _event(found: Any) -> Event | None:
    # PyYAML's classes declare few of their attributes
    mark, index = _mark(found.start_mark), found.start_mark.index
    match found:
        case yaml.CollectionEndEvent():
            return Event(EventKind.END, mark, index)
        case yaml.AliasEvent():
            return Event(EventKind.ALIAS, mark, index, found.anchor)
        case yaml.ScalarEvent():
            plain = bool(found.implicit[0])
            return Event(EventKind.SCALAR, mark, index, found.anchor, found.tag or "", found.value, plain)
        case yaml.CollectionStartEvent():
            kind = EventKind.MAP if isinstance(found, yaml.MappingStartEvent) else EventKind.LIST
            return Event(kind, mark, index, found.anchor, found.tag or "", flow=bool(found.flow_style))
        case _:
            return None


def _refuse_as_goyaml(event: Event, inside: list[Event], anchors: set[str | None], data: bytes) -> None:
    """Unknown anchors, a question mark in a plain scalar of a flow collection, a tag that libyaml cut short."""
    if event.kind is EventKind.ALIAS:
        if event.anchor not in anchors:
            raise TreeError(f"yaml: unknown anchor '{event.anchor}' referenced", event.mark)
        return
    anchors.add(event.anchor)
    if event.tag and b"%00" in data:
        raise TreeError("a tag with a NUL", event.mark, beyond_limits=True)
    text = _text(data) if event.tag else None
    rewritten = _with_whole_tag(text, text.find("!", event.index)) if text is not None else None
    if rewritten is not None:
        raise _Rewritten(rewritten)
    if event.plain and "?" in event.text and inside and inside[-1].flow:
        before = data.decode("utf-8", "replace")
        mark = _mark_at(before[: before.find("?", event.index)].encode("utf-8"))
        where = f"line {mark.line - 1}: " if mark.line > 1 else ""
        closing = "]" if inside[-1].kind is EventKind.LIST else "}"
        raise TreeError(f"yaml: {where}did not find expected ',' or '{closing}'", mark)


def _text(data: bytes) -> str | None:
    """The file with libyaml's indices; ``None`` where it is no UTF-8, which is not rewritten."""
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return None


def _with_whole_tag(text: str, start: int) -> str | None:
    """``,``, ``[`` and ``]`` belong to a tag in go-yaml and end it in libyaml; escaped they belong to it in both."""
    found = _TAG.match(text, start) if start >= 0 else None
    if found is None or found[0].translate(_INDICATORS) == found[0]:
        return None
    return text[:start] + found[0].translate(_INDICATORS) + text[found.end() :]


def _rewritten(data: bytes, error: yaml.MarkedYAMLError) -> str | None:
    """The text that libyaml will take; ``None`` where go-yaml refuses it as well."""
    text = _text(data)
    if text is None or error.context_mark is None or error.problem_mark is None:
        return None
    start, end = error.context_mark.index, error.problem_mark.index + 1
    if error.problem == "found unexpected ':'":
        # [a:, b]: the colon belongs to the scalar. With a colon it is a string, quoted or not.
        scalar = text[start:end].replace("'", "''")
        return f"{text[:start]} '{scalar}'{text[end:]}"
    return _with_whole_tag(text, start) if (error.context or "").endswith(" a tag") else None


def _syntax_error(error: yaml.MarkedYAMLError) -> TreeError:
    """The error with go-yaml's line: its parser counts from 0, its scanner from 1, and line 0 is not said."""
    mark = error.problem_mark or error.context_mark
    line = 0
    if error.problem_mark is not None and error.problem_mark.line:
        line = error.problem_mark.line + isinstance(error, yaml.scanner.ScannerError)
    elif error.context_mark is not None:
        line = error.context_mark.line
    text = error.problem or "unknown problem parsing YAML content"
    return TreeError(f"yaml: line {line}: {text}" if line else f"yaml: {text}", _mark(mark) if mark else START)


def _mark(mark: Any) -> Mark:
    return Mark(mark.line + 1, mark.column + 1)


def _mark_at(before: bytes) -> Mark:
    """The place behind ``before``."""
    last_line = before[before.rfind(b"\n") + 1 :]
    return Mark(before.count(b"\n") + 1, len(last_line.decode("utf-8", "replace")) + 1)
