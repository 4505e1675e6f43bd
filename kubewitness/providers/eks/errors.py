"""What an AWS SDK error means, by name. Nothing of it is "off"."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from botocore import exceptions as sdk  # type: ignore[import-untyped]

from kubewitness.model import Reason, Unread

if TYPE_CHECKING:
    from collections.abc import Mapping

_REASONS: Final[Mapping[str, Reason]] = {
    **dict.fromkeys(("AccessDenied", "AccessDeniedException", "UnauthorizedOperation"), Reason.DENIED),
    **dict.fromkeys(("InvalidClientTokenId", "UnrecognizedClientException", "AuthFailure"), Reason.DENIED),
    **dict.fromkeys(
        ("Throttling", "ThrottlingException", "TooManyRequestsException", "RequestLimitExceeded", "SlowDown"),
        Reason.THROTTLED,
    ),
    **dict.fromkeys(("ExpiredToken", "ExpiredTokenException", "RequestExpired"), Reason.EXPIRED_CREDENTIAL),
    **dict.fromkeys(
        ("InternalFailure", "InternalError", "ServerException", "ServiceUnavailable", "ServiceUnavailableException"),
        Reason.UNREACHABLE,
    ),
}
"""Codes differ from service to service.

Source: https://docs.aws.amazon.com/eks/latest/APIReference/CommonErrors.html, and the same page of each other service
"""

_INVALID_KEY: Final = frozenset({"InvalidClientTokenId", "UnrecognizedClientException", "AuthFailure"})

_OF_THE_SDK: Final = (
    (sdk.ReadTimeoutError, Reason.TIMEOUT, "no answer in time"),
    (sdk.ConnectTimeoutError, Reason.TIMEOUT, "no connection in time"),
    (sdk.UnauthorizedSSOTokenError, Reason.EXPIRED_CREDENTIAL, "the SSO session has ended: aws sso login"),
    (sdk.SSOError, Reason.EXPIRED_CREDENTIAL, "no SSO session: aws sso login"),
    (sdk.TokenRetrievalError, Reason.EXPIRED_CREDENTIAL, "the SSO session has ended: aws sso login"),
    (sdk.CredentialRetrievalError, Reason.DENIED, "the credentials could not be had"),
    (sdk.NoCredentialsError, Reason.DENIED, "no credentials: set AWS_PROFILE, or host data profile"),
    (sdk.PartialCredentialsError, Reason.DENIED, "half a credential: access key and secret key go together"),
    (sdk.ProfileNotFound, Reason.DENIED, "no such profile: see AWS_PROFILE, or host data profile"),
    (sdk.ConnectionError, Reason.UNREACHABLE, "no connection: are region, endpoint and proxy right?"),
    (sdk.HTTPClientError, Reason.UNREACHABLE, "the connection broke: are region, endpoint and proxy right?"),
    (sdk.ParamValidationError, Reason.UNSUPPORTED, "this boto3 does not know a parameter: pip install -U boto3"),
)


def code_of(error: Exception) -> str:
    """AWS's own code, without what a namespace puts in front; empty where the error is not AWS's answer."""
    if not isinstance(error, sdk.ClientError):
        return ""
    return str(error.response.get("Error", {}).get("Code", "")).rpartition("#")[2]


def _hint(code: str) -> str:
    if code in _INVALID_KEY:
        return " (or the region is not enabled for this account)"
    return " Are account and region right?" if code == "ResourceNotFoundException" else ""


def is_unknown_key(error: Exception) -> bool:
    """AWS does not know the access key at all, or not in this region."""
    return code_of(error) in _INVALID_KEY


def is_throttled(error: Exception) -> bool:
    """The account's limit of calls is met."""
    return _REASONS.get(code_of(error)) is Reason.THROTTLED


def message_of(error: Exception) -> str:
    """AWS's words, on one line."""
    if isinstance(error, sdk.ClientError):
        return " ".join(str(error.response.get("Error", {}).get("Message", "")).split())
    return type(error).__name__


def unread(error: Exception, action: str) -> Unread:
    """Why ``action`` (``eks:DescribeCluster``) told us nothing. Addresses that the SDK names are left out."""
    if isinstance(error, sdk.ClientError):
        code = code_of(error)
        reason = _REASONS.get(code)
        if reason is None:
            status = int(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))
            reason = Reason.UNREACHABLE if status >= 500 else Reason.NOT_OBSERVED
        return Unread(reason, f"{action}: {code}: {message_of(error)}{_hint(code)}")
    for kind, reason, words in _OF_THE_SDK:
        if isinstance(error, kind):
            return Unread(reason, f"{action}: {words}")
    return Unread(Reason.UNREACHABLE, f"{action}: {type(error).__name__}")
