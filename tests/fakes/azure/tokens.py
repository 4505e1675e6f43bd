"""Access tokens, as a managed identity's endpoint gives them out.

Source: https://learn.microsoft.com/azure/app-service/overview-managed-identity#rest-endpoint-reference
"""

from __future__ import annotations

import json
import secrets
from typing import TYPE_CHECKING

from tests.fakes.azure.refusals import CLIENT, Refusal, expired, unauthenticated
from tests.fakes.faults import FaultKind
from tests.fakes.httpd import HttpAnswer

if TYPE_CHECKING:
    from tests.fakes.azure.world import World
    from tests.fakes.httpd import HttpRequest

_JSON = {"content-type": "application/json"}


def new_token(world: World) -> str:
    token = f"fake.{secrets.token_hex(16)}"
    world.tokens[token] = world.now() + world.settings.token_seconds
    return token


def token_answer(world: World) -> HttpAnswer:
    if world.faults.find("token", {}, FaultKind.DENY, FaultKind.BLOCK, FaultKind.FAIL):
        world.ledger.count("token", "", "", "refused")
        refused = {"error": "invalid_request", "error_description": "Identity not found"}
        return HttpAnswer(400, json.dumps(refused).encode(), _JSON)
    world.ledger.count("token", "", "", "ok")
    given = {
        "access_token": new_token(world),
        "client_id": CLIENT,
        "expires_on": str(int(world.now()) + world.settings.token_seconds),
        "resource": "https://management.azure.com",
        "token_type": "Bearer",
    }
    return HttpAnswer(200, json.dumps(given).encode(), _JSON)


def check(world: World, request: HttpRequest) -> None:
    """Raises: Refusal: there is no token, or it has expired."""
    sent = request.headers.get("authorization", "")
    found: Refusal | None = None
    if not sent.startswith("Bearer ") or (until := world.tokens.get(sent.removeprefix("Bearer "))) is None:
        found = unauthenticated()
    elif world.now() >= until:
        found = expired()
    if found:
        raise found


def expire(world: World) -> None:
    """End all tokens that are out, whatever was said of them."""
    for token in world.tokens:
        world.tokens[token] = 0
