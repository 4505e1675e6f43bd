"""What an error of Azure's SDK means, by name. Nothing of it is "off"."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Final

from azure.core import exceptions as sdk

from kubewitness.model import Reason, Unread

if TYPE_CHECKING:
    from collections.abc import Mapping

_REASONS: Final[Mapping[int, Reason]] = {
    401: Reason.DENIED,
    403: Reason.DENIED,
    408: Reason.TIMEOUT,
    429: Reason.THROTTLED,
}
"""By HTTP status, which is the same for all services; their codes are not.

Source: https://learn.microsoft.com/azure/azure-resource-manager/troubleshooting/common-deployment-errors
"""

_HINTS: Final[Mapping[str, str]] = {
    "ResourceNotFound": "are subscription, resource group and name right?",
    "ResourceGroupNotFound": "are subscription, resource group and name right?",
    "SubscriptionNotFound": "is the subscription right, and may these credentials see it?",
    "MissingSubscriptionRegistration": "az provider register --namespace what is named",
    "InvalidAuthenticationTokenTenant": "sign in to the tenant of the subscription: az login --tenant",
}

_OF_THE_SDK: Final = (
    (sdk.ServiceRequestTimeoutError, Reason.TIMEOUT, "no connection in time"),
    (sdk.ServiceResponseTimeoutError, Reason.TIMEOUT, "no answer in time"),
    (sdk.ServiceRequestError, Reason.UNREACHABLE, "no connection: are endpoint, cloud and proxy right?"),
    (sdk.ServiceResponseError, Reason.UNREACHABLE, "the connection broke: are endpoint, cloud and proxy right?"),
    (sdk.DecodeError, Reason.PARSE, "the answer is no JSON: are endpoint and proxy right?"),
)

_ENDED: Final = re.compile(r"expired|AADSTS(?:50173|50078|70008|70043|700082|700084|7000222)")
"""Refresh tokens, sessions and client secrets that have ended.

Source: https://learn.microsoft.com/entra/identity-platform/reference-error-codes
"""
_ACTION: Final = re.compile(r"perform action(?:\(s\))? '([\w./*-]{1,200})'")


class RefusedError(Exception):
    """Azure said no, or nothing. ``status`` and ``code`` are empty where nothing was said.

    ``pause_seconds``: for how long Azure wants not to be asked again; 0: it does not say. ``written``: a change was
    asked for, so that it may be done all the same where nothing was said.
    """

    def __init__(
        self, unread: Unread, status: int = 0, code: str = "", message: str = "", pause_seconds: float = 0
    ) -> None:
        super().__init__(unread.detail)
        self.unread = unread
        self.status = status
        self.code = code
        self.message = message
        self.pause_seconds = pause_seconds
        self.written = False


def understood(error: sdk.AzureError, action: str) -> RefusedError:
    """What is wrong, as ``action`` was asked for. Addresses that the SDK names are left out."""
    if isinstance(error, sdk.ClientAuthenticationError):  # of azure-identity: Azure Resource Manager's own is no such
        return RefusedError(_no_token(error, action))
    if isinstance(error, sdk.HttpResponseError) and error.response is not None:
        return _refused(error.response, action)
    for kind, reason, words in _OF_THE_SDK:
        if isinstance(error, kind):
            return RefusedError(Unread(reason, f"{action}: {words}"))
    return RefusedError(Unread(Reason.UNREACHABLE, f"{action}: {type(error).__name__}"))


def _no_token(error: Exception, action: str) -> Unread:
    if _ENDED.search(str(error)):
        return Unread(Reason.EXPIRED_CREDENTIAL, f"{action}: the credentials have expired: az login, or renew them")
    words = "no token: az login, or set what azure-identity reads (AZURE_CLIENT_ID and so on)"
    return Unread(Reason.DENIED, f"{action}: {words}")


def _refused(response: Any, action: str) -> RefusedError:
    status, (code, message) = int(response.status_code), _told(response)
    reason = _REASONS.get(status) or (Reason.UNREACHABLE if status >= 500 else Reason.NOT_OBSERVED)
    if status == 401 and "expired" in f"{code} {message}".lower():
        reason = Reason.EXPIRED_CREDENTIAL
    named = _ACTION.findall(message) if reason is Reason.DENIED else []
    needed = named[-1] if named else action  # the last: "… may do A; however, it may not do B on the linked scope"
    hint = f" ({_HINTS[code]})" if code in _HINTS else ""
    detail = f"{needed}: {code or f'HTTP {status}'}: {message}{hint}".rstrip(": ")
    pause = str(response.headers.get("Retry-After") or "")
    return RefusedError(Unread(reason, detail), status, code, message, float(pause) if pause.isdecimal() else 0)


def _told(response: Any) -> tuple[str, str]:
    """Azure's code and words, on one line. Some services leave the ``error`` out that is around them elsewhere."""
    try:
        body = json.loads(response.text())
    except ValueError:
        return "", ""
    told = body.get("error", body) if isinstance(body, dict) else {}
    if not isinstance(told, dict):
        return str(told)[:100], ""
    return str(told.get("code") or "")[:100], " ".join(str(told.get("message") or "").split())[:1000]
