"""How Go prints values. Error texts of kube-apiserver are made of them.

Sources: https://pkg.go.dev/strconv#Quote, https://pkg.go.dev/encoding/json#Marshal, https://pkg.go.dev/fmt
"""

from __future__ import annotations

import re
import struct
from decimal import Decimal
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

_GO_ESCAPES: Final = {
    "\a": "\\a",
    "\b": "\\b",
    "\f": "\\f",
    "\n": "\\n",
    "\r": "\\r",
    "\t": "\\t",
    "\v": "\\v",
    "\\": "\\\\",
    '"': '\\"',
}
_JSON_ESCAPES: Final = {"\b": "\\b", "\f": "\\f", "\n": "\\n", "\r": "\\r", "\t": "\\t", "\\": "\\\\", '"': '\\"'}
_SURROGATE: Final = re.compile("[\ud800-\udfff]")
_JSON_HEX: Final = frozenset("<>&\u2028\u2029")


def go_quote(text: str) -> str:
    """``strconv.Quote``, which is also ``%q`` and ``%#v`` of a string."""
    return '"' + "".join(_go_character(character) for character in text) + '"'


def _go_character(character: str) -> str:
    escape = _GO_ESCAPES.get(character)
    if escape is not None:
        return escape
    code = ord(character)
    if character.isprintable():
        return character
    if code < 0x20 or code == 0x7F:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def go_strings(texts: Iterable[str]) -> str:
    """``%#v`` of a ``[]string``."""
    return "[]string{" + ", ".join(go_quote(text) for text in texts) + "}"


def json_quote(text: str) -> str:
    """``json.Marshal`` of a string, with its escapes for HTML."""
    return '"' + "".join(_json_character(character) for character in text) + '"'


def _json_character(character: str) -> str:
    escape = _JSON_ESCAPES.get(character)
    if escape is not None:
        return escape
    if character < " " or character in _JSON_HEX:
        return f"\\u{ord(character):04x}"
    return character


def json_strings(texts: Iterable[str]) -> str:
    """``json.Marshal`` of a ``[]string``."""
    return "[" + ",".join(json_quote(text) for text in texts) + "]"


def _digits(shortest: str) -> tuple[str, str, int]:
    """Sign, digits without trailing zeros, and the decimal exponent of the first of them."""
    sign, digits, exponent = Decimal(shortest).as_tuple()
    if not isinstance(exponent, int):
        raise TypeError(f"{shortest} is not finite")
    text = "".join(map(str, digits)).rstrip("0")
    first = len(digits) - 1 + exponent if text else 0
    return "-" * sign, text or "0", first


def _scientific(sign: str, digits: str, first: int, width: int) -> str:
    mantissa = digits[0] + ("." + digits[1:] if len(digits) > 1 else "")
    return f"{sign}{mantissa}e{'-' if first < 0 else '+'}{abs(first):0{width}d}"


def _plain(sign: str, digits: str, first: int) -> str:
    if first < 0:
        return sign + "0." + "0" * (-first - 1) + digits
    whole, fraction = digits[: first + 1].ljust(first + 1, "0"), digits[first + 1 :]
    return sign + whole + ("." + fraction if fraction else "")


def json_float(value: float) -> str:
    """``json.Marshal`` of a finite float64."""
    sign, digits, first = _digits(repr(value))
    if value != 0 and not 1e-6 <= abs(value) < 1e21:
        return _scientific(sign, digits, first, 1 if first < 0 else 2)
    return _plain(sign, digits, first)


def _general(shortest: str) -> str:
    """``%g`` with the shortest digits that read back as the same number."""
    sign, digits, first = _digits(shortest)
    return _scientific(sign, digits, first, 2) if first < -4 or first >= 6 else _plain(sign, digits, first)


def float_key(value: float) -> str:
    """A float64 as the key of a JSON object, by sigs.k8s.io/yaml: the shortest text of its float32."""
    if value != value:  # noqa: PLR0124  the only value that differs from itself
        return ".nan"
    try:
        single: float = struct.unpack("<f", struct.pack("<f", value))[0]
    except OverflowError:
        single = float("inf") if value > 0 else float("-inf")
    if single in {float("inf"), float("-inf")}:
        return ".inf" if single > 0 else "-.inf"
    texts = (f"{single:.{precision}g}" for precision in range(1, 10))
    return _general(next(text for text in texts if _as_single(text) == single))


def _as_single(text: str) -> float:
    try:
        single: float = struct.unpack("<f", struct.pack("<f", float(text)))[0]
    except OverflowError:
        return float("inf")
    return single


def go_float(value: float) -> str:
    """``%#v`` of a float64."""
    if value != value:  # noqa: PLR0124
        return "NaN"
    if value in {float("inf"), float("-inf")}:
        return "+Inf" if value > 0 else "-Inf"
    return _general(repr(value))


def replace_invalid(text: str) -> str:
    """Lone surrogates, which stand for bytes that are no UTF-8, as U+FFFD: what Go's JSON makes of each such byte."""
    return text if text.isascii() else _SURROGATE.sub("\ufffd", text)
