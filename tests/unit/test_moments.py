"""Moments as text: ours, and what others write."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubewitness.moments import parse_moment, rfc3339


def test_a_moment_is_told_in_utc() -> None:
    there = datetime(2026, 11, 21, 14, 0, 0, 250_000, timezone(timedelta(hours=1)))

    assert rfc3339(there) == "2026-11-21T13:00:00Z"
    assert rfc3339(there, "milliseconds") == "2026-11-21T13:00:00.250Z"


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-11-21T14:00:00+01:00", "2026-11-21T13:00:00Z"),
        ("2026-11-21T13:00:00.123456789Z", "2026-11-21T13:00:00Z"),
        ("2026-11-21T13:00:00", None),
        ("0001-01-01T00:00:00+14:00", None),
        ("yesterday", None),
        (None, None),
    ],
)
def test_a_moment_that_somebody_wrote(text: object, moment: str | None) -> None:
    assert parse_moment(text) == moment


@given(st.text() | st.datetimes(timezones=st.just(UTC)).map(datetime.isoformat))
def test_any_text_is_a_moment_or_none(text: str) -> None:
    found = parse_moment(text)

    if found is not None:
        with suppress(ValueError):
            assert rfc3339(datetime.fromisoformat(found)) == found
