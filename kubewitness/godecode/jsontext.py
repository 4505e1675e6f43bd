"""JSON as Go's encoding/json reads it: its grammar, its limits and its words when something is wrong.

Unlike Python's reader it keeps duplicate keys and knows where each value stands. Invalid UTF-8 inside a string becomes
U+FFFD, one a byte.
"""

from __future__ import annotations

import re
from typing import Final

from kubewitness.godecode.gotext import go_quote, replace_invalid
from kubewitness.godecode.tree import Array, Field, Kind, Mark, Object, Scalar, TreeError, Value

MAX_DEPTH: Final = 10_000
MAX_VALUES: Final = 100_000

_SPACE: Final = re.compile(rb"[ \t\r\n]*")
_STRING: Final = re.compile(rb'"((?:[^"\\\x00-\x1f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*)"')
_NUMBER: Final = re.compile(rb"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")
_ESCAPE: Final = re.compile(r'\\(?:(["\\/bfnrt])|u([0-9a-fA-F]{4}))')
_ESCAPED: Final = {'"': '"', "\\": "\\", "/": "/", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}
_WORDS: Final = {b"t": b"true", b"f": b"false", b"n": b"null"}
_BLANK_ENDS: Final = ("in literal", "in string escape", "in \\u", "in numeric", "after decimal", "in exponent")
_HEX: Final = frozenset(b"0123456789abcdefABCDEF")


def parse_json(data: bytes) -> Value:
    """The value in ``data``. Raises TreeError with Go's text."""
    return _Reader(data).read()


class _Open:
    """An object or array whose end was not read yet. ``key`` is the key of the value to come."""

    __slots__ = ("fields", "items", "key", "key_mark", "mark")

    def __init__(self, mark: Mark, *, is_object: bool) -> None:
        self.mark = mark
        self.fields: list[Field] | None = [] if is_object else None
        self.items: list[Value] = []
        self.key = ""
        self.key_mark = mark

    def add(self, value: Value) -> None:
        if self.fields is None:
            self.items.append(value)
        else:
            self.fields.append(Field(self.key, self.key_mark, value))

    def close(self) -> Value:
        return Array(tuple(self.items), self.mark) if self.fields is None else Object(tuple(self.fields), self.mark)


