"""rsyslog on a real node, to rsyslog on a collector node over RELP and mutual TLS."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.delivery.experiment import carry_out
from tests.delivery.faults import RESTARTED_IN_OUTAGE, STOPPED_ROTATING
from tests.delivery.pairs import RSYSLOG
from tests.delivery.unsafe import EXACT, without

if TYPE_CHECKING:
    from tests.delivery.experiment import Site

pytestmark = pytest.mark.lab


def test_nothing_is_lost_when_it_is_restarted_while_the_collector_node_is_down(place: Site) -> None:
    tally = carry_out(place, RSYSLOG, RESTARTED_IN_OUTAGE)

    assert tally.whole, tally


def test_with_the_exact_name_rotated_files_are_lost_while_it_is_stopped(place: Site) -> None:
    tally = carry_out(place, RSYSLOG, STOPPED_ROTATING, without(*EXACT))

    assert tally.missing > 0, tally
