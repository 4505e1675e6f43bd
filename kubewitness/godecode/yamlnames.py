"""Directives, anchors and tags, character by character as go-yaml v2 scans them: a tag may hold brackets and commas.

Source: https://pkg.go.dev/go.yaml.in/yaml/v2
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from kubewitness.godecode.yamlbytes import utf8_width
from kubewitness.godecode.yamlcursor import BLANKS, BLANKS_OR_END

if TYPE_CHECKING:
    from kubewitness.godecode.yamlcursor import Cursor, Spot

_DIGITS: Final = "0123456789"
_BLANKS: Final = re.compile(f"[{BLANKS}]*")
_NAME: Final = re.compile("[-0-9A-Za-z_]*")
_URI: Final = re.compile(r"[-0-9A-Za-z_;/?:@&=+$,.!~*'()\[\]]*")
_ESCAPED_OCTET: Final = re.compile("%([0-9A-Fa-f]{2})")
_BEHIND_NAME: Final = frozenset(BLANKS_OR_END + "?:,]}%@`")


@dataclass(frozen=True, slots=True)
class Directive:
    """``%YAML`` with its ``version``, or ``%TAG`` with its ``handle`` and ``prefix``."""

    version: tuple[int, int] | None = None
    handle: str = ""
    prefix: str = ""


def scan_directive(cursor: Cursor) -> Directive:
    """A line that starts with ``%``."""
    start = cursor.spot
    cursor.at += 1
    cursor.need(1)
    name = cursor.run(_NAME)
    if not name:
        raise cursor.refused("could not find expected directive name", start)
    if cursor.char not in BLANKS_OR_END:
        raise cursor.refused("found unexpected non-alphabetical character", start)
    if name == "YAML":
        directive = Directive(version=_version(cursor, start))
    elif name == "TAG":
        directive = _tag_directive(cursor, start)
    else:
        raise cursor.refused("found unknown directive name", start)
    cursor.finish_line(start)
    return directive


def _version(cursor: Cursor, start: Spot) -> tuple[int, int]:
    cursor.need(1)
    cursor.run(_BLANKS)
    major = _version_number(cursor, start)
    if cursor.char != ".":
        raise cursor.refused("did not find expected digit or '.' character", start)
    cursor.at += 1
    return major, _version_number(cursor, start)


def _version_number(cursor: Cursor, start: Spot) -> int:
    cursor.need(1)
    digits = ""
    while cursor.char in _DIGITS:
        if len(digits) == 2:
            raise cursor.refused("found extremely long version number", start)
        digits += cursor.char
        cursor.at += 1
        cursor.need(1)
    if not digits:
        raise cursor.refused("did not find expected version number", start)
    return int(digits)


def _tag_directive(cursor: Cursor, start: Spot) -> Directive:
    cursor.need(1)
    cursor.run(_BLANKS)
    handle = _tag_handle(cursor, start)
    if handle != "!" and not (len(handle) > 1 and handle.endswith("!")):
        raise cursor.refused("did not find expected '!'", start)
    cursor.need(1)
    if cursor.char not in BLANKS:
        raise cursor.refused("did not find expected whitespace", start)
    cursor.run(_BLANKS)
    prefix = _tag_uri(cursor, "", start)
    cursor.need(1)
    if cursor.char not in BLANKS_OR_END:
        raise cursor.refused("did not find expected whitespace or line break", start)
    return Directive(handle=handle, prefix=prefix)


def scan_anchor(cursor: Cursor) -> str:
    """The name behind ``&`` or ``*``."""
    start = cursor.spot
    cursor.at += 1
    cursor.need(1)
    name = cursor.run(_NAME)
    if not name or cursor.char not in _BEHIND_NAME:
        raise cursor.refused("did not find expected alphabetic or numeric character", start)
    return name


def scan_tag(cursor: Cursor) -> tuple[str, str]:
    """Handle and suffix; the handle is empty where the suffix is all there is to it."""
    start = cursor.spot
    cursor.need(2)
    if cursor.text[cursor.at + 1] == "<":
        cursor.at += 2
        handle, suffix = "", _tag_uri(cursor, "", start)
        if cursor.char != ">":
            raise cursor.refused("did not find the expected '>'", start)
        cursor.at += 1
    else:
        handle = _tag_handle(cursor, start)
        if len(handle) > 1 and handle.endswith("!"):
            suffix = _tag_uri(cursor, "", start)
        else:
            suffix = _tag_uri(cursor, handle, start)
            handle, suffix = ("!", suffix) if suffix else ("", "!")
    cursor.need(1)
    if cursor.char not in BLANKS_OR_END:
        raise cursor.refused("did not find expected whitespace or line break", start)
    return handle, suffix


def _tag_handle(cursor: Cursor, start: Spot) -> str:
    """``!``, ``!name!``, or the start of a tag without a handle."""
    cursor.need(1)
    if cursor.char != "!":
        raise cursor.refused("did not find expected '!'", start)
    cursor.at += 1
    cursor.need(1)
    handle = "!" + cursor.run(_NAME)
    if cursor.char == "!":
        cursor.at += 1
        handle += "!"
    return handle


def _tag_uri(cursor: Cursor, head: str, start: Spot) -> str:
    """The URI; the ``!`` of ``head`` is not part of it."""
    cursor.need(1)
    parts = []
    while True:
        part = _escaped_character(cursor, start) if cursor.char == "%" else cursor.run(_URI)
        if not part:
            break
        parts.append(part)
    if not head and not parts:
        raise cursor.refused("did not find expected tag URI", start)
    return head[1:] + "".join(parts)


def _escaped_character(cursor: Cursor, start: Spot) -> str:
    """``%C3%A9``: one character of UTF-8, octet by octet."""
    octets: list[int] = []
    width = 1
    while len(octets) < width:
        cursor.need(3)
        match = _ESCAPED_OCTET.match(cursor.text, cursor.at)
        if match is None:
            raise cursor.refused("did not find URI escaped octet", start)
        octets.append(int(match[1], 16))
        if len(octets) == 1:
            width = utf8_width(octets[0])
            if not width:
                raise cursor.refused("found an incorrect leading UTF-8 octet", start)
        elif octets[-1] >> 6 != 0b10:
            raise cursor.refused("found an incorrect trailing UTF-8 octet", start)
        cursor.at = match.end()
    cursor.need(1)
    return bytes(octets).decode("utf-8", "surrogateescape")
