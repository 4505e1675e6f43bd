"""Lists of names as people say them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

_MOST_NAMES: Final = 4


def several(names: Sequence[str], most: int = _MOST_NAMES) -> str:
    """``a, b and c``; of many the first few and how many more there are."""
    if len(names) == 1:
        return names[0]
    if len(names) <= most:
        return f"{', '.join(names[:-1])} and {names[-1]}"
    return f"{', '.join(names[: most - 1])} and {len(names) - most + 1} more"
