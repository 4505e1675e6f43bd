"""A standard: what the logging of a tier of clusters has to reach. Read from YAML, unknown keys refused. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, TypeVar

import yaml

from kubewitness.apiserver import RotationMinimum
from kubewitness.auditpolicy import PROBES, Level
from kubewitness.errors import KubewitnessError
from kubewitness.model import Rung, Source
from kubewitness.providers import LOG_TYPES
from kubewitness.yamldoc import compose

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from kubewitness.managed import Provider

_T = TypeVar("_T")
_RUNGS: Final = {rung.name.lower(): rung for rung in Rung}
_ASKED: Final = {"required": True, "optional": False}


@dataclass(frozen=True, slots=True)
class AuditStandard:
    """What the audit log has to hold.

    ``policy`` names the audit policy that a deploy writes where the present one falls short. ``at_least`` and
    ``at_most`` give levels by probe id (``auditpolicy.PROBES``): what must be recorded, and what must not be recorded
    in more detail because it holds secrets. ``rotation`` is a minimum. ``own_policy``: the text of the policy that the
    inventory names for this host (``audit_policy``): nothing else will do then; ``None``: none is named.
    """

    policy: str
    at_least: Mapping[str, Level]
    at_most: Mapping[str, Level]
    rotation: RotationMinimum
    own_policy: str | None = None


@dataclass(frozen=True, slots=True)
class ManagedStandard:
    """What the logging of managed clusters has to reach.

    ``fresh_minutes``: the newest event of the audit log is no older. ``retention_days``: a minimum. ``customer_key``,
    ``undeletable``: asked for, or left to the team. ``log_types``: by provider, in the provider's own names.
    """

    fresh_minutes: int
    retention_days: int
    customer_key: bool
    undeletable: bool
    log_types: Mapping[Provider, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Standard:
    """The desired state for a tier of clusters. ``required``: the rung that each source of logs has to reach."""

    name: str
    title: str
    required: Mapping[Source, Rung]
    audit: AuditStandard
    managed: ManagedStandard

    def requiring(self, required: Mapping[Source, Rung]) -> Standard:
        """The same standard with other rungs: what suffices for one run."""
        return replace(self, required={**self.required, **required})

    def with_policy(self, text: str) -> Standard:
        """The same standard for a host whose inventory names a policy of the team's own."""
        return replace(self, audit=replace(self.audit, own_policy=text))


class StandardError(KubewitnessError):
    """The file is not a standard: *what - where - what to do*."""


def parse_standard(text: str, where: str, policies: Sequence[str]) -> Standard:
    """The standard that ``text`` holds; ``where`` names it in errors, ``policies``: the names that it may choose from.

    Raises KubewitnessError.
    """
    root = _Mapping(compose(text, where), where)
    root.only("name", "title", "sources", "audit", "managed")
    sources = root.mapping("sources")
    sources.only(*Source)
    audit = root.mapping("audit")
    audit.only("policy", "at_least", "at_most", "rotation")
    rotation = audit.mapping("rotation")
    rotation.only("maxage_days", "maxbackup", "maxsize_mib")
    return Standard(
        name=root.text("name"),
        title=root.text("title"),
        required={source: sources.one_of(source, _RUNGS) for source in Source},
        audit=AuditStandard(
            policy=audit.one_of("policy", {name: name for name in policies}),
            at_least=_levels(audit.mapping("at_least")),
            at_most=_levels(audit.mapping("at_most")),
            rotation=RotationMinimum(
                maxage_days=rotation.count("maxage_days"),
                maxbackup=rotation.count("maxbackup"),
                maxsize_mib=rotation.count("maxsize_mib"),
            ),
        ),
        managed=_managed(root.mapping("managed")),
    )


def _managed(section: _Mapping) -> ManagedStandard:
    section.only("fresh_minutes", "retention_days", "customer_key", "deletion_protection", "log_types")
    types = section.mapping("log_types")
    types.only(*LOG_TYPES)
    return ManagedStandard(
        fresh_minutes=section.count("fresh_minutes"),
        retention_days=section.count("retention_days"),
        customer_key=section.one_of("customer_key", _ASKED),
        undeletable=section.one_of("deletion_protection", _ASKED),
        log_types={
            provider: types.several_of(provider, known)
            for provider, known in LOG_TYPES.items()
            if provider in types.names  # a team that has no such clusters names none
        },
    )


def parse_rung(word: str) -> Rung:
    """``declared`` … ``kept`` as a rung. Raises StandardError."""
    if word not in _RUNGS:
        raise StandardError(f"{word!r} is not a rung: use one of {', '.join(_RUNGS)}")
    return _RUNGS[word]


def _levels(mapping: _Mapping) -> Mapping[str, Level]:
    mapping.only(*(probe.id for probe in PROBES))
    return {key: mapping.one_of(key, {level.value: level for level in Level}) for key in mapping.names}


class _Mapping:
    """A YAML mapping whose every value is asked for by name and kind, so that errors carry a line."""

    def __init__(self, node: yaml.Node | None, where: str) -> None:
        self._where = where
        if not isinstance(node, yaml.MappingNode):
            raise StandardError(f"{_at(where, node)}: not a mapping: a standard is written as key: value")
        self._node = node
        self._values: dict[str, yaml.Node] = {}
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise StandardError(f"{_at(where, key)}: a key that is not a word")
            if key.value in self._values:
                raise StandardError(f"{_at(where, key)}: {key.value!r} is there twice: keep one")
            self._values[key.value] = value

    @property
    def names(self) -> list[str]:
        return list(self._values)

    def only(self, *known: str) -> None:
        for key, _ in self._node.value:
            if key.value not in known:
                raise StandardError(f"{_at(self._where, key)}: {key.value!r} is not known here: use {', '.join(known)}")

    def mapping(self, key: str) -> _Mapping:
        return _Mapping(self._need(key), self._where)

    def text(self, key: str) -> str:
        return self._scalar(key, lambda value: value or None, "a text")

    def count(self, key: str) -> int:
        return self._scalar(
            key,
            lambda value: int(value) if value.isascii() and value.isdigit() and len(value) < 10 else None,
            "a number",
        )

    def one_of(self, key: str, words: Mapping[str, _T]) -> _T:
        return self._scalar(key, words.get, f"one of {', '.join(words)}")

    def several_of(self, key: str, words: Sequence[str]) -> tuple[str, ...]:
        """A list of some of ``words``, in their order; none twice."""
        node = self._need(key)
        items = node.value if isinstance(node, yaml.SequenceNode) else [node]
        for item in items:
            if not isinstance(item, yaml.ScalarNode) or item.value not in words:
                raise StandardError(f"{_at(self._where, item)}: {key} must be a list of {', '.join(words)}")
        return tuple(word for word in words if word in {item.value for item in items})

    def _scalar(self, key: str, read: Callable[[str], _T | None], wanted: str) -> _T:
        node = self._need(key)
        value = read(node.value) if isinstance(node, yaml.ScalarNode) else None
        if value is None:
            raise StandardError(f"{_at(self._where, node)}: {key} must be {wanted}")
        return value

    def _need(self, key: str) -> yaml.Node:
        if key not in self._values:
            raise StandardError(f"{_at(self._where, self._node)}: {key} is missing")
        return self._values[key]


def _at(where: str, node: yaml.Node | None) -> str:
    return where if node is None else f"{where}:{node.start_mark.line + 1}:{node.start_mark.column + 1}"
