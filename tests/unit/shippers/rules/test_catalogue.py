"""The catalogue of rules about shippers, and what each program is told to write instead."""

from __future__ import annotations

import re
from typing import Any

import pytest

from kubewitness.shippers.model import Program
from kubewitness.shippers.rules import SHIPPER_RULES, ShipperRule
from kubewitness.shippers.rules.costs import COSTS
from kubewitness.shippers.rules.run import SUGGESTIONS

IDS = [rule.id for rule in SHIPPER_RULES]


def test_the_catalogue_is_whole() -> None:
    wanted = [f"SH{number:03}" for number in [*range(1, 24), 30, 31]]

    assert wanted == [rule.id for rule in SHIPPER_RULES]


@pytest.mark.parametrize("rule", SHIPPER_RULES, ids=lambda rule: rule.id)
def test_a_rule_says_what_why_and_from_where(rule: ShipperRule[Any]) -> None:
    assert re.fullmatch(r"SH\d{3}", rule.id)
    assert len(rule.why) > 60
    assert rule.source.startswith("https://")
    assert not rule.title.endswith(".")


@pytest.mark.parametrize("program", Program)
def test_suggestions_are_of_rules_that_there_are(program: Program) -> None:
    assert {key.split()[0] for key in SUGGESTIONS[program]} <= set(IDS)
    assert "{path}" in SUGGESTIONS[program]["SH001"]


def test_costs_are_of_rules_that_there_are_and_every_program_is_told_them() -> None:
    assert set(COSTS) <= set(IDS)
    assert all(None in costs for costs in COSTS.values())
