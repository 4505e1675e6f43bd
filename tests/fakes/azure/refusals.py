"""How Azure says no.

Sources: https://learn.microsoft.com/azure/azure-resource-manager/troubleshooting/common-deployment-errors,
https://learn.microsoft.com/azure/azure-resource-manager/management/request-limits-and-throttling
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

CLIENT = "11111111-0000-0000-0000-000000000001"
OBJECT = "11111111-0000-0000-0000-000000000002"
TENANT = "11111111-0000-0000-0000-000000000003"


@dataclass
class Refusal(Exception):  # noqa: N818  it is what Azure answers, not an error of ours
    status: int
    code: str
    message: str
    headers: Mapping[str, str] = field(default_factory=dict)
    bare: bool = False
    """Microsoft.Insights answers ``{"code", "message"}`` without the ``error`` around it that all others have.

    Source: https://github.com/Azure/terraform-azurerm-avm-ptn-aiml-landing-zone/issues/19
    """


def denied(action: str, scope: str) -> Refusal:
    said = (
        f"The client '{CLIENT}' with object id '{OBJECT}' does not have authorization to perform action '{action}' "
        f"over scope '{scope}' or the scope is invalid. If access was recently granted, please refresh your "
        "credentials."
    )
    return Refusal(403, "AuthorizationFailed", said)


def blocked(action: str, scope: str) -> Refusal:
    """A deny assignment. Source: https://learn.microsoft.com/azure/role-based-access-control/deny-assignments"""
    said = (
        f"The client '{CLIENT}' with object id '{OBJECT}' has permission to perform action '{action}' on scope "
        f"'{scope}'; however, the access is denied because of the deny assignment with name 'fake' and Id 'fake' at "
        f"scope '{scope}'."
    )
    return Refusal(403, "DenyAssignmentAuthorizationFailed", said)


def throttled(seconds: float) -> Refusal:
    said = "Number of read requests for subscription exceeded the limit. Please try again after some time."
    return Refusal(429, "SubscriptionRequestsThrottled", said, {"retry-after": str(int(seconds))})


def unauthenticated(said: str = "The access token is missing or invalid.") -> Refusal:
    address = f"https://login.microsoftonline.com/{TENANT}"
    challenge = f'Bearer authorization_uri="{address}", error="invalid_token", error_description="{said}"'
    return Refusal(401, "InvalidAuthenticationToken", said, {"www-authenticate": challenge})


def expired() -> Refusal:
    found = unauthenticated("The access token expiry UTC time is earlier than current UTC time.")
    return Refusal(401, "ExpiredAuthenticationToken", found.message, found.headers)


def no_subscription(subscription: str) -> Refusal:
    return Refusal(404, "SubscriptionNotFound", f"The subscription '{subscription}' could not be found.")


def no_group(group: str) -> Refusal:
    return Refusal(404, "ResourceGroupNotFound", f"Resource group '{group}' could not be found.")


def no_resource(kind: str, name: str, group: str) -> Refusal:
    said = (
        f"The Resource '{kind}/{name}' under resource group '{group}' was not found. For more details please go to "
        "https://aka.ms/ARMResourceNotFoundFix"
    )
    return Refusal(404, "ResourceNotFound", said)


def unregistered(namespace: str) -> Refusal:
    said = (
        f"The subscription is not registered to use namespace '{namespace}'. See https://aka.ms/rps-not-found for how "
        "to register subscriptions."
    )
    return Refusal(409, "MissingSubscriptionRegistration", said)


def invalid(message: str, code: str = "InvalidRequestContent") -> Refusal:
    return Refusal(400, code, message)
