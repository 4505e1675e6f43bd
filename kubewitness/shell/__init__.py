"""The scripts that run on a node: POSIX sh, rendered here with their parameters in front.

They need nothing but coreutils (or busybox) and awk. A parameter becomes a quoted assignment, so no value of it can be
read as a command.
"""

from __future__ import annotations

import shlex
from importlib.resources import files
from typing import TYPE_CHECKING, Final

from kubewitness.canary import CANARY_PATH

if TYPE_CHECKING:
    from collections.abc import Mapping

#: Where a node keeps what our last run left, the lock and the backups. Outside everything that the kubelet reads.
STATE_DIR: Final = "/var/lib/kubewitness"

_PARTS: Final = {
    "probe": ("node", "nodelogs", "shippers", "probe"),
    "runs": ("node", "runs"),
    "journald": ("node", "files", "journald"),
    "filestate": ("node", "files", "filestate"),
    "service": ("node", "lock", "files", "service"),
    "stored": ("node", "stored"),
    "transaction": ("node", "lock", "files", "removedlog", "gate", "transaction"),
}


def render(script: str, parameters: Mapping[str, str]) -> str:
    """The text of ``script`` (a name of ``_PARTS``) for one node, to be given to ``sh -c``."""
    everything = {"CANARY_PATH": CANARY_PATH, "STATE_DIR": STATE_DIR, **parameters}
    assignments = "".join(f"{name}={shlex.quote(value)}\n" for name, value in everything.items())
    folder = files("kubewitness.shell")
    return assignments + "".join(_code(folder.joinpath(f"{part}.sh").read_text("utf-8")) for part in _PARTS[script])


def _code(text: str) -> str:
    """``text`` without whole-line comments: the script travels as one argument, whose size is limited."""
    return "".join(line for line in text.splitlines(keepends=True) if not line.lstrip().startswith("#"))
