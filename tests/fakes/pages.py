"""One page of a list, as every cloud gives it: an opaque token leads to the next."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, TypeVar

from tests.fakes.faults import FaultKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from tests.fakes.faults import Faults

Item = TypeVar("Item")


def page_of(
    items: Sequence[Item], size: int, given: str, *, action: str, labels: Mapping[str, Iterable[str]], faults: Faults
) -> tuple[list[Item], str]:
    """The items of this page, and the token of the next; empty at the end.

    Args:
        given: the token that came with the request; empty without one.

    Raises:
        ValueError: it is none of ours for this action.
    """
    offset, seen_empty = _read(given, action)
    cut = faults.find(action, labels, FaultKind.TRUNCATE)
    if cut is not None:
        size = min(size, cut.size)
    if size == 0 and not seen_empty:  # the clouds may send an empty page that leads on
        return [], _write(action, offset, seen_empty=True)
    end = offset + max(size, 1)
    return list(items[offset:end]), _write(action, end, seen_empty=False) if end < len(items) else ""


def _write(action: str, offset: int, *, seen_empty: bool) -> str:
    return base64.urlsafe_b64encode(f"{action} {offset} {int(seen_empty)}".encode()).decode()


def _read(given: str, action: str) -> tuple[int, bool]:
    if not given:
        return 0, False
    of, offset, seen_empty = base64.urlsafe_b64decode(given).decode().split(" ")
    if of != action:
        raise ValueError(f"the token is one of {of}")
    return int(offset), seen_empty == "1"
