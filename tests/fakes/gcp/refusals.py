"""How Google Cloud says no: a canonical code, a sentence, and often a machine's reason beside it.

Sources: https://cloud.google.com/apis/design/errors (the codes and their HTTP statuses),
https://cloud.google.com/kubernetes-engine/docs/troubleshooting
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

HTTP = {
    "INVALID_ARGUMENT": 400,
    "FAILED_PRECONDITION": 400,
    "UNAUTHENTICATED": 401,
    "PERMISSION_DENIED": 403,
    "NOT_FOUND": 404,
    "ALREADY_EXISTS": 409,
    "ABORTED": 409,
    "RESOURCE_EXHAUSTED": 429,
    "INTERNAL": 500,
    "UNIMPLEMENTED": 501,
    "UNAVAILABLE": 503,
    "DEADLINE_EXCEEDED": 504,
}
NUMBER = {
    "INVALID_ARGUMENT": 3,
    "DEADLINE_EXCEEDED": 4,
    "NOT_FOUND": 5,
    "ALREADY_EXISTS": 6,
    "PERMISSION_DENIED": 7,
    "RESOURCE_EXHAUSTED": 8,
    "FAILED_PRECONDITION": 9,
    "ABORTED": 10,
    "UNIMPLEMENTED": 12,
    "INTERNAL": 13,
    "UNAVAILABLE": 14,
    "UNAUTHENTICATED": 16,
}


@dataclass
class Refusal(Exception):  # noqa: N818  it is what Google answers, not an error of ours
    code: str
    """One of HTTP's keys."""
    message: str
    reason: str = ""
    """Of google.rpc.ErrorInfo."""
    metadata: Mapping[str, str] = field(default_factory=dict)
    retry_after: float = 0
    """Of google.rpc.RetryInfo, in seconds."""


def denied(permission: str, resource: str) -> Refusal:
    """Logging and resource manager word it their own way, with the same code and reason."""
    metadata = {"permission": permission, "resource": resource}
    if permission.startswith("container."):
        said = f'Required "{permission}" permission(s) for "{resource}".'
    elif permission.startswith("logging."):
        said = f"Permission '{permission}' denied on resource (or it may not exist)."
    else:
        said = f"Permission '{permission}' denied on resource '//cloudresourcemanager.googleapis.com/{resource}' (or it may not exist)."  # noqa: E501
    return Refusal("PERMISSION_DENIED", said, "IAM_PERMISSION_DENIED", metadata)


def blocked(service: str) -> Refusal:
    """By a VPC service perimeter. Source: https://cloud.google.com/vpc-service-controls/docs/troubleshooting"""
    said = "Request is prohibited by organization's policy. vpcServiceControlsUniqueIdentifier: fake"
    return Refusal("PERMISSION_DENIED", said, "SECURITY_POLICY_VIOLATED", {"service": service})


def disabled(service: str, project: str) -> Refusal:
    """The API is off in the project, which is not the same as a project without clusters.

    Source: https://cloud.google.com/apis/docs/getting-started#enabling_apis
    """
    title = {"container.googleapis.com": "Kubernetes Engine API", "logging.googleapis.com": "Cloud Logging API"}
    where = f"https://console.developers.google.com/apis/api/{service}/overview?project={project}"
    said = (
        f"{title.get(service, service)} has not been used in project {project} before or it is disabled. Enable it by "
        f"visiting {where} then retry. If you enabled this API recently, wait a few minutes for the action to "
        "propagate to our systems and retry."
    )
    metadata = {"service": service, "consumer": f"projects/{project}", "activationUrl": where}
    return Refusal("PERMISSION_DENIED", said, "SERVICE_DISABLED", metadata)


def throttled(service: str, permission: str, seconds: float) -> Refusal:
    said = f"Quota exceeded for quota metric '{permission}' and limit 'per minute' of service '{service}'."
    return Refusal("RESOURCE_EXHAUSTED", said, "RATE_LIMIT_EXCEEDED", {"service": service}, seconds)


def unauthenticated() -> Refusal:
    said = (
        "Request had invalid authentication credentials. Expected OAuth 2 access token, login cookie or other valid "
        "authentication credential. See https://developers.google.com/identity/sign-in/web/devconsole-project."
    )
    return Refusal("UNAUTHENTICATED", said, "ACCESS_TOKEN_EXPIRED")


def invalid(message: str) -> Refusal:
    return Refusal("INVALID_ARGUMENT", message)


def unknown_project(project: str) -> Refusal:
    """Whether it exists is not said."""
    said = f"Permission denied on resource project {project}."
    return Refusal("PERMISSION_DENIED", said, "CONSUMER_INVALID", {"consumer": f"projects/{project}"})
