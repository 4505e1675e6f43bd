"""How long a log lasts: capacity divided by the measured rate."""

from __future__ import annotations

from typing import Final

import pytest

from kubewitness.nodelogs.retention import (
    Bound,
    Other,
    Rate,
    journal_bounds,
    rate_of_files,
    rate_since,
    retention,
    room,
)
from kubewitness.probe.reading import RotatedFile

MIB: Final = 1 << 20
HOUR: Final = 3600


def test_100_mib_in_half_an_hour_and_eleven_files_last_five_and_a_half_hours() -> None:
    rotated = [RotatedFile(100 * MIB, mtime) for mtime in (0, HOUR / 2, HOUR)]
    rate = rate_of_files(0, None, rotated, HOUR, whole=100 * MIB, is_full=False)

    assert rate is not None
    found = retention([Bound(1100 * MIB, "11 files of 100 MiB")], rate)

    assert found is not None
    assert found.hours == pytest.approx(5.5)
    assert str(found) == "5.5 hours: 11 files of 100 MiB, 200 MiB an hour, measured over 1.0 h"


def test_the_oldest_file_only_says_since_when() -> None:
    rotated = [RotatedFile(999 * MIB, 0), RotatedFile(10 * MIB, HOUR)]

    rate = rate_of_files(10 * MIB, None, rotated, 2 * HOUR, whole=MIB, is_full=False)

    assert rate == Rate(20 * MIB / (2 * HOUR), 2 * HOUR)


def test_a_compressed_file_was_as_large_as_one_that_is_rotated() -> None:
    rotated = [RotatedFile(1, 0, compressed=True), RotatedFile(1, HOUR, compressed=True)]

    rate = rate_of_files(0, None, rotated, 2 * HOUR, whole=100 * MIB, is_full=False)

    assert rate == Rate(100 * MIB / (2 * HOUR), 2 * HOUR)


def test_a_log_that_was_never_rotated_is_measured_from_its_first_event() -> None:
    assert rate_of_files(MIB, 0, (), HOUR, whole=0, is_full=False) == Rate(MIB / HOUR, HOUR)


@pytest.mark.parametrize(("first", "now"), [(None, HOUR), (0, 599), (HOUR, 0)])
def test_a_young_log_has_no_known_rate(first: float | None, now: float) -> None:
    assert rate_of_files(MIB, first, (), now, whole=0, is_full=False) is None


def test_a_short_time_is_enough_where_files_were_taken_away_already() -> None:
    rotated = [RotatedFile(100 * MIB, 0), RotatedFile(100 * MIB, 30)]

    assert rate_of_files(0, None, rotated, 60, whole=0, is_full=True) == Rate(100 * MIB / 60, 60)
    assert rate_since(MIB, 0, 60, is_full=True) == Rate(MIB / 60, 60)


def test_the_tightest_bound_counts() -> None:
    found = retention([Bound(10, "a"), None, Bound(5, "b")], Rate(1, HOUR))

    assert found is not None
    assert found.bound.words == "b"


def test_an_age_shortens_the_answer_and_never_makes_one() -> None:
    rate = Rate(1, HOUR)

    assert retention([], rate, age_hours=720) is None
    found = retention([Bound(HOUR * 1000, "a")], rate, age_hours=24)
    assert found is not None
    assert found.hours == 24


def test_logs_on_one_disk_share_what_is_free_as_fast_as_they_are_written() -> None:
    endless = Other(2, float("inf"))

    assert room(100, 900, Rate(1, HOUR), [endless]).size == 400
    assert room(100, 900, Rate(1, HOUR), []).size == 1000
    assert "shared with 2 more logs" in room(0, 9, Rate(1, HOUR), [endless, endless]).words


def test_a_log_that_has_a_bound_of_its_own_leaves_the_rest() -> None:
    assert room(100, 900, Rate(1, HOUR), [Other(99, 200)]).size == 800


def test_journald_s_own_bounds_are_shares_of_the_disk() -> None:
    disk = 20 << 30
    given = {"max_use": None, "keep_free": None, "max_file_size": None}

    use, free, files = journal_bounds(**given, max_files=100, used=0, free=4 << 30, disk=disk)

    assert (use.size, free.size, files.size) == (2 << 30, 1 << 30, 100 * (128 << 20))


def test_what_is_written_counts_and_not_the_share() -> None:
    use, free, files = journal_bounds(
        max_use=MIB, keep_free=0, max_file_size=MIB // 2, max_files=1, used=0, free=9, disk=1 << 40
    )

    assert (use.size, free.size, files.size) == (MIB, 9, MIB // 2)
