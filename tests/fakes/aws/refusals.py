"""How AWS says no: the code, the status and the words, which differ from service to service.

Wordings: https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html
Codes that every action may answer: https://docs.aws.amazon.com/eks/latest/APIReference/CommonErrors.html,
https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

COMMON = frozenset({
    "AccessDenied", "AccessDeniedException", "AuthFailure", "ExpiredToken", "ExpiredTokenException",
    "InternalFailure", "InvalidClientTokenId", "MissingAuthenticationToken", "MissingAuthenticationTokenException",
    "RequestExpired", "RequestLimitExceeded", "SerializationException", "ServiceUnavailable", "Throttling",
    "ThrottlingException", "TooManyRequestsException", "UnauthorizedOperation", "UnknownOperationException",
    "UnrecognizedClientException", "ValidationError", "ValidationException",
})  # fmt: skip
"""Codes that a service's model need not name."""


@dataclass
class Refusal(Exception):  # noqa: N818  it is what AWS answers, not an error of ours
    """An answer that is an error. ``status`` 0: as the service's model says, else 400."""

    code: str
    message: str
    status: int = 0
    members: Mapping[str, Any] = field(default_factory=dict)
    told: bool = False
    """A test asked for it: the model need not know it."""


_DENIED = {"ec2": ("UnauthorizedOperation", 403), "sts": ("AccessDenied", 403), "logs": ("AccessDeniedException", 400),
           "organizations": ("AccessDeniedException", 400)}  # fmt: skip
_THROTTLED = {
    # EKS's model has ThrottlingException with 429; older SDKs saw TooManyRequestsException:
    # https://github.com/awslabs/amazon-eks-ami/pull/218
    "eks": ("ThrottlingException", 429),
    "ec2": ("RequestLimitExceeded", 503),
    "sts": ("Throttling", 400),
    "organizations": ("TooManyRequestsException", 400),
    "account": ("TooManyRequestsException", 429),
}
_EXPIRED = {"ec2": ("RequestExpired", 400), "sts": ("ExpiredToken", 403), "logs": ("ExpiredTokenException", 400),
            "organizations": ("ExpiredTokenException", 400)}  # fmt: skip
_UNKNOWN_KEY = {"ec2": ("AuthFailure", 401), "sts": ("InvalidClientTokenId", 403),
                "logs": ("UnrecognizedClientException", 400),
                "organizations": ("UnrecognizedClientException", 400)}  # fmt: skip


def denied(service: str, action: str, principal: str, resource: str) -> Refusal:
    code, status = _DENIED.get(service, ("AccessDeniedException", 403))
    said = f"User: {principal} is not authorized to perform: {action} on resource: {resource}"
    if service == "ec2":
        said = f"You are not authorized to perform this operation. {said}"
    return Refusal(code, f"{said} because no identity-based policy allows the {action} action", status)


def blocked(service: str, action: str, principal: str, resource: str) -> Refusal:
    """By a service control policy, most often one that allows some regions only."""
    code, status = _DENIED.get(service, ("AccessDeniedException", 403))
    said = f"User: {principal} is not authorized to perform: {action} on resource: {resource}"
    return Refusal(code, f"{said} with an explicit deny in a service control policy", status)


def throttled(service: str) -> Refusal:
    code, status = _THROTTLED.get(service, ("ThrottlingException", 400))
    return Refusal(code, "Request limit exceeded." if service == "ec2" else "Rate exceeded", status)


def expired(service: str) -> Refusal:
    code, status = _EXPIRED.get(service, ("ExpiredTokenException", 403))
    said = "Request has expired." if service == "ec2" else "The security token included in the request is expired"
    return Refusal(code, said, status)


def unknown_key(service: str) -> Refusal:
    """A key that does not exist; and any key at all in a region that the account has not enabled.

    Source: https://github.com/aws/aws-cli/issues/5823 (EKS in ap-east-1)
    """
    code, status = _UNKNOWN_KEY.get(service, ("UnrecognizedClientException", 403))
    if service == "ec2":
        return Refusal(code, "AWS was not able to validate the provided access credentials", status)
    return Refusal(code, "The security token included in the request is invalid.", status)


def invalid(codes: frozenset[str], what: str) -> Refusal:
    """A request that the model does not allow. Services name that differently: ``codes`` are those of the action."""
    known = ("ValidationException", "InvalidParameterException", "InvalidInputException")
    code = next((code for code in known if code in codes), "ValidationException")
    return Refusal(code, f"1 validation error detected: {what}", 400)
