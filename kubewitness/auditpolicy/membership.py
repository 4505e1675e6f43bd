"""The groups that a server puts a user in by itself, whoever else it is.

Sources: https://kubernetes.io/docs/reference/access-authn-authz/authentication/#anonymous-requests,
https://kubernetes.io/docs/reference/access-authn-authz/service-accounts-admin/ and
https://kubernetes.io/docs/reference/access-authn-authz/node/
"""

from __future__ import annotations

from typing import Final

AUTHENTICATED: Final = "system:authenticated"
UNAUTHENTICATED: Final = "system:unauthenticated"
ANONYMOUS: Final = "system:anonymous"
_SERVICE_ACCOUNT: Final = "system:serviceaccount:"
_SERVICE_ACCOUNTS: Final = "system:serviceaccounts"
_NODE: Final = "system:node:"


def usual_groups(user: str | None) -> tuple[str, ...]:
    """Those of a user of this name; none for a failed login (``None``)."""
    if user is None:
        return ()
    if user == ANONYMOUS:
        return (UNAUTHENTICATED,)
    if user.startswith(_SERVICE_ACCOUNT):
        namespace = user.removeprefix(_SERVICE_ACCOUNT).partition(":")[0]
        return (_SERVICE_ACCOUNTS, f"{_SERVICE_ACCOUNTS}:{namespace}", AUTHENTICATED)
    return ("system:nodes", AUTHENTICATED) if user.startswith(_NODE) else (AUTHENTICATED,)


def member_of(group: str) -> str | None:
    """Somebody who is in the group by his kind; ``None`` for a group that anybody may be in."""
    if group == "system:nodes":
        return f"{_NODE}node-1"
    if group == UNAUTHENTICATED:
        return ANONYMOUS
    if group == _SERVICE_ACCOUNTS or group.startswith(f"{_SERVICE_ACCOUNTS}:"):
        namespace = group.removeprefix(_SERVICE_ACCOUNTS).removeprefix(":")
        return f"{_SERVICE_ACCOUNT}{namespace or 'default'}:default"
    return None
