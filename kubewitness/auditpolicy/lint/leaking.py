"""Resources whose bodies hold a secret or a token: no suggestion may ask for more than Metadata of them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from kubewitness.auditpolicy.policyyaml import metadata_for
from kubewitness.auditpolicy.types import Level

if TYPE_CHECKING:
    from kubewitness.auditpolicy.types import GroupResources, Rule

_LEAKING: Final = (
    ("", "secrets"),
    ("", "configmaps"),
    ("", "serviceaccounts/token"),
    ("authentication.k8s.io", "tokenreviews"),
)
"""API group, and resource with its subresource."""


def is_leaking(group: str, resource: str) -> bool:
    """Of ``resource`` or ``resource/subresource``; a pattern is none."""
    return (group, resource) in _LEAKING


def guarded(rule: Rule) -> tuple[Rule, ...]:
    """A rule that records bodies, without the names of such resources, and behind one that keeps the others from it.

    Nothing is left where it names nothing else.
    """
    if rule.level.rank <= Level.METADATA.rank:
        return (rule,)
    entries = [
        replace(entry, resources=tuple(name for name in entry.resources if not is_leaking(entry.group, name)))
        for entry in rule.resources
    ]
    kept = tuple(
        entry for entry, whole in zip(entries, rule.resources, strict=True) if entry.resources or not whole.resources
    )
    if rule.resources and not kept:
        return ()
    rest = replace(rule, resources=kept)
    pairs = [pair for pair in _LEAKING if not kept or any(_is_in(entry, *pair) for entry in kept)]
    return (metadata_for(pairs, rule.verbs), rest) if pairs else (rest,)


def _is_in(entry: GroupResources, group: str, resource: str) -> bool:
    base, _, subresource = resource.partition("/")
    patterns = {"*", resource, f"{base}/*", *([f"*/{subresource}"] if subresource else [])}
    return entry.group in {group, "*"} and (not entry.resources or bool(patterns.intersection(entry.resources)))
