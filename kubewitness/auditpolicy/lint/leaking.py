"""Resources whose bodies hold a secret or a token: no suggestion may ask for more than Metadata of them."""

from __future__ import annotations

from typing import Final

LEAKING: Final = (
    ("", "secrets"),
    ("", "configmaps"),
    ("", "serviceaccounts/token"),
    ("authentication.k8s.io", "tokenreviews"),
)
"""API group, and resource with its subresource."""


def is_leaking(group: str, resource: str) -> bool:
    """``resource`` as a rule names it; wildcards and whole groups leak where one of theirs does."""
    base, _, subresource = resource.partition("/")
    return any(
        group in {known_group, "*"}
        and (resource in {"", "*", known} or (subresource == "*" and known.partition("/")[0] == base))
        for known_group, known in LEAKING
    )
