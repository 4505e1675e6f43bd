"""How text stands in the YAML of a collector or of Filebeat. Pure."""

from __future__ import annotations

import json
from typing import Final

PLAIN_DOLLAR: Final = {"$$": "$"}
"""How a dollar that begins no variable is written, and what it is."""


def quoted(text: str) -> str:
    """A YAML scalar of any text. ``$`` would begin a variable in both programs, and DEL is no character of YAML.

    Sources: https://opentelemetry.io/docs/collector/configuration/#environment-variables,
    https://github.com/elastic/go-ucfg/blob/v0.8.6/variables.go
    """
    return json.dumps(text, ensure_ascii=False).replace("$", "$$").replace("\x7f", "\\x7f")


def listed(texts: tuple[str, ...]) -> str:
    """A list of them, in one line."""
    return f"[{', '.join(quoted(text) for text in texts)}]"
