"""Policies in a text that is no YAML as a whole: documentation, a script with a here-document, a template.

A policy begins at the line with its apiVersion (comments and ``kind`` may stand before it) and ends where a line is
indented less, or is none of its own: the end of a code block or here-document, the next document. What a template says
between its lines is its own (it would be wrong to judge half of it), behind the last one it is not.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from kubewitness.auditpolicy.identity import GROUP

_BEGIN: Final = re.compile(rf"""([ \t]*(?:-[ ]+)?)["']?apiVersion["']?:[ \t]*["']?{re.escape(GROUP)}/""")
_BEFORE: Final = re.compile(r"""\s*(?:\#.*|["']?kind["']?:.*)?\Z""")
_TEMPLATE: Final = r"(?:\{\{|\{%|<%|%\{|\$\{)"
_OWN: Final = re.compile(rf"""(?:\#|-(?:\s|\Z)|["']?[A-Za-z][\w.-]*["']?\s*:(?:\s|\Z)|{_TEMPLATE})""")
_TRAILING: Final = re.compile(rf"\s*(?:{_TEMPLATE}.*)?\Z")
_NOT_YET: Final = re.compile(r"\s*(?:\#.*|---.*|%.*)?\Z")


@dataclass(frozen=True, slots=True)
class FoundLines:
    """Lines ``line`` (from 0) to ``end``, each with ``indent`` before it, which belongs to the text around."""

    line: int
    end: int
    indent: str


def policies_in_text(lines: list[str], first: int = 0) -> list[FoundLines]:
    """What begins in ``lines`` from ``first`` on, one behind the other."""
    found: list[FoundLines] = []
    at = first
    while at < len(lines):
        match = _BEGIN.match(lines[at])
        if match is None:
            at += 1
            continue
        indent = match[1] if match[1].isspace() else " " * len(match[1])
        begin = at if indent != match[1] else _begin(lines, at, found[-1].end if found else first, indent)
        at = _end(lines, at + 1, indent)
        found.append(FoundLines(begin, at, indent))
    return found


def begins_with_one(lines: list[str], found: FoundLines) -> bool:
    """Whether nothing that counts stands before it: then the text is that policy."""
    is_item = lines[found.line].lstrip().startswith("-")
    return not is_item and all(_NOT_YET.match(line) for line in lines[: found.line])


def _begin(lines: list[str], at: int, floor: int, indent: str) -> int:
    """Back over comments and the kind, to the first of them that is no blank line."""
    begin = at
    for line in range(at - 1, floor - 1, -1):
        if not _BEFORE.match(lines[line]) or (lines[line].strip() and not lines[line].startswith(indent)):
            break
        begin = line if lines[line].strip() else begin
    return begin


def _end(lines: list[str], at: int, indent: str) -> int:
    end = next((line for line in range(at, len(lines)) if not _is_inside(lines[line], indent)), len(lines))
    while end > at and _TRAILING.match(lines[end - 1]):
        end -= 1
    return end


def _is_inside(line: str, indent: str) -> bool:
    inside = line.removeprefix(indent)
    return not line.strip() or (line.startswith(indent) and (inside[0] in " \t" or bool(_OWN.match(inside))))
