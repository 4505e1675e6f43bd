"""Which texts Go's ``time.Parse`` takes for a time, in the layouts that an audit policy can meet.

Go is laxer than RFC 3339: one digit will do for the hour, and a comma may stand before the fraction of a second.
Source: https://pkg.go.dev/time#Parse
"""

from __future__ import annotations

import re
from calendar import isleap
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class _Bounds:
    """What a number at ``[start:end]`` of an element of the layout may be. ``Z`` has none."""

    name: str
    lowest: int
    highest: int
    start: int = 0
    end: int = 2


_LAYOUT: Final = "2006-01-02T15:04:05Z07:00"
_TWO_DIGITS: Final = r"\d\d"
_RFC3339: Final[tuple[tuple[str, re.Pattern[str], tuple[_Bounds, ...]], ...]] = tuple(
    (layout, re.compile(pattern, re.ASCII), bounds)
    for layout, pattern, bounds in (
        ("2006", r"\d{4}", ()),
        ("-", "-", ()),
        ("01", _TWO_DIGITS, (_Bounds("month", 1, 12),)),
        ("-", "-", ()),
        ("02", _TWO_DIGITS, ()),
        ("T", "T", ()),
        ("15", r"\d\d?", (_Bounds("hour", 0, 23),)),
        (":", ":", ()),
        ("04", _TWO_DIGITS, (_Bounds("minute", 0, 59),)),
        (":", ":", ()),
        ("05", _TWO_DIGITS, (_Bounds("second", 0, 59),)),
        ("", r"(?:[.,]\d+)?", ()),
        (
            "Z07:00",
            r"Z|[-+]\d\d:\d\d",
            (_Bounds("time zone offset hour", 0, 24, 1, 3), _Bounds("time zone offset minute", 0, 60, 4, 6)),
        ),
    )
)
_CLOCK: Final = r"(?P<hour>\d\d?):(?P<minute>\d\d?):(?P<second>\d\d?)(?:[.,]\d+)?"
_ZONE: Final = r"(?:Z|[-+](?P<zone_hour>\d\d):(?P<zone_minute>\d\d))"
_DATE: Final = r"(?P<year>\d{4})-(?P<month>\d\d?)-(?P<day>\d\d?)"
_YAML: Final = tuple(re.compile(_DATE + rest + r"\Z", re.ASCII) for rest in (f"[Tt]{_CLOCK}{_ZONE}", f" {_CLOCK}", ""))
_HIGHEST: Final = {"month": 12, "hour": 23, "minute": 59, "second": 59, "zone_hour": 24, "zone_minute": 60}
_DAYS: Final = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


def rfc3339_problem(text: str) -> str | None:
    """The error of ``time.Parse(time.RFC3339, text)``; ``None`` when it succeeds."""
    rest = text
    for layout, pattern, bounds in _RFC3339:
        match = pattern.match(rest)
        if match is None:
            return (
                f"parsing time {_quoted(text)} as {_quoted(_LAYOUT)}: cannot parse {_quoted(rest)} as {_quoted(layout)}"
            )
        rest = rest[match.end() :]
        for bound in bounds:
            digits = match[0][bound.start : bound.end]
            if digits and not bound.lowest <= int(digits) <= bound.highest:
                return f"parsing time {_quoted(text)}: {bound.name} out of range"
    if rest:
        return f"parsing time {_quoted(text)}: extra text: {_quoted(rest)}"
    if not _is_day(int(text[:4]), int(text[5:7]), int(text[8:10])):
        return f"parsing time {_quoted(text)}: day out of range"
    return None


def is_yaml_timestamp(text: str) -> bool:
    """Whether go-yaml v2 takes the text for a timestamp."""
    return any(_in_range(match) for match in (layout.match(text) for layout in _YAML) if match is not None)


def _in_range(match: re.Match[str]) -> bool:
    parts = {name: int(digits) for name, digits in match.groupdict().items() if digits is not None}
    if parts["month"] == 0 or any(parts.get(name, 0) > highest for name, highest in _HIGHEST.items()):
        return False
    return _is_day(parts["year"], parts["month"], parts["day"])


def _is_day(year: int, month: int, day: int) -> bool:
    return 1 <= day <= _DAYS[month - 1] + (month == 2 and isleap(year))


def _quoted(text: str) -> str:
    """As package time quotes: only what is not printable ASCII is escaped, byte by byte."""
    parts = (
        f"\\{chr(byte)}" if byte in b'"\\' else chr(byte) if 0x20 <= byte < 0x80 else f"\\x{byte:02x}"
        for byte in text.encode("utf-8", "surrogateescape")
    )
    return '"' + "".join(parts) + '"'
