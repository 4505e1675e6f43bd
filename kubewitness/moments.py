"""Moments as we write them: RFC 3339, in UTC, so that they sort as text. Pure."""

from __future__ import annotations

from datetime import UTC, datetime


def rfc3339(moment: datetime, timespec: str = "seconds") -> str:
    """``2026-11-21T13:00:00Z``. ``timespec``: as of ``datetime.isoformat``."""
    return moment.astimezone(UTC).isoformat(timespec=timespec).replace("+00:00", "Z")


def parse_moment(text: object) -> str | None:
    """A moment that somebody else wrote, as we write it; ``None``: it is none, or does not say its time zone."""
    try:
        read = datetime.fromisoformat(str(text))
        return rfc3339(read) if read.tzinfo else None
    except (ValueError, OverflowError):
        return None
