"""How text stands in a collector's configuration. Pure."""

from __future__ import annotations

import json


def quoted(text: str) -> str:
    """A YAML scalar of any text. ``$`` would begin a variable, and DEL is no character of YAML.

    Source: https://opentelemetry.io/docs/collector/configuration/#environment-variables
    """
    return json.dumps(text, ensure_ascii=False).replace("$", "$$").replace("\x7f", "\\x7f")
