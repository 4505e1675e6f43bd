"""The finding that requests are not recorded, and what to write so that they are."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from kubewitness.auditpolicy.lint.rule import NO_RULE, Found
from kubewitness.auditpolicy.lint.words import capital, decider, titles
from kubewitness.auditpolicy.policyyaml import CATCH_ALL, metadata_for
from kubewitness.auditpolicy.probes.request import STRANGER
from kubewitness.model import Severity

if TYPE_CHECKING:
    from kubewitness.auditpolicy.lint.subject import Cause, Subject
    from kubewitness.auditpolicy.types import Rule


def silent(subject: Subject, cause: Cause, verbs: tuple[str, ...] = ()) -> Found:
    """What the probes ask for is to be recorded by ``verbs``. Medium where the cause is not serious."""
    pairs = [(probe.attributes.api_group, probe.attributes.resource_path) for probe in cause.probes]
    text = f"{capital(titles(cause.probes))}: not recorded, {decider(subject, cause.rule)}"
    suggestion = CATCH_ALL if cause.rule == NO_RULE else _recording(subject, cause, metadata_for(pairs, verbs))
    severity = None if cause.is_serious else Severity.MEDIUM
    return Found(text, cause.rule, cause.probes[0].id, cause.others, (suggestion,), severity)


def _recording(subject: Subject, cause: Cause, recorded: Rule) -> Rule:
    """For those only whom the rule names, where it is theirs alone: another rule may be for others on purpose."""
    asked = [probe.attributes for probe in cause.probes]
    if any((it.user, it.groups) == STRANGER for it in asked):
        return recorded
    rule = dict(subject.acting)[cause.rule]
    return replace(recorded, users=rule.users, user_groups=rule.user_groups, namespaces=rule.namespaces)
