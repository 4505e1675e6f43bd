"""Each of our policies records at least what the weaker ones do: by construction, for every request there is."""

from __future__ import annotations

import pytest

from kubewitness.auditpolicy.difference import Kind, difference
from tests.unit.policies.shipped import NEWEST, shipped


@pytest.mark.parametrize(
    ("weaker", "stronger"), [("essential", "standard"), ("standard", "forensic"), ("essential", "forensic")]
)
def test_nothing_is_lost_or_lowered_by_taking_the_stronger_one(weaker: str, stronger: str) -> None:
    found = difference(shipped(weaker), shipped(stronger), NEWEST)

    assert [item for item in found.classes if item.kind in {Kind.LOST, Kind.LOWERED}] == []
    assert found.unfinished is None
