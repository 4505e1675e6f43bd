"""Is this a label selector? kube-apiserver's own parser, without the selector.

Of a list whose label selector cannot be parsed the server forgets the field selector as well, and the audit policy then
sees no name. As the server does from 1.35 on; before, a set that ends in two commas, ``x in (a,,)``, was refused.
Source: https://pkg.go.dev/k8s.io/apimachinery/pkg/labels#Parse
"""

from __future__ import annotations

import re
from typing import Final

_TOKEN: Final = re.compile(r"[ \t\r\n]*(?:(?P<sign>==|!=|[=!(),<>])|(?P<word>[^=!(),<> \t\r\n\0]+))\0?")
_NAME: Final = re.compile(r"(?:[A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]\Z")
_SUBDOMAIN: Final = re.compile(r"[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*\Z")
_INTEGER: Final = re.compile(r"[+-]?[0-9]+\Z")
_LONGEST_NAME: Final = 63
_LONGEST_SUBDOMAIN: Final = 253

_END: Final = ("end", "")
_VALUED: Final = frozenset({"=", "==", "!=", "<", ">"})
_COMPARING: Final = frozenset({"<", ">"})


class _SyntaxError(ValueError):
    """The text cannot be parsed; why does not matter here."""


def is_label_selector(text: str) -> bool:
    """Whether the server would take it. Empty is one: it selects everything."""
    try:
        _Parser(text).parse()
    except _SyntaxError:
        return False
    return True


def is_int64(text: str) -> bool:
    """Whether Go's ``strconv.ParseInt`` takes it."""
    if not _INTEGER.match(text):
        return False
    digits = text.lstrip("+-").lstrip("0") or "0"
    return len(digits) <= 19 and int(digits) < (1 << 63) + text.startswith("-")


class _Parser:
    def __init__(self, text: str) -> None:
        self.tokens = _tokens(text)
        self.at = 0

    def parse(self) -> None:
        if self._next() == _END:
            return
        while True:
            self._requirement()
            found = self._take()
            if found == _END:
                return
            self._expect(found == ("sign", ",") and (self._is_word() or self._next() == ("sign", "!")))

    def _requirement(self) -> None:
        negated = self._next() == ("sign", "!")
        self.at += negated
        kind, key = self._take()
        self._expect(kind == "word" and _is_key(key))
        if negated or self._next() in {_END, ("sign", ",")}:
            return
        kind, operator = self._take()
        if kind == "word":
            self._expect(operator in {"in", "notin"})
            self._set()
        else:
            self._expect(operator in _VALUED)
            self._value(operator)

    def _value(self, operator: str) -> None:
        value = ""
        if self._next() not in {_END, ("sign", ",")}:
            self._expect(self._is_word())
            value = self._take()[1]
        self._expect(is_int64(value) if operator in _COMPARING else True)
        self._expect(_is_value(value))

    def _set(self) -> None:
        self._expect(self._take() == ("sign", "("))
        while self._next() != ("sign", ")"):
            if self._is_word():
                self._expect(_is_value(self._take()[1]))
                self._expect(self._next() in {("sign", ","), ("sign", ")")})
            else:
                self._expect(self._take() == ("sign", ","))
        self.at += 1

    def _next(self) -> tuple[str, str]:
        return self.tokens[self.at] if self.at < len(self.tokens) else _END

    def _is_word(self) -> bool:
        return self._next()[0] == "word"

    def _take(self) -> tuple[str, str]:
        found = self._next()
        self.at += 1
        return found

    def _expect(self, holds: bool) -> None:
        if not holds:
            raise _SyntaxError


def _tokens(text: str) -> list[tuple[str, str]]:
    """Signs and words. A NUL behind one of them is passed over; anywhere else it ends the text."""
    found: list[tuple[str, str]] = []
    at = 0
    while match := _TOKEN.match(text, at):
        at = match.end()
        found.append(("sign", match["sign"]) if match["sign"] else ("word", match["word"]))
    return found


def _is_key(key: str) -> bool:
    prefix, slash, name = key.rpartition("/")
    if slash and (len(prefix) > _LONGEST_SUBDOMAIN or not _SUBDOMAIN.match(prefix)):
        return False
    return len(name) <= _LONGEST_NAME and bool(_NAME.match(name))


def _is_value(value: str) -> bool:
    return not value or (len(value) <= _LONGEST_NAME and bool(_NAME.match(value)))
