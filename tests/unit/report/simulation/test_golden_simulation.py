"""What the formats of a simulation write."""

from __future__ import annotations

import json
import unicodedata

import pytest

from tests.unit.report.simulation import goldens


@pytest.mark.parametrize("name", goldens.CASES)
def test_a_simulation_reads_as_its_golden_file(name: str) -> None:
    expected = (goldens.FOLDER / name).read_text(encoding="utf-8")

    actual = goldens.rendered(name)

    assert actual == expected, "if the change is meant: python -m tests.unit.report.simulation.goldens"


def test_each_golden_file_is_compared() -> None:
    assert {path.name for path in goldens.FOLDER.iterdir()} == set(goldens.CASES)


@pytest.mark.parametrize("name", ["hostile.txt", "hostile.json"])
def test_nothing_that_was_read_steers_the_terminal(name: str) -> None:
    text = goldens.rendered(name).replace("\n", "")

    assert not [char for char in text if unicodedata.category(char) in {"Cc", "Cf"}]


def test_json_is_json() -> None:
    assert json.loads(goldens.rendered("hostile.json"))["policy"]["strictError"]
