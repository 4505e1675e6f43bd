"""The golden files of the simulation's formats.

After a change that is meant: ``python -m tests.unit.report.simulation.goldens``, and read the diff.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from kubewitness.report import Options
from kubewitness.report.simulation import simulation_renderer
from tests.unit.report.simulation import simulations

if TYPE_CHECKING:
    from collections.abc import Callable

    from kubewitness.report.simulation import Replayed

FOLDER = Path(__file__).parent / "golden"
CASES: dict[str, tuple[Callable[[], Replayed], str, Options]] = {
    "ordinary.txt": (simulations.ordinary, "table", Options(width=100)),
    "ordinary.color.txt": (simulations.ordinary, "table", Options(width=100, color=True)),
    "ordinary.narrow-ascii.txt": (simulations.ordinary, "table", Options(width=50, ascii_only=True)),
    "ordinary.json": (simulations.ordinary, "json", Options()),
    "quiet.txt": (simulations.quiet, "table", Options(width=100)),
    "open.txt": (simulations.in_the_open, "table", Options(width=100)),
    "hostile.txt": (simulations.hostile, "table", Options(width=100)),
    "hostile.json": (simulations.hostile, "json", Options()),
}


def rendered(name: str) -> str:
    replayed, output, options = CASES[name]
    return simulation_renderer(output)(replayed(), options)


def write() -> None:
    FOLDER.mkdir(exist_ok=True)
    for stale in FOLDER.iterdir():
        stale.unlink()
    for name in CASES:
        (FOLDER / name).write_text(rendered(name), encoding="utf-8")


if __name__ == "__main__":
    write()
