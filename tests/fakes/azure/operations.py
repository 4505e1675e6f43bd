"""What takes longer than an answer: the address where its end can be seen, which the SDK asks again and again.

Source: https://learn.microsoft.com/azure/azure-resource-manager/management/async-operations
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from uuid import uuid4

from tests.fakes.httpd import HttpAnswer

if TYPE_CHECKING:
    from tests.fakes.azure.world import Call, World
    from tests.fakes.httpd import HttpRequest

_PATH = "/fake-operations/"


@dataclass
class Operations:
    due: dict[str, tuple[str, float]] = field(default_factory=dict)
    """Operation -> the resource's key, and when it is done."""


def begin(call: Call, status: int) -> dict[str, str]:
    """The headers that lead to the operation, where there is one."""
    resource = call.world.resources.get(call.target.key, {})
    if status != 201 or resource.get("properties", {}).get("provisioningState") != "Creating":
        return {}
    name = str(uuid4())
    until = call.world.now() + call.world.settings.operation_seconds
    call.world.remembered(Operations).due[name] = (call.target.key, until)
    return {"azure-asyncoperation": f"{call.origin}{_PATH}{name}?api-version=2017-08-31", "retry-after": "1"}


def answer(request: HttpRequest, world: World) -> HttpAnswer | None:
    """How far an operation is; ``None``: that was not the question."""
    if not request.path.startswith(_PATH):
        return None
    name = request.path.removeprefix(_PATH)
    key, until = world.remembered(Operations).due[name]
    done = world.now() >= until
    if done and key in world.resources:
        world.resources[key]["properties"]["provisioningState"] = "Succeeded"
    world.ledger.count("operation", "", "", "ok")
    body = {"name": name, "status": "Succeeded" if done else "InProgress"}
    return HttpAnswer(200, json.dumps(body).encode(), {"content-type": "application/json", "retry-after": "1"})
