"""The loss table: what was written, and what of it is in the store. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from tests.delivery.reconcile import Tally

_HEAD: Final = ("program", "store", "fault", "written", "stored", "duplicated", "missing", "cut")
_NUMBERS: Final = 5


@dataclass(frozen=True, slots=True)
class Row:
    """One run.

    ``removed``: the safe setting that was taken out; empty: none. ``rule``: the linter's, that says so. ``why``: why
    something is lost all the same; empty: nothing must be.
    """

    program: str
    store: str
    fault: str
    tally: Tally
    removed: str = ""
    rule: str = ""
    why: str = ""


def markdown(rows: Iterable[Row]) -> str:
    """A table; when settings were removed, with columns for that. What was lost is in bold."""
    rows = list(rows)
    unsafe = any(row.removed for row in rows)
    head = [*_HEAD[:-_NUMBERS], *(("without", "rule") if unsafe else ()), *_HEAD[-_NUMBERS:]]
    marks = ["---"] * (len(head) - _NUMBERS) + ["--:"] * _NUMBERS
    lines = [head, marks, *(_cells(row, unsafe=unsafe) for row in rows)]
    return "".join(f"| {' | '.join(cells)} |\n" for cells in lines)


def _cells(row: Row, *, unsafe: bool) -> list[str]:
    about = [row.program, row.store, row.fault, *((row.removed, row.rule) if unsafe else ())]
    tally = row.tally
    there = [f"{number:,}" for number in (tally.written, tally.stored, tally.duplicated)]
    lost = [f"**{number:,}**" if number else "0" for number in (tally.missing, tally.cut)]
    return [*about, *there, *lost]
