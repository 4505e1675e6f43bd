"""One page, in Azure's words: ``value`` and ``nextLink``, a whole address that leads on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

from tests.fakes.azure.refusals import invalid
from tests.fakes.pages import page_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.fakes.azure.world import Call


def page(call: Call, items: Sequence[Any]) -> dict[str, Any]:
    """Empty pages may lead on: https://github.com/microsoft/api-guidelines/blob/vNext/azure/Guidelines.md#collections"""
    given = call.query.get("$skiptoken", "")
    size, faults = call.world.settings.page_size, call.world.faults
    try:
        shown, following = page_of(items, size, given, action=call.action, labels=call.labels(), faults=faults)
    except ValueError:
        raise invalid("The $skiptoken is invalid.", "InvalidSkipToken") from None
    if not following:
        return {"value": shown}
    query = urlencode({"api-version": call.query["api-version"], "$skiptoken": following})
    return {"value": shown, "nextLink": f"{call.origin}{quote(call.target.path)}?{query}"}
