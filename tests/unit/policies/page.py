"""What is generated of the docs of our policies. To write it: ``python -m tests.unit.policies.page``."""

from __future__ import annotations

import re
from contextlib import chdir
from pathlib import Path
from typing import Final

from click.testing import CliRunner

from kubewitness.cli import main
from tests.bench.volume.counting import digest
from tests.bench.volume.measured import RESULT, parse
from tests.bench.volume.table import tables
from tests.unit.policies.shipped import NAMES, shipped

ROOT: Final = Path(__file__).resolve().parents[3]
PAGE: Final = ROOT / "docs" / "policy" / "our-policies.md"
MATRIX_PAGE: Final = PAGE.with_name("our-policies-matrix.md")
_COMMAND: Final = (
    "policy", "matrix", *(f"policies/audit/{name}.yaml" for name in NAMES), "-o", "markdown",
)  # fmt: skip
_VOLUME: Final = re.compile(r"(?<=<!-- volume -->\n).*?(?=<!-- /volume -->)", re.DOTALL)


def page(text: str) -> str:
    """The page with what was measured between its two marks."""
    now = {name: digest(shipped(name)) for name in NAMES}
    measured = tables(parse(RESULT.read_text("utf-8")), now)
    return _VOLUME.sub(lambda _: measured, text)


def matrix_page() -> str:
    """What the command prints, under a title."""
    with chdir(ROOT):
        done = CliRunner().invoke(main, _COMMAND, catch_exceptions=False)
    if done.exit_code:
        raise RuntimeError(done.output)
    title = "# What our policies record\n\nAt which level, and by the rule in which line. As printed by\n\n"
    return f"{title}    kubewitness {' '.join(_COMMAND)}\n\n{done.stdout}"


if __name__ == "__main__":
    PAGE.write_text(page(PAGE.read_text("utf-8")), "utf-8")
    MATRIX_PAGE.write_text(matrix_page(), "utf-8")
