"""One page, in Google's words: ``page_size``, ``page_token``, ``next_page_token``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.fakes.gcp.refusals import invalid
from tests.fakes.pages import page_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.fakes.gcp.world import Call


def page(call: Call, items: Sequence[Any], *, default: int = 100) -> tuple[list[Any], str]:
    """The items, and the token that leads on; empty at the end.

    Empty pages may lead on: https://google.aip.dev/158
    """
    size, given = call.request.page_size or default, call.request.page_token
    action, faults = call.permission, call.world.faults
    try:
        return page_of(items, size, given, action=action, labels=call.labels(), faults=faults)
    except ValueError:
        raise invalid("page_token is invalid") from None
