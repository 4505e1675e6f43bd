"""Programs that tests run on the lab's nodes: built from modules of ours, whose go.mod and go.sum are committed.

Built only when one is asked for, and once for as long as programs/NAME does not change.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from tests.lab import gobuild
from tests.lab.settings import Lab, LabError

_MODULES = Path(__file__).with_name("programs")


@dataclass(frozen=True, slots=True)
class Program:
    """``package``: of the command, ``.``: our module is one. ``minutes``: with nothing cached, on 2 cores."""

    package: str
    minutes: float
    linker_flags: str = "-s -w"


_PROGRAMS = {
    "otelcol": Program(".", minutes=2),
    "filebeat": Program("github.com/elastic/beats/v7/filebeat", minutes=1),
    "victoria-logs": Program("github.com/VictoriaMetrics/VictoriaMetrics/app/victoria-logs", minutes=0.2),
}
NAMES = tuple(_PROGRAMS)


def binary(lab: Lab, name: str) -> Path:
    """Where it is or would be. Another module is another file."""
    parts = [repr(_PROGRAMS[name]).encode(), *(path.read_bytes() for path in sorted((_MODULES / name).iterdir()))]
    return lab.home / "bin" / f"{name}-{hashlib.sha256(b''.join(parts)).hexdigest()[:8]}" / name


def find_or_build(lab: Lab, name: str) -> Path:
    """The program's binary. Nodes may go up and down meanwhile.

    Raises:
        LabError: there is no Go, or it fails; with its last lines.
    """
    wanted, recipe = binary(lab, name), _PROGRAMS[name]
    if wanted.exists():
        return wanted
    if (go := gobuild.find_go()) is None:
        raise LabError(f"no Go to build {name} with; install Go 1.26")
    module = gobuild.Module(name, (_MODULES / name,), recipe.package, recipe.linker_flags, recipe.minutes)
    with lab.alone(name):
        if not wanted.exists():  # who held the lock may have built it
            gobuild.build_module(go, module, wanted.parent, logs=lab.home / "log")
    return wanted
