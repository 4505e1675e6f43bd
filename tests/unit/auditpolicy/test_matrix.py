from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubewitness.auditpolicy import PROBES, Level, Policy, Rule, Stage
from kubewitness.auditpolicy.explanation import explain
from kubewitness.auditpolicy.matrix import MatrixCell, matrix
from kubewitness.auditpolicy.probes import FAMILIES
from kubewitness.model import ServerVersion

NEWEST = ServerVersion(1, 37)
EVERYTHING = Policy((Rule(Level.REQUEST_RESPONSE),))
NOTHING = Policy((Rule(Level.METADATA, users=("nobody-has-this-name",)),))


def test_every_probe_has_a_row_in_its_family() -> None:
    found = matrix([EVERYTHING, NOTHING], NEWEST)

    assert [family for family, _ in found.families] == list(FAMILIES)
    assert [row.probe for _, rows in found.families for row in rows] == list(PROBES)
    assert all(len(row.cells) == 2 for _, rows in found.families for row in rows)


def test_levels_and_leaks_are_counted_by_policy() -> None:
    found = matrix([EVERYTHING, NOTHING], NEWEST)

    assert found.levels(0) == {
        Level.NONE: 0,
        Level.METADATA: 0,
        Level.REQUEST: 0,
        Level.REQUEST_RESPONSE: len(PROBES),
    }
    assert found.levels(1)[Level.NONE] == len(PROBES)
    assert found.leaks(0) == sum(probe.leaks_from is not None for probe in PROBES) > 0
    assert found.leaks(1) == 0


def test_a_record_without_the_outcome_has_its_level_and_says_so() -> None:
    early = Policy((Rule(Level.REQUEST),), (Stage.RESPONSE_STARTED, Stage.RESPONSE_COMPLETE))

    found = matrix([early], NEWEST)

    cells = {row.probe.attributes.user is None: row.cells[0] for _, rows in found.families for row in rows}
    assert cells == {
        False: MatrixCell(Level.REQUEST, 0, omitted=True, leaks=False),
        True: MatrixCell(Level.NONE, 0, omitted=True, leaks=False),
    }
    assert found.omitted(0) == found.levels(0)[Level.REQUEST] > 100


@pytest.mark.parametrize("stages", [tuple(Stage), tuple(set(Stage) - {Stage.PANIC})])
def test_a_request_of_which_no_stage_is_left_is_never_written(stages: tuple[Stage, ...]) -> None:
    silent = Policy((Rule(Level.METADATA),), stages)

    found = matrix([silent], NEWEST)

    assert {row.cells[0].never_written for _, rows in found.families for row in rows} == {True}
    assert (found.levels(0)[Level.NONE], found.omitted(0)) == (len(PROBES), 0)


@given(st.frozensets(st.sampled_from(Stage)))
def test_it_is_none_where_explain_finds_no_stage(omitted: frozenset[Stage]) -> None:
    policy = Policy((Rule(Level.METADATA),), tuple(omitted))

    found = matrix([policy], NEWEST)

    assert {
        row.probe.id: set(explain(policy, row.probe.attributes, NEWEST).stages) <= {Stage.PANIC}
        for _, rows in found.families
        for row in rows
    } == {row.probe.id: row.cells[0].level is Level.NONE for _, rows in found.families for row in rows}
