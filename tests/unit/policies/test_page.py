from __future__ import annotations

from tests.unit.policies.page import MATRIX_PAGE, PAGE, matrix_page, page


def test_the_page_shows_what_was_measured() -> None:
    text = PAGE.read_text("utf-8")

    assert "| catch-all |" in text
    assert text == page(text), "run: python -m tests.unit.policies.page"


def test_the_matrix_is_what_the_command_prints() -> None:
    assert MATRIX_PAGE.read_text("utf-8") == matrix_page(), "run: python -m tests.unit.policies.page"
