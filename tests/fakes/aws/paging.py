"""One page of a list, as every AWS service gives it: an opaque token leads to the next."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any, TypeVar

from tests.fakes.aws.refusals import invalid
from tests.fakes.faults import FaultKind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.fakes.aws.world import Call

Item = TypeVar("Item")


def page(call: Call, items: Sequence[Item], result: str, *, limit: str, token: str, default: int) -> dict[str, Any]:
    """``{result: items, token: ...}``; without a token when nothing more comes.

    Args:
        limit: the parameter that says how many are wanted; ``default`` where it does not.
        token: the parameter, and the member of the answer, that leads on.
    """
    start = _start(call, token)
    size = int(call.params.get(limit) or default)
    cut = call.world.faults.find(call.asked.action, call.labels(), FaultKind.TRUNCATE)
    if cut is not None:
        size = min(size, cut.size)
    if size == 0:  # an empty page that leads on: "These operations can occasionally return an empty set of results
        # even when more results are available"
        # https://docs.aws.amazon.com/organizations/latest/APIReference/API_ListAccounts.html
        if start[1]:
            size = 1
        else:
            return {result: [], token: _token(call, start[0], seen_empty=True)}
    end = start[0] + size
    answer: dict[str, Any] = {result: list(items[start[0] : end])}
    if end < len(items):
        answer[token] = _token(call, end, seen_empty=False)
    return answer


def _token(call: Call, offset: int, *, seen_empty: bool) -> str:
    return base64.urlsafe_b64encode(f"{call.asked.action} {offset} {int(seen_empty)}".encode()).decode()


def _start(call: Call, token: str) -> tuple[int, bool]:
    given = call.params.get(token)
    if not given:
        return 0, False
    try:
        action, offset, seen_empty = base64.urlsafe_b64decode(given).decode().split()
    except ValueError:
        action = offset = seen_empty = ""
    if action != call.asked.action:
        raise invalid(call.asked.codes, f"{token} is not a token of {call.asked.action}")
    return int(offset), seen_empty == "1"
