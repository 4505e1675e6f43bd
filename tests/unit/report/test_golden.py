from __future__ import annotations

import pytest

from tests.unit.report import goldens


@pytest.mark.parametrize("name", goldens.CASES)
def test_a_report_reads_as_its_golden_file(name: str) -> None:
    expected = (goldens.FOLDER / name).read_text(encoding="utf-8")

    actual = goldens.rendered(name)

    assert actual == expected, "if the change is meant: python -m tests.unit.report.goldens"


def test_each_golden_file_is_compared() -> None:
    assert {path.name for path in goldens.FOLDER.iterdir()} == set(goldens.CASES)
