"""OAuth tokens: who asks for one gets one, good for as long as the settings say."""

from __future__ import annotations

import json
import secrets
from typing import TYPE_CHECKING

from tests.fakes.faults import FaultKind
from tests.fakes.httpd import HttpAnswer

if TYPE_CHECKING:
    from tests.fakes.gcp.world import World

_JSON = {"content-type": "application/json"}


def new_token(world: World) -> str:
    token = f"ya29.fake-{secrets.token_hex(12)}"
    world.tokens[token] = world.now() + world.settings.token_seconds
    return token


def token_answer(world: World) -> HttpAnswer:
    """Of the token exchange (RFC 8693) that an external account's credentials ask for, or of any other grant."""
    if world.faults.find("token", {}, FaultKind.DENY, FaultKind.BLOCK, FaultKind.FAIL):
        body = {"error": "invalid_grant", "error_description": "the fake was told to refuse"}
        world.ledger.count("token", "", "", "refused")
        return HttpAnswer(400, json.dumps(body).encode(), _JSON)
    world.ledger.count("token", "", "", "ok")
    given = {
        "access_token": new_token(world),
        "expires_in": world.settings.token_seconds,
        "token_type": "Bearer",
        "issued_token_type": "urn:ietf:params:oauth:token-type:access_token",
    }
    return HttpAnswer(200, json.dumps(given).encode(), _JSON)


def is_good(world: World, authorization: str) -> bool:
    token = authorization.removeprefix("Bearer ")
    return world.now() < world.tokens.get(token, 0)


def expire(world: World) -> None:
    """End all tokens that are out, whatever was said of them."""
    world.tokens.clear()
