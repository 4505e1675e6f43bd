"""The loss table and its page: what was lost stands out, and why is said."""

from __future__ import annotations

from tests.delivery.page import page
from tests.delivery.reconcile import Tally
from tests.delivery.table import Row, markdown

WHOLE = Tally(written=6000, stored=6000, duplicated=12, missing=0, cut=0)
LOST = Tally(written=6000, stored=4000, duplicated=0, missing=1999, cut=1)


def test_what_was_lost_is_in_bold() -> None:
    [*_, row] = markdown([Row("rsyslog", "collector node", "link cut", LOST)]).splitlines()

    assert row == "| rsyslog | collector node | link cut | 6,000 | 4,000 | 0 | **1,999** | **1** |"


def test_every_line_has_as_many_cells_as_the_head() -> None:
    lines = markdown([Row("a", "b", "c", WHOLE), Row("a", "b", "c", LOST, "a glob", "SH001")]).splitlines()

    assert len({line.count("|") for line in lines}) == 1
    assert "without" in lines[0]


def test_the_page_says_why_something_is_lost_all_the_same() -> None:
    text = page([Row("a", "b", "full", LOST, why="no room"), Row("a", "b", "none", WHOLE, why="rare")], [])

    assert "- a, full: no room." in text
    assert "rare" not in text
