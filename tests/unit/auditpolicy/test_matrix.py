from __future__ import annotations

from kubewitness.auditpolicy import PROBES, Level, Policy, Rule, Stage
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


def test_a_record_without_the_outcome_is_none_and_says_so() -> None:
    early = Policy((Rule(Level.METADATA),), (Stage.RESPONSE_STARTED, Stage.RESPONSE_COMPLETE))

    cells = {row.cells[0] for _, rows in matrix([early], NEWEST).families for row in rows}

    assert cells == {MatrixCell(Level.NONE, 0, omitted=True, leaks=False)}
