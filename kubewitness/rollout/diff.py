"""A plan as a person reads it: unified diffs with secrets masked, and what it costs. Pure."""

from __future__ import annotations

import re
from difflib import unified_diff
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kubewitness.rollout.plan import FileChange, Plan

_SECRET_KEY: Final = re.compile(
    r"""((?:password|passwd|token|secret|credential|api[-_]?key)[\w-]*["']?\s*[=:]\s*["']?)(?!/)[^\s"',]+""",
    re.IGNORECASE,
)
_USER_INFO: Final = re.compile(r"(://)[^/\s@]+@")
_ENV_VALUE: Final = re.compile(r"""((?:^[ +-]?\s*(?:-\s+)?|[{,]\s*)["']?value["']?\s*:\s*)\S.*$""")
_ENV_KEY: Final = re.compile(r"""^(\s*(?:-\s+)?)["']?value["']?\s*:""")
_UNPRINTABLE: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def describe(plan: Plan, *, live: bool) -> Iterator[str]:
    """Lines for the terminal: why, the difference of each file, and whether the API will be away."""
    yield from (printable(reason) for reason in plan.reasons)
    hidden = _value_lines(plan.manifest.before) | _value_lines(plan.manifest.after)
    for change in plan.written:
        for line in diff(change):
            if change is not plan.manifest:
                yield printable(line)
            else:
                yield f"{line[0]}*****" if line[1:] in hidden else mask(line)
    yield plan.restart.outage if live else "a file tree: no API server is restarted, and nothing is proved"


def diff(change: FileChange) -> Iterator[str]:
    """The unified diff of one file. No lines where nothing differs."""
    before, after = (text.splitlines() if text is not None else [] for text in (change.before, change.after))
    old = change.path if change.before is not None else "/dev/null"
    new = change.path if change.after is not None else "/dev/null"
    return unified_diff(before, after, old, new, lineterm="", n=2)


def _value_lines(text: str | None) -> set[str]:
    """The lines with which a ``value:`` goes on below its key."""
    found: set[str] = set()
    column: int | None = None
    for line in (text or "").splitlines():
        if column is not None and line.strip() and len(line) - len(line.lstrip()) > column:
            found.add(line)
        elif line.strip():
            key = _ENV_KEY.match(line)
            column = len(key[1]) if key else None
    return found


def mask(line: str) -> str:
    """A manifest's ``line`` without secrets and without control characters. A flag that names a file is no secret."""
    line = _ENV_VALUE.sub(r"\1*****", line)
    return printable(_SECRET_KEY.sub(r"\1*****", _USER_INFO.sub(r"\1*****@", line)))


def printable(line: str) -> str:
    """``line`` with control characters, bidirectional ones and what is no UTF-8 made visible."""
    return _UNPRINTABLE.sub(lambda match: match[0].encode("unicode_escape").decode("ascii"), line)
