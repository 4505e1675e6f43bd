from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubewitness.report.safe import safe, safe_lines


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("prod-eu-1", "prod-eu-1"),
        ("Größe 東京 ✓", "Größe 東京 ✓"),
        ("a\x1b[2Jb", r"a\x1b[2Jb"),
        ("\x1b]8;;http://x\x07", r"\x1b]8;;http://x\x07"),
        ("\x9b31m\x7f\x00", r"\x9b31m\x7f\x00"),
        ("\u202eevil\u2066", r"\u202eevil\u2066"),
        ("zero\u200bwidth\ufeff", r"zero\u200bwidth\ufeff"),
        ("\U000e0041", r"\U000e0041"),
        ("\ud800", r"\ud800"),
        ("a\nb\r\tc\u2028d", r"a\nb\r\tc\u2028d"),
    ],
)
def test_what_could_steer_a_terminal_is_shown_and_the_rest_is_left(text: str, shown: str) -> None:
    assert safe(text) == shown


def test_ascii_only_escapes_letters_too() -> None:
    assert safe("Größe ✓", ascii_only=True) == r"Gr\xf6\xdfe \u2713"


def test_a_remedy_keeps_its_lines() -> None:
    assert safe_lines("one\n\x1btwo\rthree\n") == ["one", r"\x1btwo\rthree"]


@given(st.text(st.characters(exclude_categories=())), st.booleans())
def test_safe_text_is_safe_already(text: str, ascii_only: bool) -> None:
    once = safe(text, ascii_only=ascii_only)

    assert safe(once, ascii_only=ascii_only) == once
