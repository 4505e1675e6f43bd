"""Somebody whom a rule exempts, in words, and the rules that would record him."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from kubewitness.auditpolicy.policyyaml import group_resources, rules_yaml
from kubewitness.auditpolicy.types import GroupResources, Level, Rule
from kubewitness.auditpolicy.wording import several

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kubewitness.auditpolicy.exemption import Exempted
    from kubewitness.auditpolicy.probes import Probe

_MOST_RESOURCES: Final = 6
_MOST_VERBS: Final = 4
_INVENTED: Final = "kubewitness.example.com"
"""The probes' custom resources: they stand for those of any group."""


def those_of(exempted: Exempted) -> str:
    """Who escapes: ``kubernetes-admin and bob in namespace payments``."""
    who = [several(exempted.users)] if exempted.users else []
    if exempted.groups:
        who.append(f"{'as ' if who else ''}members of {several(exempted.groups)}")
    if exempted.names:
        who.append(f"{'for ' if who else ''}objects named {several(exempted.names)}")
    if exempted.namespaces:
        word = "namespace" if len(exempted.namespaces) == 1 else "namespaces"
        who.append(f"{'in' if who else 'whatever is done in'} {word} {several(exempted.namespaces)}")
    return " ".join(who)


def what_of(exempted: Exempted) -> str:
    """What of it is not recorded as it must be, the most telling first."""
    return several([probe.title for probe, _ in exempted.missed])


def recording(rule: Rule, exempted: Exempted) -> str:
    """YAML of the rules to write before ``rule``: what is missed is then recorded, and hardly more.

    For a rule that exempts from nearly everything it is the rule itself at a level that suffices.
    """
    return (rules_yaml(_rules(rule, exempted), 2) or "").rstrip("\n")


def _rules(rule: Rule, exempted: Exempted) -> Iterator[Rule]:
    for level in sorted({level for _, level in exempted.missed}, key=lambda level: -level.rank):
        probes = [probe for probe, wanted in exempted.missed if wanted is level]
        named = [probe for probe in probes if probe.attributes.resource_request and not _is_invented(probe)]
        pairs = dict.fromkeys(map(_resource, named))
        if level is Level.METADATA and (len(named) < len(probes) or len(pairs) > _MOST_RESOURCES):
            yield _like(rule, level, verbs=rule.verbs, resources=rule.resources)
        elif pairs:
            names = tuple(exempted.names)
            entries = (GroupResources(it.group, it.resources, names) for it in group_resources(pairs))
            yield _like(rule, level, verbs=_verbs(named, level), resources=tuple(entries))


def _like(rule: Rule, level: Level, *, verbs: tuple[str, ...], resources: tuple[GroupResources, ...]) -> Rule:
    urls = () if resources != rule.resources else rule.non_resource_urls
    return Rule(level, rule.users, rule.user_groups, verbs, resources, rule.namespaces, urls)


def _verbs(probes: list[Probe], level: Level) -> tuple[str, ...]:
    """None, so that every verb counts, where a list would only be long; a body is recorded for named verbs only."""
    verbs = tuple(dict.fromkeys(probe.attributes.verb for probe in probes))
    return () if level is Level.METADATA and len(verbs) > _MOST_VERBS else verbs


def _resource(probe: Probe) -> tuple[str, str]:
    asked = probe.attributes
    return asked.api_group, asked.resource_path


def _is_invented(probe: Probe) -> bool:
    return probe.attributes.api_group.endswith(_INVENTED)
