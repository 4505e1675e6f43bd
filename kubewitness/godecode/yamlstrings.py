r"""The text of scalars, plain, in quotes or in a block, character by character as go-yaml v2 scans them.

Its own ways, beside YAML 1.1: a question mark ends a plain scalar in brackets, and ``\/`` is no escape.
Source: https://pkg.go.dev/go.yaml.in/yaml/v2
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from kubewitness.godecode.yamlbytes import BREAKS
from kubewitness.godecode.yamlcursor import BLANKS, BLANKS_OR_END, BREAKS_OR_END, END

if TYPE_CHECKING:
    from kubewitness.godecode.yamlcursor import Cursor, Spot

_DIGITS: Final = "0123456789"
_BLANKS_AND_BREAKS: Final = frozenset(BLANKS + BREAKS)
_SPACES: Final = re.compile(" *")
_LINE: Final = re.compile(f"[^{BREAKS_OR_END}]*")
_PLAIN_IN_BLOCK, _PLAIN_IN_FLOW = (
    re.compile(f"{inside}*(?::(?![{BLANKS_OR_END}]){inside}*)*")
    for inside in (f"[^{BLANKS_OR_END}:]", rf"[^{BLANKS_OR_END}:,?\[\]{{}}]")
)
_SINGLE_QUOTED: Final = re.compile(f"[^{BLANKS_OR_END}']*")
_DOUBLE_QUOTED: Final = re.compile(rf'[^{BLANKS_OR_END}"\\]*')
_ESCAPES: Final = {
    "0": "\0", "a": "\a", "b": "\b", "t": "\t", "\t": "\t", "n": "\n", "v": "\v", "f": "\f", "r": "\r", "e": "\x1b",
    " ": " ", '"': '"', "'": "'", "\\": "\\", "N": "\x85", "_": "\xa0", "L": "\u2028", "P": "\u2029",
}  # fmt: skip
_CODES: Final = {"x": 2, "u": 4, "U": 8}
_HEX: Final = frozenset("0123456789abcdefABCDEF")
_LAST_CODE: Final = 0x10FFFF
_SURROGATES: Final = range(0xD800, 0xE000)


@dataclass(slots=True)
class _Folding:
    """Blanks and line breaks between two parts of a scalar: kept, a space, or one line break less."""

    blanks: str = ""
    first_break: str = ""
    later_breaks: str = ""
    has_break: bool = False

    def text(self) -> str:
        """What they add to the scalar."""
        if not self.has_break:
            return self.blanks
        if self.first_break == "\n":
            return self.later_breaks or " "
        return self.first_break + self.later_breaks


def scan_plain(cursor: Cursor, indent: int, *, in_flow: bool) -> tuple[str, bool]:
    """An unquoted scalar, and whether a line break follows it."""
    start = cursor.spot
    pattern = _PLAIN_IN_FLOW if in_flow else _PLAIN_IN_BLOCK
    parts: list[str] = []
    folding = _Folding()
    while True:
        cursor.need(4)
        if cursor.is_document_indicator() or cursor.char == "#":
            break
        part = cursor.run(pattern, 2)
        if part:
            parts += [folding.text(), part]
            folding = _Folding()
        if cursor.char not in _BLANKS_AND_BREAKS:
            break
        cursor.need(1)
        folding = _fold(cursor, _Folding(), start, indent)
        if not in_flow and cursor.column < indent:
            break
    return "".join(parts), folding.has_break


def _fold(cursor: Cursor, folding: _Folding, start: Spot, indent: int) -> _Folding:
    """Move over blanks and line breaks; tabs may not stand before ``indent``."""
    while cursor.char in _BLANKS_AND_BREAKS:
        if cursor.char in BREAKS:
            cursor.need(2)
            found = cursor.break_line()
            if folding.has_break:
                folding.later_breaks += found
            else:
                folding.first_break, folding.has_break = found, True
        else:
            if folding.has_break and cursor.column < indent and cursor.char == "\t":
                raise cursor.refused("found a tab character that violates indentation", start)
            if not folding.has_break:
                folding.blanks += cursor.char
            cursor.at += 1
        cursor.need(1)
    return folding


def scan_quoted(cursor: Cursor) -> str:
    """A scalar in single or double quotes."""
    start, quote = cursor.spot, cursor.char
    cursor.at += 1
    parts: list[str] = []
    while True:
        cursor.need(4)
        if cursor.is_document_indicator():
            raise cursor.refused("found unexpected document indicator", start)
        if cursor.char == END:
            raise cursor.refused("found unexpected end of stream", start)
        has_break = _quoted_part(cursor, quote, parts, start)
        cursor.need(1)
        if cursor.char == quote:
            break
        parts.append(_fold(cursor, _Folding(has_break=has_break), start, 0).text())
    cursor.at += 1
    return "".join(parts)


def _quoted_part(cursor: Cursor, quote: str, parts: list[str], start: Spot) -> bool:
    """All up to a blank or the closing quote; true where an escaped line break ended it."""
    pattern = _SINGLE_QUOTED if quote == "'" else _DOUBLE_QUOTED
    while True:
        parts.append(cursor.run(pattern, 2))
        if cursor.char in BLANKS_OR_END:
            return False
        behind = cursor.text[cursor.at + 1]
        if cursor.char == quote:
            if quote != "'" or behind != "'":
                return False
            parts.append("'")
            cursor.at += 2
        elif behind in BREAKS:
            cursor.need(3)
            cursor.at += 1
            cursor.break_line()
            return True
        else:
            parts.append(_escaped(cursor, start))
        cursor.need(2)


def _escaped(cursor: Cursor, start: Spot) -> str:
    letter = cursor.text[cursor.at + 1]
    length = _CODES.get(letter, 0)
    if not length and letter not in _ESCAPES:
        raise cursor.refused("found unknown escape character", start)
    cursor.at += 2
    if not length:
        return _ESCAPES[letter]
    cursor.need(length)
    digits = cursor.text[cursor.at : cursor.at + length]
    if not _HEX.issuperset(digits):
        raise cursor.refused("did not find expected hexdecimal number", start)
    code = int(digits, 16)
    if code in _SURROGATES or code > _LAST_CODE:
        raise cursor.refused("found invalid Unicode character escape code", start)
    cursor.at += length
    return chr(code)


def scan_block_scalar(cursor: Cursor, outside: int) -> str:
    """``|`` or ``>``. ``outside``: the indentation of what it stands in, -1 for nothing."""
    start, folds = cursor.spot, cursor.char == ">"
    cursor.at += 1
    chomping, increment = _block_header(cursor, start)
    cursor.finish_line(start)
    block = _Block(max(outside, 0) + increment if increment else 0, outside, start)
    breaks = block.breaks(cursor)
    parts: list[str] = []
    last_break, was_indented = "", False
    while cursor.column == block.indent and cursor.char != END:
        is_indented = cursor.char in BLANKS
        if not folds or was_indented or is_indented or last_break != "\n":
            parts.append(last_break)
        elif not breaks:
            parts.append(" ")
        parts += [breaks, cursor.run(_LINE)]
        was_indented = is_indented
        cursor.need(2)
        last_break = "" if cursor.char == END else cursor.break_line()
        breaks = block.breaks(cursor)
    if chomping != "-":
        parts.append(last_break)
    if chomping == "+":
        parts.append(breaks)
    return "".join(parts)


def _block_header(cursor: Cursor, start: Spot) -> tuple[str, int]:
    """``+``, ``-`` or ``""``, and the indentation that is written there, 0 for none; in either order."""
    cursor.need(1)
    chomping = _one_of(cursor, "+-")
    digit = _one_of(cursor, _DIGITS)
    if digit == "0":
        cursor.at -= 1
        raise cursor.refused("found an indentation indicator equal to 0", start)
    if digit and not chomping:
        chomping = _one_of(cursor, "+-")
    return chomping, int(digit or "0")


def _one_of(cursor: Cursor, choices: str) -> str:
    """The next character if it is one of these."""
    found = cursor.char
    if found not in choices:
        return ""
    cursor.at += 1
    cursor.need(1)
    return found


@dataclass(slots=True)
class _Block:
    """A block scalar. ``indent`` is 0 until the first line that is not empty shows it."""

    indent: int
    outside: int
    start: Spot

    def breaks(self, cursor: Cursor) -> str:
        """Move over empty lines and the indentation of the next one."""
        found, deepest = "", 0
        while True:
            cursor.need(1)
            self._indentation(cursor)
            deepest = max(deepest, cursor.column)
            if cursor.char not in BREAKS:
                break
            cursor.need(2)
            found += cursor.break_line()
        self.indent = self.indent or max(deepest, self.outside + 1, 1)
        return found

    def _indentation(self, cursor: Cursor) -> None:
        if not self.indent:
            cursor.run(_SPACES)
        while cursor.column < self.indent and cursor.char == " ":
            cursor.at += 1
            cursor.need(1)
        if (not self.indent or cursor.column < self.indent) and cursor.char == "\t":
            raise cursor.refused("found a tab character where an indentation space is expected", self.start)
