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
_NODE: Final = "system:node:"


def usual_groups(user: str | None) -> tuple[str, ...]:
    """Those of a user of this name; none for a failed login (``None``)."""
    if user is None:
        return ()
    if user == ANONYMOUS:
        return (UNAUTHENTICATED,)
    if user.startswith(_SERVICE_ACCOUNT):
        namespace = user.removeprefix(_SERVICE_ACCOUNT).partition(":")[0]
        return ("system:serviceaccounts", f"system:serviceaccounts:{namespace}", AUTHENTICATED)
    return ("system:nodes", AUTHENTICATED) if user.startswith(_NODE) else (AUTHENTICATED,)
