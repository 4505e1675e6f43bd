"""One page of a list: ``page_size``, ``page_token``, ``next_page_token``."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

from tests.fakes.faults import FaultKind
from tests.fakes.gcp.refusals import invalid

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.fakes.gcp.world import Call


def page(call: Call, items: Sequence[Any], *, default: int = 100) -> tuple[list[Any], str]:
    """The items, and the token that leads on; empty at the end.

    "A page may be empty and yet lead on": https://google.aip.dev/158
    """
    start, seen_empty = _start(call)
    size = call.request.page_size or default
    cut = call.world.faults.find(call.permission, call.labels(), FaultKind.TRUNCATE)
    if cut is not None:
        size = min(size, cut.size)
    if size == 0 and not seen_empty:
        return [], _token(call, start, seen_empty=True)
    end = start + max(size, 1)
    return list(items[start:end]), _token(call, end, seen_empty=False) if end < len(items) else ""


def _token(call: Call, offset: int, *, seen_empty: bool) -> str:
    return base64.urlsafe_b64encode(f"{call.permission} {offset} {int(seen_empty)}".encode()).decode()


def _start(call: Call) -> tuple[int, bool]:
    if not call.request.page_token:
        return 0, False
    try:
        permission, offset, seen_empty = base64.urlsafe_b64decode(call.request.page_token).decode().split()
    except ValueError:
        permission = offset = seen_empty = ""
    if permission != call.permission:
        raise invalid("page_token is invalid")
    return int(offset), seen_empty == "1"
