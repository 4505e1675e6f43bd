"""What a YAML scalar means to go-yaml v2: YAML 1.1, with its own exceptions.

``y``, ``n``, ``yes``, ``no``, ``on`` and ``off`` are booleans, ``010`` is eight, ``1_000`` is a thousand, a date stays
a string. Source: https://pkg.go.dev/go.yaml.in/yaml/v2 (and the YAML 1.1 types at https://yaml.org/type/)
"""

from __future__ import annotations

import base64
import math
import re
from typing import Final, TypeAlias

from kubewitness.godecode.gotime import is_yaml_timestamp

GoScalar: TypeAlias = bool | int | float | str | None
"""An untyped value as go-yaml yields it; an ``int`` of 2**63 and more is Go's uint64."""

_TAG: Final = "tag:yaml.org,2002:"
MERGE: Final = _TAG + "merge"
_STR, _BINARY, _BOOL, _INT, _FLOAT, _NULL, _TIMESTAMP = (
    _TAG + name for name in ("str", "binary", "bool", "int", "float", "null", "timestamp")
)
_RESOLVABLE: Final = frozenset({"", _BOOL, _INT, _FLOAT, _NULL, _TIMESTAMP})

_NAMED: Final[dict[str, tuple[str, GoScalar]]] = {
    **dict.fromkeys(("y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"), (_BOOL, True)),
    **dict.fromkeys(("n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"), (_BOOL, False)),
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), (_NULL, None)),
    **dict.fromkeys((".nan", ".NaN", ".NAN"), (_FLOAT, math.nan)),
    **dict.fromkeys((".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF"), (_FLOAT, math.inf)),
    **dict.fromkeys(("-.inf", "-.Inf", "-.INF"), (_FLOAT, -math.inf)),
}
_FLOAT_TEXT: Final = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?\Z")
_INTEGERS: Final = (
    (10, re.compile(r"([-+]?)(0|[1-9][0-9]*)\Z")),
    (8, re.compile(r"([-+]?)0[oO]?([0-7]+)\Z")),
    (16, re.compile(r"([-+]?)0[xX]([0-9a-fA-F]+)\Z")),
    (2, re.compile(r"([-+]?)0[bB]([01]+)\Z")),
    (2, re.compile(r"0b([-+])([01]+)\Z")),
)
_LONGEST_INTEGER: Final = 1024
"""Digits, leading zeros included. More is read as a float; no field of a policy would take either."""


class ScalarError(Exception):
    """go-yaml refuses the scalar; the message is in its words."""


def resolve(tag: str, text: str) -> GoScalar:
    """The value of a scalar that is unquoted or carries ``tag`` (in its long form, else ``""``). Raises ScalarError."""
    if tag == _BINARY:
        return _binary(text)
    if tag not in _RESOLVABLE:
        return text
    found, value = _found(tag, text)
    if tag in {"", found}:
        return value
    if tag == _FLOAT and found == _INT and isinstance(value, int) and value < 1 << 63:
        return float(value)
    raise ScalarError(f"cannot decode !!{found.removeprefix(_TAG)} `{text}` as a !!{tag.removeprefix(_TAG)}")


def _binary(text: str) -> str:
    packed = text.replace("\r", "").replace("\n", "")
    if len(packed) % 4 or not re.fullmatch(r"[A-Za-z0-9+/]*={0,2}", packed):
        raise ScalarError("!!binary value contains invalid base64 data")
    return base64.b64decode(packed).decode("utf-8", "surrogateescape")


def _found(tag: str, text: str) -> tuple[str, GoScalar]:
    """The type that the text shows by itself, and its value."""
    named = _NAMED.get(text)
    if named is not None:
        return named
    if text[0] not in "+-.0123456789":
        return _STR, text
    if tag == _TIMESTAMP and is_yaml_timestamp(text):
        return _TIMESTAMP, text
    return _number(text)


def _number(text: str) -> tuple[str, GoScalar]:
    plain = text if text[0] == "." else text.replace("_", "")
    for base, pattern in _INTEGERS:
        match = pattern.match(plain)
        if match is not None and len(match[2]) <= _LONGEST_INTEGER:
            value = int(match[1] + match[2], base)
            if -(1 << 63) <= value < 1 << 63 or (not match[1] and value < 1 << 64):
                return _INT, value
    if _FLOAT_TEXT.match(plain) and math.isfinite(float(plain)):
        return _FLOAT, float(plain)
    return _STR, text
