"""One page, in AWS's words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.fakes.aws.refusals import invalid
from tests.fakes.pages import page_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.fakes.aws.world import Call


def page(call: Call, items: Sequence[Any], result: str, *, limit: str, token: str, default: int) -> dict[str, Any]:
    """``{result: items, token: ...}``; without a token when nothing more comes.

    Empty pages may lead on ("can occasionally return an empty set of results even when more results are available"):
    https://docs.aws.amazon.com/organizations/latest/APIReference/API_ListAccounts.html

    Args:
        limit: the parameter that says how many are wanted; ``default`` where it does not.
        token: the parameter, and the member of the answer, that leads on.
    """
    size = int(call.params.get(limit) or default)
    given = call.params.get(token) or ""
    action, faults = call.asked.action, call.world.faults
    try:
        shown, following = page_of(items, size, given, action=action, labels=call.labels(), faults=faults)
    except ValueError:
        raise invalid(call.asked.codes, f"{token} is not a token of {action}") from None
    return {result: shown, token: following} if following else {result: shown}
