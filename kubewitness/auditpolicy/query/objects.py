"""What a query is about: one object, several, or all that a selector finds."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from kubewitness.auditpolicy.query.options import QueryError
from kubewitness.auditpolicy.query.resourcenames import meant

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from kubewitness.auditpolicy.query.asked import Builder
    from kubewitness.auditpolicy.query.options import Options
    from kubewitness.auditpolicy.query.resourcenames import Meant
    from kubewitness.model import ServerVersion

CATEGORIES: Final[Mapping[str, tuple[str, ...]]] = {
    "all": (
        "pods", "replicationcontrollers", "services", "daemonsets.apps", "deployments.apps", "replicasets.apps",
        "statefulsets.apps", "horizontalpodautoscalers.autoscaling", "cronjobs.batch", "jobs.batch",
    ),
}  # fmt: skip
"""As `kubectl api-resources --categories all` lists them, in kubectl's order."""
_ALL: Final = "`all` is what kubectl knows by that name: no secrets, configmaps or roles; custom resources may join it"
_MOST: Final = 100


@dataclass(frozen=True, slots=True)
class Target:
    """A resource, and the name of its object; empty: none is said."""

    what: Meant
    name: str


def found_by(options: Options) -> bool:
    """Whether the objects are found by a selector, or are all that there are."""
    return options.every or options.selector is not None or options.field_selector is not None


def targets(word: str, words: list[str], options: Options, builder: Builder, version: ServerVersion) -> list[Target]:
    """``pods web``, ``pods a b``, ``pods,services``, ``deploy/web svc/web``, ``all``. Raises QueryError."""
    found = list(_targets(words, options, builder, version))
    if len(found) > _MOST:
        raise QueryError(f"{word}: {len(found)} objects: ask for at most {_MOST} at a time")
    if options.selector is not None and any(target.name for target in found):
        raise QueryError(f"{word}: a name and a selector: kubectl takes one of the two")
    return found


def _targets(words: list[str], options: Options, builder: Builder, version: ServerVersion) -> Iterator[Target]:
    first, *names = words
    if (slashed := next((name for name in names if "/" in name), None)) and not all("/" in text for text in words):
        one, _, other = slashed.partition("/")
        raise QueryError(
            f"{first} {slashed}: no name has a slash: write '{first} {one} {other}' for two, or '{slashed}' alone, "
            "where it is RESOURCE/NAME"
        )
    if names and all("/" in text for text in words):
        resources, names = words, []
    elif first in CATEGORIES:
        builder.note(_ALL)
        resources = list(CATEGORIES[first])
    else:
        resources = first.split(",")
    for text in resources:
        what = meant(text, options.group if first not in CATEGORIES else None, version)
        if options.subresource is not None:
            what = replace(what, subresource=options.subresource)
        builder.about(what)
        own = [what.name, *names] if what.name else names
        yield from (Target(what, name) for name in own or [""])
