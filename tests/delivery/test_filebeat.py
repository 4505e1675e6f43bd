"""Filebeat on a real node: what rotated away while it was stopped is read all the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.delivery.experiment import carry_out
from tests.delivery.faults import STOPPED_ROTATING
from tests.delivery.pairs import FILEBEAT_TO_FILE
from tests.delivery.unsafe import EXACT, without

if TYPE_CHECKING:
    from tests.delivery.experiment import Site

pytestmark = pytest.mark.lab


def test_nothing_is_lost_when_it_is_stopped_while_the_log_rotates(place: Site) -> None:
    tally = carry_out(place, FILEBEAT_TO_FILE, STOPPED_ROTATING)

    assert tally.whole, tally


def test_with_the_exact_name_rotated_files_are_lost(place: Site) -> None:
    tally = carry_out(place, FILEBEAT_TO_FILE, STOPPED_ROTATING, without(*EXACT))

    assert tally.missing > 0, tally
    assert tally.cut == 0, tally
