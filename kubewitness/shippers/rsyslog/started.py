"""Whether what starts rsyslog puts its positions back first: then a restart in an outage loses nothing over RELP. Pure.

omrelp counts a record as sent once it is under way. The unit that we render starts a script before rsyslog that sends
again what was not acknowledged; who takes that out of it loses as many records as RELP's window has.
"""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from kubewitness.shippers.model import InputKind, Place, Setting
from kubewitness.shippers.rsyslog.parameters import number
from kubewitness.shippers.rsyslog.scripts import REWIND

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kubewitness.shippers.model import Input
    from kubewitness.shippers.rsyslog.parameters import Parameters

_STARTS: Final = re.compile(r"^ExecStart=\S*rsyslogd\b.*\s-f\s*(\S+)", re.MULTILINE)
_BEFORE: Final = re.compile(r"^ExecStartPre=[-+!@:]*(\S+) \S+ (\d{1,9}) (files \d+|journal)(.*)$", re.MULTILINE)
#: librelp's, where windowSize is not written or below 2.
DEFAULT_WINDOW: Final = 128


@dataclass(frozen=True, slots=True)
class Started:
    """A unit that starts rsyslog. ``folders``: how many lines are put back in each; ``journal``: in the journal."""

    place: Place
    folders: Mapping[str, int]
    journal: int

    def puts_back(self, reader: Input) -> int:
        """How many of the input's records are sent again."""
        if reader.kind is InputKind.JOURNAL:
            return self.journal
        return min((self._of(path.value) for path in reader.paths), default=0)

    def _of(self, path: str) -> int:
        folder = posixpath.dirname(path)
        return max((lines for at, lines in self.folders.items() if f"{folder}/".startswith(f"{at}/")), default=0)


def started(files: Mapping[str, str], main: str) -> Started | None:
    """The unit among ``files`` that starts rsyslog with ``main``; ``None``: it is not among them."""
    for name, text in files.items():
        found = _STARTS.search(text) if name.endswith(".service") else None
        if found and found[1] == main:
            folders: dict[str, int] = {}
            journal = 0
            for command, lines, what, rest in _BEFORE.findall(text):
                if command == REWIND and what == "journal":
                    journal = int(lines)
                elif command == REWIND:
                    folders |= {folder.rstrip("/"): int(lines) for folder in rest.split()}
            return Started(Place(name, text.count("\n", 0, found.start()) + 1), folders, journal)
    return None


def window_of(parameters: Parameters) -> int:
    """How many records RELP may have under way. librelp takes no window of one."""
    found = parameters.setting("windowSize", number, DEFAULT_WINDOW, str(DEFAULT_WINDOW))
    return found.value if isinstance(found, Setting) and found.value > 1 else DEFAULT_WINDOW


def unsent(reader: Input, window: int, unit: Started) -> Setting[bool] | None:
    """That a restart forgets records of this input that were under way; ``None``: it does not.

    ``window``: of the RELP outputs that it leads to; 0: there is none.
    """
    back = unit.puts_back(reader)
    if back > window or not window or reader.kind not in {InputKind.FILES, InputKind.JOURNAL}:
        return None
    return Setting("ExecStartPre", True, f"puts back {back} lines, where {window} can be under way", unit.place)
