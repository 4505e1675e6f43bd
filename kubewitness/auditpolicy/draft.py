"""The policy between decoding and validation: any text may still stand where a level or a stage is meant."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from kubewitness.auditpolicy.bind import Bound, GoList, GoValue
from kubewitness.auditpolicy.types import GroupResources, Level, Policy, Rule, Stage

if TYPE_CHECKING:
    from kubewitness.godecode.tree import Mark


@dataclass(frozen=True, slots=True)
class DraftRule:
    """A rule as decoded; ``level`` is ``""`` where there is none."""

    level: str = ""
    users: tuple[str, ...] = ()
    user_groups: tuple[str, ...] = ()
    verbs: tuple[str, ...] = ()
    resources: tuple[GroupResources, ...] = ()
    namespaces: tuple[str, ...] = ()
    non_resource_urls: tuple[str, ...] = ()
    omit_stages: tuple[str, ...] = ()
    omit_managed_fields: bool | None = None
    mark: Mark | None = None


@dataclass(frozen=True, slots=True)
class Draft:
    """A policy as decoded."""

    rules: tuple[DraftRule, ...] = ()
    omit_stages: tuple[str, ...] = ()
    omit_managed_fields: bool = False


def draft_of(bound: Bound) -> Draft:
    """What the decoder left, in types."""
    rules = _live(bound.fields.get("rules"))
    return Draft(
        tuple(_rule(_fields(rule), bound.positions.get(f"rules[{index}]")) for index, rule in enumerate(rules)),
        _texts(bound.fields.get("omitStages")),
        bound.fields.get("omitManagedFields") is True,
    )


def policy_of(draft: Draft) -> Policy:
    """The policy of a draft that validation passed. Raises ValueError where a level or a stage is not one."""
    return Policy(
        tuple(
            Rule(
                Level(rule.level),
                rule.users,
                rule.user_groups,
                rule.verbs,
                rule.resources,
                rule.namespaces,
                rule.non_resource_urls,
                tuple(Stage(stage) for stage in rule.omit_stages),
                rule.omit_managed_fields,
                rule.mark.line if rule.mark is not None else 0,
                rule.mark.column if rule.mark is not None else 0,
            )
            for rule in draft.rules
        ),
        tuple(Stage(stage) for stage in draft.omit_stages),
        draft.omit_managed_fields,
    )


def _rule(fields: dict[str, GoValue], mark: Mark | None) -> DraftRule:
    managed = fields.get("omitManagedFields")
    return DraftRule(
        _text(fields.get("level")),
        _texts(fields.get("users")),
        _texts(fields.get("userGroups")),
        _texts(fields.get("verbs")),
        tuple(_group_resources(_fields(entry)) for entry in _live(fields.get("resources"))),
        _texts(fields.get("namespaces")),
        _texts(fields.get("nonResourceURLs")),
        _texts(fields.get("omitStages")),
        managed if isinstance(managed, bool) else None,
        mark,
    )


def _group_resources(fields: dict[str, GoValue]) -> GroupResources:
    return GroupResources(
        _text(fields.get("group")), _texts(fields.get("resources")), _texts(fields.get("resourceNames"))
    )


def _fields(value: GoValue) -> dict[str, GoValue]:
    return value if isinstance(value, dict) else {}


def _live(value: GoValue) -> list[GoValue]:
    return value.live if isinstance(value, GoList) else []


def _text(value: GoValue) -> str:
    return value if isinstance(value, str) else ""


def _texts(value: GoValue) -> tuple[str, ...]:
    return tuple(_text(item) for item in _live(value))
