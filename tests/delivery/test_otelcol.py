"""The OpenTelemetry Collector on a real node, to a real VictoriaLogs over TLS: killed while the log rotates."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.delivery.experiment import carry_out
from tests.delivery.faults import KILLED_ROTATING
from tests.delivery.pairs import OTELCOL
from tests.delivery.unsafe import NO_GATE, without

if TYPE_CHECKING:
    from tests.delivery.experiment import Site

pytestmark = pytest.mark.lab


def test_nothing_is_lost_when_it_is_killed_while_the_log_rotates(place: Site) -> None:
    tally = carry_out(place, OTELCOL, KILLED_ROTATING)

    assert tally.whole, tally


def test_without_the_synchronous_emitter_a_kill_loses_events(place: Site) -> None:
    tally = carry_out(place, OTELCOL, KILLED_ROTATING, without(*NO_GATE))

    assert tally.missing > 0, tally
    assert tally.cut == 0, tally
