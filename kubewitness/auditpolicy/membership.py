"""The groups that a server puts a user in by itself, whoever else it is.

Sources: https://kubernetes.io/docs/reference/access-authn-authz/authentication/#anonymous-requests,
https://kubernetes.io/docs/reference/access-authn-authz/service-accounts-admin/ and
https://kubernetes.io/docs/reference/access-authn-authz/node/; for kubeadm
https://kubernetes.io/docs/reference/setup-tools/kubeadm/implementation-details/
"""

from __future__ import annotations

from typing import Final, TypeAlias

Who: TypeAlias = tuple[str | None, tuple[str, ...]]
"""A user and the groups of that user; ``None``: nobody, authentication failed."""

AUTHENTICATED: Final = "system:authenticated"
UNAUTHENTICATED: Final = "system:unauthenticated"
ANONYMOUS: Final = "system:anonymous"
_SERVICE_ACCOUNT: Final = "system:serviceaccount:"
_SERVICE_ACCOUNTS: Final = "system:serviceaccounts"
_NODE: Final = "system:node:"
_NODES: Final = "system:nodes"
_BY_NAME: Final = {
    "kubernetes-admin": "kubeadm:cluster-admins",
    "kubernetes-super-admin": "system:masters",
    "system:apiserver": "system:masters",
}
"""Whom kubeadm, and the server itself, put where."""


def usual_groups(user: str | None) -> tuple[str, ...]:
    """Those of a user of this name; none for a failed login (``None``)."""
    if user is None:
        return ()
    if user == ANONYMOUS:
        return (UNAUTHENTICATED,)
    if user.startswith(_SERVICE_ACCOUNT):
        namespace = user.removeprefix(_SERVICE_ACCOUNT).partition(":")[0]
        return (_SERVICE_ACCOUNTS, f"{_SERVICE_ACCOUNTS}:{namespace}", AUTHENTICATED)
    return (_NODES, AUTHENTICATED) if user.startswith(_NODE) else (AUTHENTICATED,)


def likely_groups(user: str) -> tuple[str, ...]:
    """The usual ones, behind that which kubeadm gives its administrators and the server itself."""
    known = _BY_NAME.get(user)
    return (*([known] if known is not None else []), *usual_groups(user))


def service_account(namespace: str, name: str) -> str:
    """The user that a service account is."""
    return f"{_SERVICE_ACCOUNT}{namespace}:{name}"


def member_of(group: str, *, node: str = "node-1", account: str = "default", namespace: str = "default") -> str | None:
    """Somebody who is in the group by his kind; ``None`` for a group that anybody may be in.

    ``node``, ``account``, ``namespace``: what he is called, where the group does not say it.
    """
    if group == _NODES:
        return f"{_NODE}{node}"
    if group == UNAUTHENTICATED:
        return ANONYMOUS
    if group == _SERVICE_ACCOUNTS or group.startswith(f"{_SERVICE_ACCOUNTS}:"):
        own = group.removeprefix(_SERVICE_ACCOUNTS).removeprefix(":")
        return service_account(own or namespace, account)
    return None
