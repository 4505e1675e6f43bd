"""Build the oracle for a version of Kubernetes, once: its binaries lie with those of the lab, outside the checkout."""

from __future__ import annotations

import hashlib
from pathlib import Path

from tests.lab import gobuild
from tests.lab.gobuild import find_go
from tests.lab.settings import Lab, LabError

SOURCE = Path(__file__).with_name("src")
MODULES = Path(__file__).with_name("modules")

VERSIONS = tuple(sorted((path.name for path in MODULES.iterdir()), key=lambda name: int(name.partition(".")[2])))
"""``1.24``: a folder of modules/ each, oldest first. It holds the go.mod that chooses the release."""

NEWEST = VERSIONS[-1]


def obstacle(version: str = NEWEST) -> str | None:
    """Why the oracle cannot be had here; ``None`` where it can, as far as can be told without a build."""
    if version not in VERSIONS:
        return f"the oracle knows Kubernetes {', '.join(VERSIONS)}, not {version}"
    if binary(version).exists() or find_go() is not None:
        return None
    return "no Go to build it with; install Go 1.26"


def binary(version: str = NEWEST) -> Path:
    """Where the binary is or would be. Another source, or another module, is another file."""
    parts = [path.read_bytes() for path in (*sorted(SOURCE.iterdir()), *sorted((MODULES / version).iterdir()))]
    key = hashlib.sha256(b"\0".join(parts)).hexdigest()[:8]
    return Lab.from_environment().home / "bin" / f"oracle-{version}-{key}" / "oracle"


def build(version: str = NEWEST) -> Path:
    """The binary, built if it is not there: 8 s, and with nothing cached half a minute.

    Raises:
        LabError: there is no Go, or it fails; with its last lines.
    """
    if (reason := obstacle(version)) is not None:
        raise LabError(reason)
    lab, wanted = Lab.from_environment(), binary(version)
    if not wanted.exists():
        with lab.alone():
            if not wanted.exists():  # who held the lock may have built it
                _build(version, wanted.parent, lab.home / "log")
    return wanted


def _build(version: str, into: Path, logs: Path) -> None:
    go = find_go()
    if go is None:
        raise LabError("no Go to build it with; install Go 1.26")
    gobuild.build_module(go, gobuild.Module("oracle", (SOURCE, MODULES / version), ".", "-s -w", 0.5), into, logs)
