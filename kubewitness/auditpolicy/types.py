"""The audit policy as kube-apiserver holds it in memory.

Source: https://kubernetes.io/docs/reference/config-api/apiserver-audit.v1/
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


class Level(StrEnum):
    """How much of a request is recorded. Ordered by ``rank``; the text is case-sensitive upstream."""

    NONE = "None"
    METADATA = "Metadata"
    REQUEST = "Request"
    REQUEST_RESPONSE = "RequestResponse"

    @property
    def rank(self) -> int:
        """0 for None up to 3 for RequestResponse."""
        return list(Level).index(self)


class Stage(StrEnum):
    """The moments at which an event of one request may be emitted, in upstream's order."""

    REQUEST_RECEIVED = "RequestReceived"
    RESPONSE_STARTED = "ResponseStarted"
    RESPONSE_COMPLETE = "ResponseComplete"
    PANIC = "Panic"


@dataclass(frozen=True, slots=True)
class GroupResources:
    """Resources of one API group. Empty ``resources`` means the whole group; group ``""`` is the core group."""

    group: str = ""
    resources: tuple[str, ...] = ()
    resource_names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule. An empty tuple means "any"; ``omit_managed_fields`` ``None`` leaves it to the policy.

    ``line`` and ``column`` count from 1 and say where the rule starts in its file; 0 where there is no file. They are
    no part of what the rule says: rules that stand at other places are equal.
    """

    level: Level
    users: tuple[str, ...] = ()
    user_groups: tuple[str, ...] = ()
    verbs: tuple[str, ...] = ()
    resources: tuple[GroupResources, ...] = ()
    namespaces: tuple[str, ...] = ()
    non_resource_urls: tuple[str, ...] = ()
    omit_stages: tuple[Stage, ...] = ()
    omit_managed_fields: bool | None = None
    line: int = field(default=0, compare=False)
    column: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Policy:
    """A policy that kube-apiserver would start with: at least one rule, every level and stage known."""

    rules: tuple[Rule, ...]
    omit_stages: tuple[Stage, ...] = ()
    omit_managed_fields: bool = False
