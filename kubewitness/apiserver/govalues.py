"""Values of flags as Go reads them, with Go's own words when it does not.

Sources: https://pkg.go.dev/strconv#ParseInt, https://pkg.go.dev/strconv#ParseBool, https://pkg.go.dev/time#ParseDuration
"""

from __future__ import annotations

import re
from typing import Final

from kubewitness.godecode.gotext import go_quote

_LOW: Final = -(1 << 63)
_HIGH: Final = (1 << 63) - 1
_LARGEST_FLOAT32: Final = 3.4028235677973366e38

_BOOLEANS: Final = {
    **dict.fromkeys(("1", "t", "T", "TRUE", "true", "True"), True),
    **dict.fromkeys(("0", "f", "F", "FALSE", "false", "False"), False),
}
_INTEGER: Final = re.compile(
    r"(?P<sign>[+-]?)(?:0[xX](?P<hex>(?:_?[0-9a-fA-F])+)|0[bB](?P<binary>(?:_?[01])+)|0[oO](?P<octal>(?:_?[0-7])+)"
    r"|0(?P<old_octal>(?:_?[0-7])+)|(?P<decimal>[1-9](?:_?[0-9])*|0))\Z"
)
_BASES: Final = {"hex": 16, "binary": 2, "octal": 8, "old_octal": 8, "decimal": 10}
_DIGITS: Final = r"[0-9](?:_?[0-9])*"
_FLOAT: Final = re.compile(
    rf"[+-]?(?:(?:{_DIGITS}(?:\.(?:{_DIGITS})?)?|\.{_DIGITS})(?:[eE][+-]?{_DIGITS})?|inf|infinity|nan)\Z", re.IGNORECASE
)
_NUMBER: Final = re.compile(r"(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)")
_UNIT: Final = re.compile(r"[^.0-9]+")
_UNITS: Final = {
    "ns": 1e-9, "us": 1e-6, "\u00b5s": 1e-6, "\u03bcs": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0, "h": 3600.0,
}  # fmt: skip
_DURATION_PART: Final = re.compile(r"([0-9.]+)([^.0-9]+)")
_DIGITS_OF_INT64: Final = 64
"""Binary digits; what is longer is out of range, and too long for Python to convert at no cost."""


class GoValueError(ValueError):
    """Go refuses the text; the message is Go's."""


def parse_int(text: str) -> int:
    """``strconv.ParseInt(text, 0, 64)``: ``030`` is 24, ``0x1e`` and ``1_000`` are numbers. Raises GoValueError."""
    match = _INTEGER.match(text)
    if match is None:
        raise GoValueError(f"strconv.ParseInt: parsing {go_quote(text)}: invalid syntax")
    name, digits = next((name, match[name]) for name in _BASES if match[name] is not None)
    bare = digits.replace("_", "").lstrip("0") or "0"
    value = int(match["sign"] + bare, _BASES[name]) if len(bare) <= _DIGITS_OF_INT64 else _HIGH + 1
    if not _LOW <= value <= _HIGH:
        raise GoValueError(f"strconv.ParseInt: parsing {go_quote(text)}: value out of range")
    return value


def parse_bool(text: str) -> bool:
    """``strconv.ParseBool``. Raises GoValueError."""
    if text not in _BOOLEANS:
        raise GoValueError(f"strconv.ParseBool: parsing {go_quote(text)}: invalid syntax")
    return _BOOLEANS[text]


def parse_float(text: str) -> float:
    """``strconv.ParseFloat(text, 32)``, without hexadecimal fractions. Raises GoValueError."""
    if not _FLOAT.match(text):
        raise GoValueError(f"strconv.ParseFloat: parsing {go_quote(text)}: invalid syntax")
    value = float(text)
    if abs(value) >= _LARGEST_FLOAT32 and "inf" not in text.lower():
        raise GoValueError(f"strconv.ParseFloat: parsing {go_quote(text)}: value out of range")
    return value


def check_duration(text: str) -> str:
    """The text, when ``time.ParseDuration`` takes it. Raises GoValueError."""
    rest = text[1:] if text[:1] in {"+", "-"} else text
    if rest == "0":
        return text
    while rest:
        number = _NUMBER.match(rest)
        if number is None:
            break
        unit = _UNIT.match(rest, number.end())
        if unit is None:
            raise GoValueError(f"time: missing unit in duration {_time_quote(text)}")
        if unit[0] not in _UNITS:
            raise GoValueError(f"time: unknown unit {_time_quote(unit[0])} in duration {_time_quote(text)}")
        rest = rest[unit.end() :]
        if not rest:
            return text
    raise GoValueError(f"time: invalid duration {_time_quote(text)}")


def duration_seconds(text: str) -> float:
    """A duration that ``check_duration`` lets pass, in seconds."""
    return sum(float(number) * _UNITS[unit] for number, unit in _DURATION_PART.findall(text))


def _time_quote(text: str) -> str:
    """The package time quotes by itself: what is not ASCII byte by byte."""
    return '"' + "".join(map(_time_byte, text.encode("utf-8", "surrogatepass"))) + '"'


def _time_byte(byte: int) -> str:
    if byte in b'"\\':
        return f"\\{chr(byte)}"
    return chr(byte) if 0x20 <= byte < 0x80 else f"\\x{byte:02x}"
