"""Azure Resource Graph: one question over all subscriptions that can be seen. It does not know diagnostic settings.

Of its query language there is what an inventory needs: ``resources``, ``where type``, ``project`` (also of what
``tostring`` makes of a property), ``order by``.
Sources: https://learn.microsoft.com/rest/api/azureresourcegraph/resourcegraph/resources/resources,
https://learn.microsoft.com/azure/governance/resource-graph/concepts/paging-results,
https://github.com/Azure/bicep/issues/18820
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from tests.fakes.azure.ids import target
from tests.fakes.azure.refusals import TENANT, invalid
from tests.fakes.faults import FaultKind
from tests.fakes.pages import page_of

if TYPE_CHECKING:
    from tests.fakes.azure.world import Call

ACTION = "Microsoft.ResourceGraph/resources/read"
PATH = "/providers/microsoft.resourcegraph/resources"
_MOST = 1000
_KNOWN = (
    "microsoft.containerservice/managedclusters",
    "microsoft.kubernetes/connectedclusters",
    "microsoft.operationalinsights/workspaces",
    "microsoft.storage/storageaccounts",
)


def query(call: Call) -> dict[str, Any]:
    """Answers in the form objectArray."""
    options = call.body.get("options") or {}
    if options.get("resultFormat", "objectArray") != "objectArray":
        raise invalid("this fake answers resultFormat objectArray only", "BadRequest")
    rows, projected = _run(call, str(call.body.get("query", "")))
    top = min(int(options.get("$top") or _MOST), _MOST)
    can_page = projected is None or "id" in projected or "name" in projected
    try:
        shown, following = page_of(
            rows, top, options.get("$skipToken") or "", action=ACTION, labels={}, faults=call.world.faults
        )
    except ValueError:
        raise invalid("The skip token is invalid.", "BadRequest") from None
    answer = {
        "totalRecords": len(rows),
        "count": len(shown),
        "data": shown,
        "facets": [],
        # True is not "there is more": it is "there is more, and no token leads to it".
        "resultTruncated": "true" if following and not can_page else "false",
    }
    return {**answer, "$skipToken": following} if following and can_page else answer


def _run(call: Call, text: str) -> tuple[list[dict[str, Any]], list[str] | None]:
    table, *steps = [step.strip() for step in re.split(r"\|", text)]
    if table.lower() != "resources":
        raise _not_understood(table)
    rows = list(_visible(call))
    projected: list[str] | None = None
    for step in steps:
        word, _, rest = step.partition(" ")
        if word == "where":
            wanted = _types(rest)
            rows = [row for row in rows if row["type"] in wanted]
        elif word == "project":
            projected = [one.strip() for one in rest.split(",")]
            rows = [{**row, **_computed(row, projected)} for row in rows]
            projected = [one.partition(" = ")[0] for one in projected]
        elif word in ("order", "sort"):
            rows.sort(key=lambda row: str(row[rest.split()[1]]), reverse=rest.endswith(" desc"))
        else:
            raise _not_understood(step)
    if projected is not None:
        rows = [{name: row.get(name) for name in projected} for row in rows]
    return rows, projected


def _computed(row: dict[str, Any], columns: list[str]) -> dict[str, Any]:
    """``state = tostring(properties.provisioningState)``: empty where there is none."""
    found = {}
    for column in columns:
        name, equals, path = column.partition(" = ")
        if equals and (matched := re.fullmatch(r"tostring\(properties\.([\w.]+)\)", path)):
            value: Any = row.get("properties")
            for part in matched[1].split("."):
                value = value.get(part) if isinstance(value, dict) else None
            found[name] = "" if value is None else str(value)
        elif equals:
            raise _not_understood(column)
    return found


def _types(condition: str) -> list[str]:
    """``type =~ 'a'``, ``type == 'a'``, ``type in~ ('a', 'b')``; joined by ``or``."""
    found = []
    for part in re.split(r"\s+or\s+", condition.strip("() ")):
        matched = re.fullmatch(r"\(?type\s*(?:=~|==|in~|in)\s*\(?((?:\s*'[^']+'\s*,?)+)\)?", part)
        if matched is None:
            raise _not_understood(f"where {condition}")
        found += [one.lower() for one in re.findall(r"'([^']+)'", matched[1])]
    return found


def _visible(call: Call) -> list[dict[str, Any]]:
    """A subscription that may not be read is not named: its resources are just not there."""
    asked = {one.lower() for one in call.body.get("subscriptions") or call.world.subscriptions}
    denied = {
        subscription
        for subscription in asked
        if call.world.faults.find(
            "Microsoft.Resources/subscriptions/read", {"subscription": (subscription,)}, FaultKind.DENY
        )
    }
    found = []
    for key, resource in sorted(call.world.resources.items()):
        here = target(key)
        if here.kind in _KNOWN and here.subscription in asked - denied:
            found.append(_row(resource))
    return found


def _row(resource: dict[str, Any]) -> dict[str, Any]:
    """Type and group in lower case; the id as it was made."""
    here = target(resource["id"])
    empty = dict.fromkeys(("kind", "managedBy", "sku", "plan", "tags", "identity", "zones", "extendedLocation"))
    return {
        **empty,
        **{name: value for name, value in resource.items() if name in {*empty, "location", "properties", "name", "id"}},
        "type": here.kind,
        "tenantId": TENANT,
        "subscriptionId": here.subscription,
        "resourceGroup": here.group.lower(),
    }


def _not_understood(part: str) -> Exception:
    return invalid(f"this fake does not understand {part!r} in a query", "BadRequest")
