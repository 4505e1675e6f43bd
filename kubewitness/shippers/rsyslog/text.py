"""How text stands in a configuration of rsyslog that we write. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


def quoted(text: str) -> str:
    """A value of a parameter. ``$`` would begin a variable in an expression, so it is escaped too."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


def listed(texts: Iterable[str]) -> str:
    """A value of a parameter that takes a list."""
    return f"[{', '.join(quoted(text) for text in texts)}]"


def block(name: str, *parameters: str) -> list[str]:
    """``name(…)``, a line for each parameter, as long ones are read best."""
    first, *others = parameters
    opened = f"{name}("
    blank = " " * len(opened)
    lines = [f"{opened}{first}", *(f"{blank}{parameter}" for parameter in others)]
    return [*lines[:-1], f"{lines[-1]})"]
