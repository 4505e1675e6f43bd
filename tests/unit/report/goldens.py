"""The golden files of the report formats.

After a change that is meant: ``python -m tests.unit.report.goldens``, and read the diff.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from kubewitness.report import Options, renderer
from tests.unit.report import reports

if TYPE_CHECKING:
    from collections.abc import Callable

    from kubewitness.model import Report

FOLDER = Path(__file__).parent / "golden"
CASES: dict[str, tuple[Callable[[], Report], str, Options]] = {
    "fleet.txt": (reports.fleet, "table", Options(width=100)),
    "fleet.color.txt": (reports.fleet, "table", Options(width=100, color=True)),
    "fleet.narrow-ascii.txt": (reports.fleet, "table", Options(width=40, ascii_only=True)),
    "fleet.json": (reports.fleet, "json", Options()),
    "two-kinds.txt": (reports.two_kinds, "table", Options(width=100)),
    "two-kinds.md": (reports.two_kinds, "markdown", Options()),
    "fleet.md": (reports.fleet, "markdown", Options()),
    "clean.txt": (reports.clean, "table", Options(width=80)),
    "empty.txt": (reports.empty, "table", Options(width=80)),
    "empty.md": (reports.empty, "markdown", Options()),
    "hostile.txt": (reports.hostile, "table", Options(width=100)),
    "hostile.json": (reports.hostile, "json", Options()),
    "hostile.md": (reports.hostile, "markdown", Options()),
}


def rendered(name: str) -> str:
    report, output, options = CASES[name]
    return renderer(output)(report(), options)


def write() -> None:
    for stale in FOLDER.iterdir():
        stale.unlink()
    for name in CASES:
        (FOLDER / name).write_text(rendered(name), encoding="utf-8")


if __name__ == "__main__":
    write()
