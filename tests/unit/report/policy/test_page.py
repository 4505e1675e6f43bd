"""Lines that fit, columns that are aligned, nothing cut."""

from __future__ import annotations

import pytest

from kubewitness.report import Options
from kubewitness.report.policy.page import Cell, Page

ROWS = ((Cell("one"), Cell("first and second")), (Cell("longer"), Cell("third")))


def test_a_long_line_hangs() -> None:
    page = Page(Options(width=22))

    page.line("some words that are too many for a line", indent=2, hang=4)

    assert page.text() == "  some words that\n      are too many for\n      a line\n"


def test_columns_are_aligned_and_the_last_is_wrapped() -> None:
    page = Page(Options(width=34))

    page.columns(((Cell("one"), Cell("first and second and third and")), (Cell("longer"), Cell("fourth"))))

    assert page.text() == "one     first and second and third\n        and\nlonger  fourth\n"


def test_another_column_may_be_the_one_that_is_wrapped() -> None:
    page = Page(Options(width=34))

    done = page.columns(((Cell("first and second and third and"), Cell("x")), (Cell("y"), Cell("zz"))), wrapped=0)

    assert done
    assert page.text() == "first and second and third and  x\ny                               zz\n"


def test_without_room_columns_are_lines() -> None:
    page = Page(Options(width=20))

    page.rows(((Cell("a longer label"), Cell("and what it says of it")),))

    assert page.text() == "a longer label\n    and what it says\n    of it\n"


def test_a_page_is_never_narrower_than_twenty() -> None:
    page = Page(Options(width=1))

    page.line("x" * 30)

    assert page.text() == f"{'x' * 18}\n  {'x' * 12}\n"


@pytest.mark.parametrize("width", [20, 33, 60, 100])
def test_no_line_is_wider_and_nothing_is_lost(width: int) -> None:
    page = Page(Options(width=width))
    text = "wörter 漢字漢字 and-some-thing-without-a-space-that-is-long " * 4

    page.line(text, indent=3, hang=6)
    page.rows(((Cell("漢字"), Cell(text)),), indent=2)

    lines = page.text().splitlines()
    assert all(len(line) + sum(char in "漢字" for char in line) <= width for line in lines)
    assert "".join(page.text().split()) == "".join((text + "漢字" + text).split())


def test_what_steers_a_terminal_is_shown() -> None:
    page = Page(Options(color=True))

    page.line(Cell("a\x1b[2Jb", "bold"), "[red]c[/red]\u202e")

    assert page.text() == "\x1b[1ma\\x1b[2Jb\x1b[0m[red]c[/red]\\u202e\n"


def test_ascii_only() -> None:
    page = Page(Options(ascii_only=True))

    page.line("wörter")

    assert page.text() == "w\\xf6rter\n"


def test_without_colour_there_is_no_escape() -> None:
    page = Page(Options())

    page.columns(ROWS)
    page.command("kubewitness policy diff a b", indent=2)

    assert "\x1b" not in page.text()
