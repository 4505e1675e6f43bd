r"""Text from a node, a cloud or a file, made fit for a terminal.

A cluster may be called ``prod\x1b[2J`` or carry a right-to-left override: what is read must never steer what is shown.
Precedents: CVE-2021-25743, https://github.com/kubernetes/kubernetes/issues/101695
"""

from __future__ import annotations

import unicodedata
from typing import Final

# Cc: C0, DEL, C1. Cf: bidi controls, zero-width, soft hyphen, tags. Zl, Zp: line breaks to some terminals.
# Cs: half a surrogate pair, which no UTF-8 stream takes. Co, Cn: nobody knows how wide they are.
_HIDDEN: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_SHORT: Final = {"\n": r"\n", "\r": r"\r", "\t": r"\t"}


def safe(text: str, *, ascii_only: bool = False) -> str:
    r"""``text`` on one line, each character that could steer the terminal as a visible escape (``\x1b``, ``\u202e``).

    ``ascii_only`` escapes everything outside ASCII too. A backslash stays as it is: it is for reading, not decoding.
    """
    return "".join(_escape(char) if _hidden(char, ascii_only) else char for char in text)


def safe_lines(text: str, *, ascii_only: bool = False) -> list[str]:
    """The same for a text of several lines, such as a remedy to paste. Only LF ends a line."""
    return [safe(line, ascii_only=ascii_only) for line in text.rstrip("\n").split("\n")]


def _hidden(char: str, ascii_only: bool) -> bool:
    if " " <= char <= "~":
        return False
    return ascii_only or unicodedata.category(char) in _HIDDEN


def _escape(char: str) -> str:
    code = ord(char)
    if char in _SHORT:
        return _SHORT[char]
    if code <= 0xFF:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"
