"""Sizes and spans of time as systemd and Kubernetes write them. Pure."""

from __future__ import annotations

import re
from typing import Final

_SIZE: Final = re.compile(r"(\d{1,18}(?:\.\d{1,9})?)\s*([KMGTPEB]?)\s*", re.ASCII)
_SPAN: Final = re.compile(r"(\d{1,15}(?:\.\d{1,9})?)\s*([a-zA-Zµμ]*)\s*", re.ASCII)
_QUANTITY: Final = re.compile(r"(\d{1,18}(?:\.\d{1,9})?)(Ki|Mi|Gi|Ti|Pi|Ei|k|M|G|T|P|E|m)?", re.ASCII)
_INFINITY: Final = float("inf")

_POWERS: Final = {unit: 1024**power for power, unit in enumerate("BKMGTPE")} | {"": 1}
_DECIMAL: Final = {unit: 1000**power for power, unit in enumerate("kMGTPE", start=1)} | {"": 1, "m": 0.001}
_BINARY: Final = {f"{unit}i": 1024**power for power, unit in enumerate("KMGTPE", start=1)}
_UNITS: Final = {
    1e-6: ("us", "usec", "µs", "μs"),
    1e-3: ("ms", "msec"),
    1.0: ("", "s", "sec", "second", "seconds"),
    60.0: ("m", "min", "minute", "minutes"),
    3600.0: ("h", "hr", "hour", "hours"),
    86_400.0: ("d", "day", "days"),
    604_800.0: ("w", "week", "weeks"),
    2_629_800.0: ("M", "month", "months"),
    31_557_600.0: ("y", "year", "years"),
}
_SECONDS: Final = {name: seconds for seconds, names in _UNITS.items() for name in names}


def size_bytes(text: str) -> int | None:
    """``16M``, ``1.5G`` or ``1G 512M`` in bytes, by powers of 1024; ``None``: not a size to systemd.

    Source: https://www.freedesktop.org/software/systemd/man/latest/journald.conf.html
    """
    total = _sum(_SIZE, text, _POWERS)
    return None if total is None else int(total)


def span_seconds(text: str) -> float | None:
    """``30s``, ``1h 30min`` or ``1month`` in seconds; ``infinity`` is that; ``None``: not a span to systemd.

    Source: https://www.freedesktop.org/software/systemd/man/latest/systemd.time.html
    """
    return _INFINITY if text.strip() == "infinity" else _sum(_SPAN, text, _SECONDS)


def quantity_bytes(text: str) -> int | None:
    """``10Mi``, ``1.5G`` or ``10485760`` in bytes; ``None``: not a quantity to Kubernetes, or none of bytes.

    Source: https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/
    """
    match = _QUANTITY.fullmatch(text.strip())
    return int(float(match[1]) * (_DECIMAL | _BINARY)[match[2] or ""]) if match else None


def in_words(size: float) -> str:
    """Bytes for people: ``512 MiB``, ``1.5 GiB``."""
    for unit, power in (("GiB", 30), ("MiB", 20), ("KiB", 10)):
        if size >= 1 << power:
            return f"{size / (1 << power):.3g} {unit}" if size < 1000 << power else f"{size / (1 << power):.0f} {unit}"
    return f"{size:.0f} bytes"


def _sum(token: re.Pattern[str], text: str, units: dict[str, int] | dict[str, float]) -> float | None:
    rest, total = text.strip(), 0.0
    while rest:
        match = token.match(rest)
        if match is None or match[2] not in units:
            return None
        total += float(match[1]) * units[match[2]]
        rest = rest[match.end() :]
    return total if text.strip() else None
