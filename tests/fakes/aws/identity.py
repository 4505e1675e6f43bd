"""Who asks. An access key id carries its account; STS gives out more.

Signatures are not verified: the SDKs make them, and nothing here is secret.
"""

from __future__ import annotations

import re
import secrets
import string
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from tests.fakes.aws.refusals import Refusal, denied, expired, unknown_key
from tests.fakes.aws.regions import is_enabled

if TYPE_CHECKING:
    from tests.fakes.aws.world import Call, World
    from tests.fakes.httpd import HttpRequest

_CREDENTIAL = re.compile(r"Credential=(\w+)/\d{8}/([\w-]+)/([\w.-]+)/aws4_request")
_LASTING = re.compile(r"AKIA(\d{12})FAKE")


def lasting_key(account: str) -> str:
    """The access key id of the user ``admin`` of an account; its form is AWS's own, 20 characters after AKIA."""
    return f"AKIA{account}FAKE"


@dataclass(slots=True)
class Caller:
    account: str
    principal: str
    """ARN."""
    user_id: str
    token: str = ""
    until: float | None = None
    """When the credentials end, in the world's time."""


@dataclass(frozen=True, slots=True)
class Scope:
    """What the signature says."""

    key: str
    region: str
    service: str


def scope(request: HttpRequest) -> Scope:
    """Raises: Refusal: the request is not signed."""
    found = _CREDENTIAL.search(request.headers.get("authorization", ""))
    if not found:
        raise Refusal("MissingAuthenticationTokenException", "Missing Authentication Token", 403)
    return Scope(*found.groups())


def caller(signed: Scope, request: HttpRequest, world: World) -> Caller:
    """Raises: Refusal: the key is unknown or has expired, or the account has not enabled the region."""
    if lasting := _LASTING.fullmatch(signed.key):
        account = lasting[1]
        who = Caller(account, f"arn:aws:iam::{account}:user/admin", "AIDAFAKEADMIN")
    else:
        found = world.keys.get(signed.key)
        if found is None or found.token != request.headers.get("x-amz-security-token"):
            raise unknown_key(signed.service)
        if found.until is not None and world.now() >= found.until:
            raise expired(signed.service)
        who = found
    if not is_enabled(world, who.account, signed.region):
        raise unknown_key(signed.service)
    return who


def expire(world: World, account: str) -> None:
    """End all temporary credentials of an account that are out by now: ``*`` of all accounts."""
    for one in world.keys.values():
        if account in ("*", one.account):
            one.until = 0


def assume_role(call: Call) -> dict[str, Any]:
    """Any role of any account may be assumed, unless a fault denies it or it asks for another ExternalId."""
    role = str(call.params["RoleArn"])
    matched = re.fullmatch(r"arn:([\w-]+):iam::(\d{12}):role/(?:.*/)?([\w+=,.@-]+)", role)
    if not matched:
        raise Refusal("ValidationError", f"{role} is invalid", 400)
    if call.world.external_ids.get(role, call.params.get("ExternalId")) != call.params.get("ExternalId"):
        raise denied("sts", "sts:AssumeRole", call.caller.principal, role)
    partition, account, name = matched.groups()
    session = call.params["RoleSessionName"]
    until = call.world.now() + call.params.get("DurationSeconds", 3600)
    key = "ASIA" + "".join(secrets.choice(string.ascii_uppercase + string.digits) for _ in range(16))
    role_id = f"AROAFAKE{account}:{session}"
    arn = f"arn:{partition}:sts::{account}:assumed-role/{name}/{session}"
    token = secrets.token_urlsafe(48)
    call.world.keys[key] = Caller(account, arn, role_id, token, until)
    return {
        "Credentials": {
            "AccessKeyId": key,
            "SecretAccessKey": secrets.token_urlsafe(30),
            "SessionToken": token,
            "Expiration": datetime.fromtimestamp(until, UTC),
        },
        "AssumedRoleUser": {"AssumedRoleId": role_id, "Arn": arn},
    }


def get_caller_identity(call: Call) -> dict[str, Any]:
    return {"UserId": call.caller.user_id, "Account": call.account, "Arn": call.caller.principal}


ACTIONS = {"sts:AssumeRole": assume_role, "sts:GetCallerIdentity": get_caller_identity}