class _Reader:
    """One pass over the bytes with an explicit stack: the nesting may be deeper than Python's."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.at = 0
        self.values = 0
        self.open: list[_Open] = []
        self.line = 1
        self.column = 1
        self.marked = 0

    def read(self) -> Value:
        value = self._value()
        while True:
            if value is None:
                value = self._value()
            elif self.open:
                self.open[-1].add(value)
                value = self._after_value()
            else:
                break
        self._space()
        if self.at < len(self.data):
            raise self._unexpected("after top-level value")
        return value

    def _value(self) -> Value | None:
        """A value; ``None`` where it opened an object or array whose first value comes next."""
        first, mark = self._next(), self._mark()
        self.values += 1
        if self.values > MAX_VALUES:
            raise TreeError(f"more than {MAX_VALUES} values", mark, beyond_limits=True)
        if first in {b"{", b"["}:
            return self._container(mark, is_object=first == b"{")
        if first == b'"':
            return Scalar(Kind.STRING, self._string(), mark)
        if first in _WORDS:
            return self._word(_WORDS[first], mark)
        if first == b"-" or first.isdigit():
            return Scalar(Kind.NUMBER, self._number(), mark)
        raise self._unexpected("looking for beginning of value")

    def _container(self, mark: Mark, *, is_object: bool) -> Value | None:
        if len(self.open) >= MAX_DEPTH:
            raise self._unexpected("exceeded max depth")
        self.at += 1
        if self._next() == (b"}" if is_object else b"]"):
            self.at += 1
            return Object((), mark) if is_object else Array((), mark)
        self.open.append(_Open(mark, is_object=is_object))
        if is_object:
            self._key()
        return None

    def _key(self) -> None:
        if self._next() != b'"':
            raise self._unexpected("looking for beginning of object key string")
        self.open[-1].key_mark = self._mark()
        self.open[-1].key = self._string()
        if self._next() != b":":
            raise self._unexpected("after object key")
        self.at += 1

    def _after_value(self) -> Value | None:
        """Behind a value in an object or array: the closed container, or ``None`` where another value follows."""
        inside_object = self.open[-1].fields is not None
        found = self._next()
        if found == (b"}" if inside_object else b"]"):
            self.at += 1
            return self.open.pop().close()
        if found != b",":
            raise self._unexpected("after object key:value pair" if inside_object else "after array element")
        self.at += 1
        if inside_object:
            self._key()
        return None

    def _string(self) -> str:
        match = _STRING.match(self.data, self.at)
        if match is None:
            raise self._bad_string()
        self.at = match.end()
        text = replace_invalid(match[1].decode("utf-8", "surrogateescape"))
        if "\\" in text:
            text = _ESCAPE.sub(lambda found: _ESCAPED[found[1]] if found[1] else chr(int(found[2], 16)), text)
            text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")
            text = replace_invalid(text)
        return text

    def _bad_string(self) -> TreeError:
        """Go's words for the byte at which the string stops being one."""
        match = re.compile(rb'"(?:[^"\\\x00-\x1f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*').match(self.data, self.at)
        self.at = match.end() if match else self.at
        if self.data[self.at : self.at + 1] != b"\\":
            return self._unexpected("in string literal")
        self.at += 1
        if self.data[self.at : self.at + 1] != b"u":
            return self._unexpected("in string escape code")
        self.at += 1
        while self.at < len(self.data) and self.data[self.at] in _HEX:
            self.at += 1
        return self._unexpected("in \\u hexadecimal character escape")

    def _number(self) -> str:
        match = _NUMBER.match(self.data, self.at)
        if match is None:
            self.at += 1
            raise self._unexpected("in numeric literal")
        self.at = match.end()
        rest = self.data[self.at : self.at + 3]
        if rest[:1] == b"." and not re.search(rb"[.eE]", match[0]):
            self.at += 1
            raise self._unexpected("after decimal point in numeric literal")
        if rest[:1] in {b"e", b"E"} and not re.search(rb"[eE]", match[0]):
            self.at += 2 if rest[1:2] in {b"+", b"-"} else 1
            raise self._unexpected("in exponent of numeric literal")
        return match[0].decode("ascii")

    def _word(self, word: bytes, mark: Mark) -> Scalar:
        for index in range(1, len(word)):
            self.at += 1
            if self.data[self.at : self.at + 1] != word[index : index + 1]:
                raise self._unexpected(f"in literal {word.decode()} (expecting '{chr(word[index])}')")
        self.at += 1
        return Scalar(Kind.NULL if word == b"null" else Kind.BOOL, word.decode(), mark)

    def _space(self) -> None:
        match = _SPACE.match(self.data, self.at)
        self.at = match.end() if match else self.at

    def _next(self) -> bytes:
        self._space()
        return self.data[self.at : self.at + 1]

    def _mark(self) -> Mark:
        """Where the reader stands; counted on from the last mark, so that a file of one line stays linear."""
        passed = self.data[self.marked : self.at]
        breaks = passed.count(b"\n")
        if breaks:
            self.line += breaks
            self.column = 1
            passed = passed[passed.rindex(b"\n") + 1 :]
        self.column += len(passed.decode("utf-8", "surrogateescape"))
        self.marked = self.at
        return Mark(self.line, self.column)

    def _unexpected(self, context: str) -> TreeError:
        """The byte here may not stand here. Go looks at the end of the file as at one more blank."""
        mark = self._mark()
        at_end = self.at >= len(self.data)
        if at_end and not context.startswith(_BLANK_ENDS):
            return TreeError("unexpected end of JSON input", mark)
        character = " " if at_end else chr(self.data[self.at])
        shown = {"'": "\\'", '"': '"'}.get(character, go_quote(character)[1:-1])
        return TreeError(f"invalid character '{shown}' {context}", mark)
