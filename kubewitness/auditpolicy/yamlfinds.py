"""Where in the documents of a YAML or JSON file is something that says it is an audit policy, or a text that holds one?

By what is there, not by who wrote it: a mapping with the policy's apiVersion, wherever it hangs; a text in which that
apiVersion comes up. Read as a stream of events: no alias is followed, so an alias bomb costs nothing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import yaml

from kubewitness.auditpolicy.identity import GROUP, KIND

if TYPE_CHECKING:
    from collections.abc import Iterator

_SIGN: Final = f"{GROUP}/"
BASE64: Final = re.compile(r"(?:data:[\w/+.;=-]{0,100};base64,)?(?P<digits>[A-Za-z0-9+/\s]{60,}+={0,2})\s*\Z")
"""A text, or the URL of one, that may be base64. Shorter ones hold no policy."""

_COPY_OF_ITSELF: Final = "kubectl.kubernetes.io/last-applied-configuration"
"""An annotation in which kubectl keeps the object as it was: a policy in it would be found twice."""
_LONGEST_KEY: Final = 60
_DEEPEST: Final = 900
"""Levels of nesting. libyaml takes a time that grows with the square of it."""
_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True, slots=True)
class FoundMapping:
    """A mapping that says it is a policy. Lines and columns count from 0, ``start`` and ``end`` are characters."""

    path: str
    line: int
    column: int
    start: int
    end: int
    flow: bool


@dataclass(frozen=True, slots=True)
class FoundText:
    """A text that may hold a policy. ``literal``: a block with ``|``, whose lines are lines of the file."""

    path: str
    text: str
    line: int
    column: int
    literal: bool


@dataclass(slots=True)
class Finds:
    """``is_policy``: the root of the first document is one, or nothing, or a policy without apiVersion.

    ``broken``: the line (from 0) of the document that is no YAML, or is nested too deep; ``None`` where there is none.
    """

    is_policy: bool = False
    broken: int | None = None
    found: list[FoundMapping | FoundText] = field(default_factory=list)


def says_policy(text: str) -> bool:
    """Whether there may be a policy in a text: one that was written in some other way would not be one."""
    return _SIGN in text and "apiversion" in text.casefold()


def finds(text: str) -> Finds:
    """What is in a text. Raises nothing."""
    walker = _Walker()
    line, complete = 0, 0
    try:
        for event in _events(text):
            if isinstance(event, yaml.DocumentStartEvent) and event.start_mark is not None:
                line, complete = event.start_mark.line, len(walker.finds.found)
            walker.see(event)
    except (yaml.YAMLError, ValueError):
        walker.finds.broken = line
        del walker.finds.found[complete:]
    return walker.finds


def _events(text: str) -> Iterator[Any]:
    loader = _Loader(text)
    try:
        while loader.check_event():
            yield loader.get_event()
    finally:
        loader.dispose()


@dataclass(slots=True)
class _Open:
    """A mapping or list whose end did not come yet. ``key``: the key whose value is next; ``at``: where its text is."""

    event: Any
    is_map: bool
    found: int
    key: str | None = None
    index: int = -1
    first: Any = None
    api_version: str = ""
    kind: str = ""

    @property
    def is_policy(self) -> bool:
        return self.api_version.startswith(_SIGN) and self.kind in {"", KIND}

    @property
    def is_policy_without_version(self) -> bool:
        return self.kind == KIND and not self.api_version


class _Walker:
    def __init__(self) -> None:
        self.finds = Finds()
        self.open: list[_Open] = []
        self.documents = 0

    def see(self, event: Any) -> None:
        match event:
            case yaml.DocumentStartEvent():
                self.documents += 1
            case yaml.CollectionStartEvent():
                self._value_begins(event)
                is_map = isinstance(event, yaml.MappingStartEvent)
                self.open.append(_Open(event, is_map, len(self.finds.found)))
            case yaml.CollectionEndEvent():
                self._close(event)
            case yaml.ScalarEvent():
                self._scalar(event)
            case yaml.AliasEvent():
                self._value_begins(event)
                self._value_ends()

    def _value_begins(self, event: Any) -> None:
        """A key or a value starts: of a list it is the next item. Raises ValueError where it is nested too deep."""
        if len(self.open) > _DEEPEST:
            raise ValueError(_DEEPEST)
        if self.open:
            inside = self.open[-1]
            inside.first = inside.first or event.start_mark
            inside.index += not inside.is_map

    def _value_ends(self) -> None:
        """What came was the value of a key, or a key that is no text."""
        if self.open and self.open[-1].is_map:
            inside = self.open[-1]
            inside.key = None if inside.key is not None else "?"

    def _scalar(self, event: Any) -> None:
        self._value_begins(event)
        inside = self.open[-1] if self.open else None
        if inside is None:
            self._root_scalar(event)
        elif inside.is_map and inside.key is None:
            inside.key = event.value[:_LONGEST_KEY]
            return
        elif inside.is_map:
            self._identify(inside, event.value)
        if (says_policy(event.value) or BASE64.match(event.value)) and _COPY_OF_ITSELF not in self._keys():
            at = event.start_mark
            self.finds.found.append(FoundText(self._path(), event.value, at.line, at.column, event.style == "|"))
        self._value_ends()

    def _root_scalar(self, event: Any) -> None:
        if self.documents == 1 and not event.style and event.value in {"", "~", "null", "Null", "NULL"}:
            self.finds.is_policy = True

    def _identify(self, inside: _Open, value: str) -> None:
        match (inside.key or "").casefold():
            case "apiversion":
                inside.api_version = value
            case "kind":
                inside.kind = value

    def _close(self, event: Any) -> None:
        closed = self.open.pop()
        if not self.open and self.documents == 1 and closed.is_map:
            itself = closed.api_version.startswith(_SIGN) or closed.is_policy_without_version
            self.finds.is_policy = self.finds.is_policy or itself
        if closed.is_map and closed.is_policy:
            del self.finds.found[closed.found :]
            flow = bool(closed.event.flow_style)
            begin = closed.event.start_mark if flow else closed.first
            self.finds.found.append(
                FoundMapping(self._path(), begin.line, begin.column, begin.index, event.end_mark.index, flow)
            )
        self._value_ends()

    def _keys(self) -> list[str]:
        return [inside.key or "" for inside in self.open if inside.is_map]

    def _path(self) -> str:
        """As ``spec.files[0].content``; empty for the root of a document."""
        parts = (f".{inside.key}" if inside.is_map else f"[{inside.index}]" for inside in self.open)
        return "".join(parts).removeprefix(".")
