"""Would a filter of Cloud Logging take an entry? Answered as far as it can be known without the entry. Pure.

Three answers: yes, no, and ``None``, not known. A filter speaks of fields that we know of every entry of a log (its
name, its resource) and of others (who asked, for what); and whatever is not understood here is not known either.

Source: https://cloud.google.com/logging/docs/view/logging-query-language
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote

if TYPE_CHECKING:
    from collections.abc import Mapping

_TOKEN: Final = re.compile(
    r"""\s+|--[^\n]*|(?P<text>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')|(?P<mark><=|>=|!=|=~|!~|[()=:<>,])|(?P<word>[^\s"'()=:<>!,~]+)|(?P<other>.)""",
    re.DOTALL,
)
_SIGNS: Final = frozenset({"=", "!=", ":", "<", ">", "<=", ">=", "=~", "!~"})
_OTHER_PAYLOADS: Final = ("jsonpayload", "textpayload", "httprequest", "labels.")
_DEEPEST: Final = 50


def takes(text: str, entry: Mapping[str, str]) -> bool | None:
    """Whether the filter ``text`` matches every entry (true), none (false), or that is not known (``None``).

    Args:
        text: empty matches everything.
        entry: what all of them have in common: ``logName``, ``resource.type`` and the like -> value.
    """
    try:
        reader = _Reader(text, entry)
        found = reader.whole()
    except _NotUnderstoodError:
        return None
    return found


class _NotUnderstoodError(Exception):
    """Something that this module does not know."""


class _Reader:
    """Precedence from weak to strong: AND, OR, NOT; what stands side by side is joined by AND."""

    def __init__(self, text: str, entry: Mapping[str, str]) -> None:
        self._tokens = [(found.lastgroup, found[0]) for found in _TOKEN.finditer(text) if found.lastgroup]
        self._at = 0
        self._depth = 0
        self._entry = {name.lower(): value for name, value in entry.items()}

    def whole(self) -> bool | None:
        if not self._tokens:
            return True
        found = self._all()
        if self._at < len(self._tokens):
            raise _NotUnderstoodError
        return found

    def _all(self) -> bool | None:
        self._depth += 1
        if self._depth > _DEEPEST:
            raise _NotUnderstoodError
        parts = [self._any()]
        while self._peek() not in ("", ")"):
            self._accept("AND")
            parts.append(self._any())
        self._depth -= 1
        return False if False in parts else None if None in parts else True

    def _any(self) -> bool | None:
        parts = [self._not()]
        while self._accept("OR"):
            parts.append(self._not())
        return True if True in parts else None if None in parts else False

    def _not(self) -> bool | None:
        turned = False
        while self._accept("NOT"):
            turned = not turned
        if self._peek().startswith("-") and len(self._peek()) > 1 and self._tokens[self._at][0] == "word":
            turned = not turned
            self._tokens[self._at] = ("word", self._peek()[1:])
        found = self._one()
        return found if found is None or not turned else not found

    def _one(self) -> bool | None:
        if self._accept("("):
            found = self._all()
            self._need(")")
            return found
        kind, name = self._next()
        if kind not in ("word", "text") or name in ("AND", "OR"):
            raise _NotUnderstoodError
        if kind == "word" and self._accept("("):
            return self._function(name)
        sign = self._peek()
        if sign not in _SIGNS:
            return None  # a word alone is looked for in all fields
        self._at += 1
        if self._accept("("):
            return self._several(name, sign)
        return self._compared(name, sign, self._value())

    def _several(self, name: str, sign: str) -> bool | None:
        """``field = (a OR b)``: no more than that, else it is not understood."""
        parts = [self._compared(name, sign, self._value())]
        while self._accept("OR"):
            parts.append(self._compared(name, sign, self._value()))
        self._need(")")
        return True if True in parts else None if None in parts else False

    def _function(self, name: str) -> bool | None:
        """``log_id("x")`` is known; ``sample``, ``ip_in_net`` and others are not."""
        given = []
        while not self._accept(")"):
            given.append(self._next()[1])
        if name.lower() != "log_id" or len(given) != 1:
            return None
        log = self._entry.get("logname", "").partition("/logs/")[2]
        return unquote(log) == unquote(_bare(given[0]))

    def _compared(self, name: str, sign: str, value: str) -> bool | None:
        name = name.lower().replace("log_name", "logname").replace("proto_payload", "protopayload")
        if name not in self._entry:
            absent = name.startswith(_OTHER_PAYLOADS) and sign not in ("!=", "!~")
            return False if absent else None
        have, wanted = unquote(self._entry[name]).lower(), unquote(value).lower()
        match sign:
            case "=":
                return have == wanted
            case "!=":
                return have != wanted
            case ":":
                return wanted in have or wanted == "*"
        return None

    def _value(self) -> str:
        kind, text = self._next()
        if kind not in ("word", "text"):
            raise _NotUnderstoodError
        return _bare(text)

    def _peek(self) -> str:
        return self._tokens[self._at][1] if self._at < len(self._tokens) else ""

    def _next(self) -> tuple[str | None, str]:
        if self._at >= len(self._tokens):
            raise _NotUnderstoodError
        self._at += 1
        return self._tokens[self._at - 1]

    def _accept(self, word: str) -> bool:
        """Operators are written in capitals; a lower-case ``and`` is a word to look for."""
        if self._at < len(self._tokens) and self._tokens[self._at] in (("word", word), ("mark", word)):
            self._at += 1
            return True
        return False

    def _need(self, word: str) -> None:
        if not self._accept(word):
            raise _NotUnderstoodError


def _bare(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text[1:-1]) if text[:1] in "\"'" and len(text) > 1 else text
