"""The text of a YAML file, from its bytes, as go-yaml v2's reader has it: in chunks, each decoded when it is needed.

UTF-8, or UTF-16 where a byte order mark says so. Source: https://pkg.go.dev/go.yaml.in/yaml/v2
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

from kubewitness.godecode.tree import Mark, TreeError

if TYPE_CHECKING:
    from collections.abc import Callable

BREAKS: Final = "\r\n\x85\u2028\u2029"
_CHUNK: Final = 512
_FORBIDDEN: Final = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_LINE_BREAK: Final = re.compile(f"\r\n|[{BREAKS}]")


@dataclass(frozen=True, slots=True)
class Decoded:
    """``text`` as far as it is any; it ends in front of the chunk that has the ``fault``.

    ``ends``: how many characters there are after each chunk.
    """

    text: str
    ends: tuple[int, ...]
    fault: TreeError | None


def decoded(data: bytes) -> Decoded:
    """Raises nothing: what is wrong is an error only once the scanner gets there."""
    encoding = _encoding(data)
    text, ends = "", [0]
    position, rest = encoding.mark, b""
    size = _CHUNK - encoding.mark
    while True:
        chunk = data[position : position + size]
        position += len(chunk)
        piece, rest, problem = _piece(encoding, rest + chunk, is_last=not chunk)
        if problem is not None:
            return Decoded(text, tuple(ends[1:]), TreeError(f"yaml: {problem}", _mark_behind(text + piece)))
        if not chunk:
            return Decoded(text, tuple(ends[1:]), None)
        text += piece
        ends.append(ends[-1] + len(piece))
        size = _CHUNK - len(rest)


def codec_of(data: bytes) -> str:
    """The name of the codec by which go-yaml, and Python, take the bytes for text: by the byte order mark."""
    return "utf-16" if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) else "utf-8-sig"


class _Encoding(NamedTuple):
    """``mark``: bytes of the byte order mark. ``problem``: what is wrong with bytes that Python refuses, if it is."""

    mark: int
    decode: Callable[[bytes, str, bool], tuple[str, int]]
    problem: Callable[[UnicodeDecodeError], str | None]
    unfinished: Callable[[bytes], str]


def _encoding(data: bytes) -> _Encoding:
    if data.startswith(codecs.BOM_UTF16_LE):
        return _Encoding(2, codecs.utf_16_le_decode, _utf16_problem, _unfinished_utf16)
    if data.startswith(codecs.BOM_UTF16_BE):
        return _Encoding(2, codecs.utf_16_be_decode, _utf16_problem, _unfinished_utf16)
    mark = len(codecs.BOM_UTF8) if data.startswith(codecs.BOM_UTF8) else 0
    return _Encoding(mark, codecs.utf_8_decode, _utf8_problem, lambda _: "incomplete UTF-8 octet sequence")


def _piece(encoding: _Encoding, raw: bytes, *, is_last: bool) -> tuple[str, bytes, str | None]:
    """The text of a chunk, the bytes of a character that it does not end, and what is wrong behind the text."""
    problem = None
    try:
        text, used = encoding.decode(raw, "strict", False)
    except UnicodeDecodeError as error:
        text, used = encoding.decode(raw[: error.start], "strict", True)
        problem = encoding.problem(error)
    forbidden = _FORBIDDEN.search(text)
    if forbidden is not None:
        return text[: forbidden.start()], b"", "control characters are not allowed"
    rest = raw[used:]
    if problem is None and rest and is_last:
        problem = encoding.unfinished(rest)
    return text, rest, problem


def _utf8_problem(error: UnicodeDecodeError) -> str | None:
    """``None``: go-yaml waits for the rest of the character before it looks at it."""
    found = error.object[error.start :]
    width = utf8_width(found[0])
    if not width:
        return "invalid leading UTF-8 octet"
    if width > len(found):
        return None
    if any(octet >> 6 != 0b10 for octet in found[1:width]):
        return "invalid trailing UTF-8 octet"
    value = found[0] & (0x7F >> width)
    for octet in found[1:width]:
        value = value << 6 | octet & 0x3F
    is_overlong = value < (0x80, 0x800, 0x10000)[width - 2]
    return "invalid length of a UTF-8 sequence" if is_overlong else "invalid Unicode character"


def utf8_width(lead: int) -> int:
    """Bytes of the character that starts so; 0 where none does."""
    if lead < 0x80:
        return 1
    return next((width for width in (2, 3, 4) if lead >> (7 - width) == (1 << (width + 1)) - 2), 0)


def _utf16_problem(error: UnicodeDecodeError) -> str:
    return "unexpected low surrogate area" if error.reason == "illegal encoding" else "expected low surrogate area"


def _unfinished_utf16(rest: bytes) -> str:
    return "incomplete UTF-16 character" if len(rest) == 1 else "incomplete UTF-16 surrogate pair"


def _mark_behind(text: str) -> Mark:
    breaks = list(_LINE_BREAK.finditer(text))
    start = breaks[-1].end() if breaks else 0
    return Mark(len(breaks) + 1, len(text) - start + 1)
