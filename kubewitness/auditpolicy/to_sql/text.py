"""Text of a policy as SQL. A policy is somebody else's file: its texts never become anything but values."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

_PRIVATE: Final = {surrogate: surrogate - 0xD800 + 0x10F000 for surrogate in range(0xD800, 0xE000)}

_BACK: Final = {private: surrogate for surrogate, private in _PRIVATE.items()}


def carried(text: str) -> str:
    """``text`` as a VARCHAR can hold it: a byte that is no UTF-8 (a lone surrogate) as a character for private use.

    Done to both sides of a comparison, it changes no answer.
    """
    return text.translate(_PRIVATE)


def restored(text: str) -> str:
    """What ``carried`` was given."""
    return text.translate(_BACK)


def literal(text: str) -> str:
    """A string constant. NUL, which would end the statement, is put together from ``chr(0)``."""
    if "\0" not in text:
        return "'" + carried(text).replace("'", "''") + "'"
    return "(" + " || chr(0) || ".join(map(literal, text.split("\0"))) + ")"


def literals(texts: Iterable[str]) -> str:
    """Constants between commas."""
    return ", ".join(map(literal, texts))
