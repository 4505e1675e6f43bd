"""The activity log: who changed which resource. Here, of diagnostic settings only, and only where one is named.

Source: https://learn.microsoft.com/rest/api/monitor/activity-logs/list
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from tests.fakes.azure.paging import page
from tests.fakes.azure.refusals import Refusal

if TYPE_CHECKING:
    from tests.fakes.azure.world import Call

KIND = "Microsoft.Insights/eventtypes/values"
VERSIONS = ("2015-04-01",)
_KNOWN = re.compile(r"eventTimestamp ge '([^']+)' and eventTimestamp le '([^']+)' and resourceUri eq '([^']+)'")


class Written(list[tuple[float, str]]):
    """(when, a resource's key)"""


def note(call: Call) -> None:
    call.world.remembered(Written).append((call.world.now(), call.target.key))


def answer(call: Call) -> Any:
    """``$filter`` takes a few patterns and no other."""
    asked = _KNOWN.fullmatch(call.query.get("$filter", ""))
    if asked is None:
        raise Refusal(400, "BadRequest", "this fake does not understand the filter")
    since, until = (datetime.fromisoformat(one).timestamp() for one in asked.groups()[:2])
    found = [
        _event(when, key)
        for when, key in call.world.remembered(Written)
        if key == asked[3].lower() and since <= when <= until
    ]
    return page(call, found)


def _event(when: float, key: str) -> dict[str, Any]:
    return {
        "resourceId": key,
        "operationName": {"value": "Microsoft.Insights/diagnosticSettings/write"},
        "status": {"value": "Succeeded"},
        "eventTimestamp": datetime.fromtimestamp(when, UTC).isoformat().replace("+00:00", "Z"),
    }
