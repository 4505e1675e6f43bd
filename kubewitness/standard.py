"""A standard: what the logging of a tier of clusters has to reach. Read from YAML, unknown keys refused. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from kubewitness.apiserver import RotationMinimum
from kubewitness.auditpolicy import PROBES, Level
from kubewitness.model import Rung, Source
from kubewitness.nodestandard import parse_containers, parse_journal, parse_shipping
from kubewitness.providers import LOG_TYPES
from kubewitness.standardsection import Section, StandardError
from kubewitness.yamldoc import compose

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from kubewitness.managed import Provider
    from kubewitness.nodestandard import ContainerStandard, JournalStandard, ShippingStandard

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
    """The desired state for a tier of clusters.

    ``required``: the rung that each source of logs has to reach. ``event_ttl_hours``: how long the API server keeps
    Kubernetes events at least.
    """

    name: str
    title: str
    required: Mapping[Source, Rung]
    audit: AuditStandard
    event_ttl_hours: int
    journal: JournalStandard
    containers: ContainerStandard
    shipping: ShippingStandard
    managed: ManagedStandard

    def requiring(self, required: Mapping[Source, Rung]) -> Standard:
        """The same standard with other rungs: what suffices for one run."""
        return replace(self, required={**self.required, **required})

    def with_policy(self, text: str) -> Standard:
        """The same standard for a host whose inventory names a policy of the team's own."""
        return replace(self, audit=replace(self.audit, own_policy=text))


def parse_standard(text: str, where: str, policies: Sequence[str]) -> Standard:
    """The standard that ``text`` holds; ``where`` names it in errors, ``policies``: the names that it may choose from.

    Raises KubewitnessError.
    """
    root = Section(compose(text, where), where)
    root.only("name", "title", "sources", "audit", "event_ttl_hours", "journal", "containers", "shipping", "managed")
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
        event_ttl_hours=root.count("event_ttl_hours"),
        journal=parse_journal(root.mapping("journal")),
        containers=parse_containers(root.mapping("containers")),
        shipping=parse_shipping(root.mapping("shipping")),
        managed=_managed(root.mapping("managed")),
    )


def _managed(section: Section) -> ManagedStandard:
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


def _levels(mapping: Section) -> Mapping[str, Level]:
    mapping.only(*(probe.id for probe in PROBES))
    return {key: mapping.one_of(key, {level.value: level for level in Level}) for key in mapping.names}
