"""The judge of the delivery tests: whatever happens to an event on its way must be counted as what it is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.delivery.events import LARGEST, events
from tests.delivery.reconcile import Tally, entry, key_of, read_ledger, reconcile

EVENTS = tuple(events(8, largest=20_000))
LEDGER = read_ledger("".join(f"{entry(event)}\n" for event in EVENTS))


def test_all_there_is_whole() -> None:
    tally = reconcile(LEDGER, EVENTS)

    assert tally == Tally(written=8, stored=8, duplicated=0, missing=0, cut=0)
    assert tally.whole


def test_the_order_and_the_line_feed_do_not_matter() -> None:
    assert reconcile(LEDGER, [event.rstrip(b"\n") for event in reversed(EVENTS)]).whole


def test_copies_are_counted_and_accepted() -> None:
    tally = reconcile(LEDGER, [*EVENTS, *EVENTS[:3], EVENTS[0]])

    assert (tally.stored, tally.duplicated, tally.whole) == (8, 4, True)


def test_what_is_not_there_is_missing() -> None:
    tally = reconcile(LEDGER, EVENTS[2:])

    assert (tally.stored, tally.missing, tally.whole) == (6, 2, False)


def test_an_event_in_two_pieces_is_cut_and_its_second_half_is_foreign() -> None:
    half = len(EVENTS[4]) // 2

    tally = reconcile(LEDGER, [*EVENTS[:4], EVENTS[4][:half], EVENTS[4][half:], *EVENTS[5:]])

    assert (tally.stored, tally.missing, tally.cut, tally.foreign, tally.whole) == (7, 0, 1, 1, False)


@given(st.integers(min_value=0, max_value=len(EVENTS[0]) - 2), st.binary(min_size=1, max_size=1))
def test_one_other_byte_is_an_altered_event(place: int, byte: bytes) -> None:
    changed = EVENTS[0][:place] + byte + EVENTS[0][place + 1 :]

    tally = reconcile(LEDGER, [changed, *EVENTS[1:]])

    assert tally.whole is (changed == EVENTS[0])


def test_a_cut_copy_beside_a_whole_one_is_no_loss() -> None:
    tally = reconcile(LEDGER, [*EVENTS, EVENTS[0][:-20]])

    assert (tally.stored, tally.cut) == (8, 0)


def test_events_of_somebody_else_are_seen() -> None:
    [other] = events(1, seed=7)

    assert reconcile(LEDGER, [*EVENTS, other]).foreign == 1


def test_two_stages_of_one_request_are_two_events() -> None:
    watch = [event for event in events(200) if b'"verb":"watch"' in event]
    keys = [key for event in watch if (key := key_of(event))]

    assert len({key.audit_id for key in keys}) < len(set(keys))


def test_an_entry_that_is_being_written_does_not_count() -> None:
    text = f"{entry(EVENTS[0])}\n{entry(EVENTS[1])[:50]}"

    assert len(read_ledger(text)) == 1


def test_what_is_no_event_has_no_entry() -> None:
    with pytest.raises(ValueError, match="not an audit event"):
        entry(b"{}")


def test_events_have_the_sizes_that_limits_are_about() -> None:
    sizes = [len(event) for event in events(1000)]

    assert abs(max(sizes) - LARGEST) < 10
    assert sum(size > 8192 for size in sizes) > 10  # rsyslog's limit by default
    assert sum(size > 65_536 for size in sizes) > 5
    assert sum(size > 200_000 for size in sizes) > 3
    assert 2_000 < sorted(sizes)[500] < 5_000
