"""Storage accounts: containers, and what keeps their blobs from being changed.

Source: https://learn.microsoft.com/azure/storage/blobs/immutable-storage-overview
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.fakes.azure.ids import target
from tests.fakes.azure.refusals import Refusal, no_resource

if TYPE_CHECKING:
    from tests.fakes.azure.world import Call

_POLICIES = "Microsoft.Storage/storageAccounts/blobServices/containers/immutabilityPolicies"


def put_account(call: Call, _: dict[str, Any] | None, body: dict[str, Any]) -> dict[str, Any]:
    """With its one blob service, that containers hang from."""
    service = f"{call.target.path}/blobServices/default"
    kind = "Microsoft.Storage/storageAccounts/blobServices"
    call.world.resources.setdefault(service.lower(), {"id": service, "name": "default", "type": kind, "properties": {}})
    given = {"provisioningState": "Succeeded", "allowBlobPublicAccess": False}
    return {**body, "properties": {**given, **(body.get("properties") or {})}}


def put_container(_: Call, before: dict[str, Any] | None, body: dict[str, Any]) -> dict[str, Any]:
    return {**(before or {}), **body, "properties": body.get("properties") or {}}


def shown(call: Call, container: dict[str, Any]) -> dict[str, Any]:
    """With its policy, if there is one."""
    policy = call.world.resources.get(f"{container['id']}/immutabilityPolicies/default".lower())
    properties = {"hasLegalHold": False, **container["properties"], "hasImmutabilityPolicy": policy is not None}
    if policy is not None:
        properties["immutabilityPolicy"] = {"etag": policy["etag"], "properties": policy["properties"]}
    return {**container, "properties": properties}


def put_policy(call: Call, before: dict[str, Any] | None, body: dict[str, Any]) -> dict[str, Any]:
    """Unlocked, whatever is sent: it takes ``lock`` to lock it, and then only ``extend`` changes it."""
    if before and before["properties"]["state"] == "Locked":
        raise Refusal(409, "ImmutabilityPolicyLocked", "The immutability policy is locked.")
    return {"etag": '"fake"', "properties": {**(body.get("properties") or {}), "state": "Unlocked"}}


def lock(call: Call) -> Any:
    policy = _policy(call)
    policy["properties"] = {**policy["properties"], "state": "Locked"}
    return policy


def extend(call: Call) -> Any:
    """A locked policy can be made longer, never shorter."""
    policy, sent = _policy(call), (call.body or {}).get("properties") or {}
    days, before = sent.get("immutabilityPeriodSinceCreationInDays", 0), policy["properties"]
    if days < before["immutabilityPeriodSinceCreationInDays"]:
        raise Refusal(409, "ImmutabilityPolicyShortenNotAllowed", "The immutability period cannot be shortened.")
    policy["properties"] = {**before, "immutabilityPeriodSinceCreationInDays": days}
    return policy


def _policy(call: Call) -> dict[str, Any]:
    found = call.world.resources.get(call.target.key)
    if found is None:
        container = target(call.target.parent)
        raise no_resource(_POLICIES, container.name, container.group)
    return found
