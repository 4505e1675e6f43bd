"""Text that was read, made fit for GitHub-flavoured Markdown: no link, mention, HTML or cell comes out of it."""

from __future__ import annotations

import re
from itertools import groupby
from typing import Final

from kubewitness.report.safe import safe

_SPECIAL: Final = re.compile(r"([\\`*_\[\]{}|~$^!]|(?<=:)/(?=/)|(?<=[wW]{3})\.)")
_MENTION: Final = re.compile(r"([@#])(?=\w)")  # looked for in the finished page, where a backslash is gone


def code_span(text: str, *, in_cell: bool = False) -> str:
    """A code span. In a cell a pipe ends the cell even in code, so it is escaped; GFM takes the backslash off again."""
    shown = safe(text)
    if not shown.strip():
        return "(empty)"
    longest = max((len(list(run)) for char, run in groupby(shown) if char == "`"), default=0)
    fence = "`" * (longest + 1)
    if in_cell:
        shown = shown.replace("|", "\\|")
    pad = " " if shown[0] in "` " or shown[-1] in "` " else ""
    return f"{fence}{pad}{shown}{pad}{fence}"


def plain(text: str) -> str:
    """Plain words. ``://``, ``www.``, ``@team`` and ``#1`` are parted, or GitHub makes links of them."""
    escaped = safe(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return _MENTION.sub(r"\1<!-- -->", _SPECIAL.sub(r"\\\1", escaped))
