"""The OpenTelemetry Collector on a real node, to a real VictoriaLogs over TLS: killed while the store is down."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from tests.delivery.experiment import carry_out
from tests.delivery.faults import KILLED_IN_OUTAGE
from tests.delivery.pairs import OTELCOL
from tests.delivery.unsafe import NO_DISK_QUEUE, without

if TYPE_CHECKING:
    from tests.delivery.experiment import Site

pytestmark = pytest.mark.lab


def test_nothing_is_lost_when_it_is_killed_while_the_store_is_down(place: Site) -> None:
    tally = carry_out(place, OTELCOL, KILLED_IN_OUTAGE)

    assert tally.whole, tally


def test_without_a_queue_on_disk_that_loses_events(place: Site) -> None:
    tally = carry_out(place, OTELCOL, replace(KILLED_IN_OUTAGE, patience=15), without(*NO_DISK_QUEUE))

    assert tally.missing > 0, tally
    assert tally.cut == 0, tally
