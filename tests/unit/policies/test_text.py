"""Our policies as files: what every server makes of them, and what a reader finds in them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kubewitness.auditpolicy import Level, Rule, evaluate, excesses, shortfalls
from kubewitness.content import policy_names, read_standard
from kubewitness.model import ServerVersion
from tests.unit.policies.shipped import NAMES, NEWEST, matching, shipped, text

SUPPORTED = [ServerVersion(1, minor) for minor in range(24, 38)]


def test_there_are_three() -> None:
    assert set(policy_names()) == set(NAMES)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("version", SUPPORTED, ids=str)
def test_every_supported_server_loads_it_strictly_and_meets_the_standard_of_that_name(
    name: str, version: ServerVersion
) -> None:
    policy, standard = shipped(name, version), read_standard(name)

    assert shortfalls(policy, standard.audit.at_least, version) == ()
    assert excesses(policy, standard.audit.at_most, version) == ()


@pytest.mark.parametrize("name", NAMES)
def test_a_policy_records_at_least_what_the_weaker_standards_ask(name: str) -> None:
    for weaker in NAMES[: NAMES.index(name)]:
        assert shortfalls(shipped(name), read_standard(weaker).audit.at_least, NEWEST) == ()


@pytest.mark.parametrize("name", NAMES)
def test_every_rule_decides_something(name: str) -> None:
    policy = shipped(name)

    idle = [
        rule.line
        for index, rule in enumerate(policy.rules)
        if index not in {evaluate(policy, request, NEWEST).rule for request in matching(rule)}
    ]

    assert idle == []


@pytest.mark.parametrize("name", NAMES)
def test_it_ends_with_everything_else_at_metadata(name: str) -> None:
    last = shipped(name).rules[-1]

    assert replace(last, line=0, column=0) == Rule(Level.METADATA)


@pytest.mark.parametrize("name", NAMES)
def test_every_rule_says_why(name: str) -> None:
    lines = text(name).splitlines()

    commented = [rule.line for rule in shipped(name).rules if lines[rule.line - 2].lstrip().startswith("# ")]

    assert commented == [rule.line for rule in shipped(name).rules]
    assert not [line for line in lines if len(line) > 120]


@pytest.mark.parametrize("name", NAMES)
def test_every_supported_server_makes_the_same_of_it(name: str) -> None:
    oldest = shipped(name, SUPPORTED[0])

    assert all(shipped(name, version) == oldest for version in SUPPORTED)
    assert "*" not in {entry.group for rule in oldest.rules for entry in rule.resources}
