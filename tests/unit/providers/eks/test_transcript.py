"""What docs/managed.md shows of a run is what a run prints."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from tests.unit.providers.eks.transcript import checked, make, planned

if TYPE_CHECKING:
    from tests.fakes.aws import Aws

PAGE = Path(__file__).resolve().parents[4] / "docs/managed.md"


def shown(number: int) -> list[str]:
    """The lines of a transcript of the page, without what stands for lines that were left out."""
    block = re.findall(r"^```text\n(.*?)^```", PAGE.read_text("utf-8"), re.MULTILINE | re.DOTALL)[number]
    return [plain(line) for line in block.splitlines() if line.strip("./ ")]


def plain(line: str) -> str:
    """Without times, and however wide its columns are."""
    return " ".join(re.sub(r"\d{4}-\d\d-\d\dT[\d:]+Z", "TIME", line).split())


def test_the_page_shows_what_the_check_and_the_dry_run_print(aws: Aws) -> None:
    make(aws)

    printed = [plain(line) for line in checked(aws).splitlines()]
    dry = " ".join(plain(line) for line in planned(aws).splitlines())

    rest = iter(printed)
    assert [line for line in shown(0) if line not in rest] == [], "python -m tests.unit.providers.eks.transcript"
    told = re.split(r" (?=\[@managed/)", " ".join(shown(1)))
    assert [line for line in told if line not in dry] == []
