"""What an error of Google's SDKs means, by name. Nothing of it is "off"."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import requests
from google.api_core import exceptions as sdk
from google.auth import exceptions as auth

from kubewitness.model import Reason, Unread

if TYPE_CHECKING:
    from collections.abc import Mapping

ERRORS: Final = (sdk.GoogleAPIError, auth.GoogleAuthError, requests.exceptions.RequestException)
"""All that a call may raise: by gRPC the API's, by REST what carries it as well."""

_REASONS: Final[Mapping[str, Reason]] = {
    "PERMISSION_DENIED": Reason.DENIED,
    "SERVICE_DISABLED": Reason.NOT_OBSERVED,
    "CONSUMER_INVALID": Reason.NOT_OBSERVED,
    "RESOURCE_EXHAUSTED": Reason.THROTTLED,
    "UNAUTHENTICATED": Reason.EXPIRED_CREDENTIAL,
    "UNAVAILABLE": Reason.UNREACHABLE,
    "INTERNAL": Reason.UNREACHABLE,
    "UNKNOWN": Reason.UNREACHABLE,
    "DEADLINE_EXCEEDED": Reason.TIMEOUT,
}
"""Source: https://cloud.google.com/apis/design/errors#handling_errors"""

_HINTS: Final = {
    "SERVICE_DISABLED": ": which does not mean that there is nothing: enable the API, or ask another project",
    "NOT_FOUND": " Are project and location right?",
    "CONSUMER_INVALID": " Is the project right?",
}
_BY_HTTP: Final = {
    400: "INVALID_ARGUMENT",
    401: "UNAUTHENTICATED",
    403: "PERMISSION_DENIED",
    404: "NOT_FOUND",
    409: "ABORTED",
    429: "RESOURCE_EXHAUSTED",
    500: "INTERNAL",
    503: "UNAVAILABLE",
    504: "DEADLINE_EXCEEDED",
}
_PLUGIN: Final = "Getting metadata from plugin failed"
_COMMAND: Final = "gcloud auth application-default login"
_LOGIN: Final = f"renew the credentials: {_COMMAND}"
_OF_THE_SDK: Final = (
    (auth.DefaultCredentialsError, Reason.DENIED, f"no credentials: set GOOGLE_APPLICATION_CREDENTIALS, or {_COMMAND}"),
    (auth.RefreshError, Reason.EXPIRED_CREDENTIAL, f"no new token: {_LOGIN}"),
    (auth.OAuthError, Reason.EXPIRED_CREDENTIAL, f"no new token: {_LOGIN}"),
    (auth.TransportError, Reason.UNREACHABLE, "nobody gives a token: is the network right?"),
    (auth.GoogleAuthError, Reason.DENIED, "the credentials cannot be used"),
    (requests.exceptions.Timeout, Reason.TIMEOUT, "no answer in time"),
    (requests.exceptions.SSLError, Reason.UNREACHABLE, "the certificate is not trusted: see REQUESTS_CA_BUNDLE"),
    (requests.exceptions.RequestException, Reason.UNREACHABLE, "no connection: are endpoint and proxy right?"),
)  # fmt: skip


def cause_of(error: Exception) -> Exception:
    """What was met last where the SDK gave up trying again."""
    cause = error.cause if isinstance(error, sdk.RetryError) else None
    return cause if isinstance(cause, Exception) else error


def code_of(error: Exception) -> str:
    """Google's canonical code: ``FAILED_PRECONDITION``; empty where the error is not an API's answer.

    By REST the SDK goes by the HTTP status, of which several codes share one: the answer itself says which.
    """
    error = cause_of(error)
    if not isinstance(error, sdk.GoogleAPICallError):
        return ""
    if error.grpc_status_code is not None and not hasattr(error.response, "status_code"):
        return str(error.grpc_status_code.name)
    return _status_in(error.response) or _BY_HTTP.get(int(error.code or 0), "UNKNOWN")


def _status_in(response: Any) -> str:
    try:
        return str(response.json()["error"]["status"])
    except (AttributeError, KeyError, TypeError, ValueError):
        return ""


def message_of(error: Exception) -> str:
    """Google's words, on one line; by REST without the request that the SDK puts in front."""
    error = cause_of(error)
    if not isinstance(error, sdk.GoogleAPICallError):
        return type(error).__name__
    words = " ".join(str(error.message).split())
    head, found, rest = words.partition(": ")
    return rest if found and head.split(" ")[0] in ("GET", "POST", "PUT", "PATCH", "DELETE") else words


def is_credential(error: Exception) -> bool:
    """No token could be had, so that nothing was asked: by gRPC it looks like a server that is away."""
    error = cause_of(error)
    return isinstance(error, auth.GoogleAuthError) or (
        isinstance(error, sdk.GoogleAPICallError) and _PLUGIN in str(error.message)
    )


def unread(error: Exception, action: str) -> Unread:
    """Why ``action`` (``container.clusters.get``) told us nothing. Addresses that the SDK names are left out."""
    error = cause_of(error)
    if isinstance(error, sdk.GoogleAPICallError):
        if is_credential(error):
            return Unread(Reason.EXPIRED_CREDENTIAL, f"{action}: no new token: {_LOGIN}")
        code = code_of(error)
        more = str(error.reason or "")
        code = more if more in _REASONS else code
        if code == "UNAVAILABLE" and more == "":
            return Unread(Reason.UNREACHABLE, f"{action}: {code}: no connection: are endpoint and proxy right?")
        return Unread(
            _REASONS.get(code, Reason.NOT_OBSERVED), f"{action}: {code}: {message_of(error)}{_HINTS.get(code, '')}"
        )
    for kind, reason, words in _OF_THE_SDK:
        if isinstance(error, kind):
            return Unread(reason, f"{action}: {words}")
    return Unread(Reason.UNREACHABLE, f"{action}: {type(error).__name__}")
