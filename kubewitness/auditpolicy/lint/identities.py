"""Names that are users, names that are groups, and names that nobody has any more."""

from __future__ import annotations

import re
from typing import Final

_GROUPS: Final = re.compile(
    r"system:(nodes|masters|authenticated|unauthenticated|monitoring|bootstrappers(:.+)?|serviceaccounts(:.+)?)"
)
_USERS: Final = re.compile(r"system:(anonymous|apiserver|serviceaccount(:.*)?|node:.+)")
_ACCOUNT: Final = re.compile(r"system:serviceaccount(:.*)?")
_WHOLE_ACCOUNT: Final = re.compile(r"system:serviceaccount:[^:]+:[^:]+")
GONE: Final = {
    "system:unsecured": "the insecure port is gone since 1.20",
    "kubelet": "kubelets are system:node:NAME in the group system:nodes",
}
"""User -> why there is none."""


def user_advice(name: str) -> str | None:
    """What is wrong with a user that is none; ``None``: nothing that is known."""
    if "*" in name:
        return None  # AP013
    if _GROUPS.fullmatch(name):
        return "is a group: write it under userGroups"
    if _ACCOUNT.fullmatch(name) and not _WHOLE_ACCOUNT.fullmatch(name):
        return "is no service account: write system:serviceaccount:NAMESPACE:NAME"
    return None


def group_advice(name: str) -> str | None:
    """The same of a group."""
    if "*" in name or not _USERS.fullmatch(name):
        return None
    if _ACCOUNT.fullmatch(name) and not _WHOLE_ACCOUNT.fullmatch(name):
        return "is no group: write system:serviceaccounts, or system:serviceaccounts:NAMESPACE"
    return "is a user: write it under users"
