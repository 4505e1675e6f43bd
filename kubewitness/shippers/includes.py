"""Which other files a configuration asks for, so that whoever reads from a disk knows what to read too. Pure."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from kubewitness.shippers.model import Program

if TYPE_CHECKING:
    from collections.abc import Mapping

_PATTERNS: Final[Mapping[Program, re.Pattern[str]]] = {
    Program.RSYSLOG: re.compile(
        r"""^[ \t]*(?:\$IncludeConfig[ \t]+|include[ \t]*\([^)#\n]*?\bfile[ \t]*=[ \t]*["'])([^"'\s]+)""",
        re.IGNORECASE | re.MULTILINE,
    ),
    Program.FLUENT_BIT: re.compile(
        r"""^[ \t]*(?:@INCLUDE[ \t]+|(?:parsers_file|upstream)[ \t:]+|-[ \t]+(?=[\w./*-]+\.(?:ya?ml|conf)[ \t]*$))"""
        r"""["']?([^"'\s]+)""",
        re.IGNORECASE | re.MULTILINE,
    ),
    Program.FILEBEAT: re.compile(r"""^[ \t]*path:[ \t]*["']?([^"'\s]+\.d/[^"'\s]*)""", re.MULTILINE),
}
_OWN_FOLDER: Final = "${path.config}/"


def includes_of(program: Program, text: str) -> tuple[str, ...]:
    """File names or globs, as they are written; relative ones are relative to the file that asks."""
    pattern = _PATTERNS.get(program)
    found = pattern.findall(text) if pattern is not None else []
    return tuple(dict.fromkeys(item.removeprefix(_OWN_FOLDER) for item in found))
